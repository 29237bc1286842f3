import type { MetricFamily } from '../core/metric.ts';
import type { Operation } from '../core/operation.ts';
import type { Attempt, Trail } from '../core/trail.ts';
import type { Usage } from '../core/usage.ts';
import { Buckets } from '../lib/buckets.ts';
import { entryOf } from '../lib/expect.ts';
import { Series } from '../lib/series.ts';
import type { Attributes } from './otlp.ts';

// The semantic conventions for generative AI, as last released with OpenTelemetry's conventions (1.41); since 1.42 they
// are a project of their own (https://github.com/open-telemetry/semantic-conventions-genai), where these names are the
// same. They are in development there, so they live in this file only.

/** What gw's operations are called there; what has no name there keeps its own. */
const OPERATION_NAMES: Partial<Readonly<Record<Operation, string>>> = {
  chat: 'chat',
  completions: 'text_completion',
  embeddings: 'embeddings',
};

/** What providers are called there, by gw's preset. */
const PROVIDER_NAMES: Readonly<Record<string, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  gemini: 'gcp.gemini',
  vertex: 'gcp.vertex_ai',
  bedrock: 'aws.bedrock',
  azure: 'azure.ai.openai',
  cohere: 'cohere',
  deepseek: 'deepseek',
  groq: 'groq',
  mistral: 'mistral_ai',
  moonshotai: 'moonshot_ai',
  perplexity: 'perplexity',
  xai: 'x_ai',
};

/** What is known of a provider of the profile. */
export interface Described {
  readonly preset: string | undefined;
  readonly url: string;
}

/** Finds a provider by its name in the profile. */
export type Describe = (provider: string) => Described | undefined;

export function operationName(operation: Operation): string {
  return OPERATION_NAMES[operation] ?? operation;
}

function providerName(name: string, described: Described | undefined): string {
  return entryOf(PROVIDER_NAMES, described?.preset ?? name) ?? name;
}

/** Who was asked for what. */
export function targetAttributes(
  operation: Operation,
  { target }: Pick<Attempt, 'target'>,
  describe: Describe,
): Readonly<Record<string, string>> {
  return {
    'gen_ai.operation.name': operationName(operation),
    'gen_ai.provider.name': providerName(target.provider, describe(target.provider)),
    ...(target.model !== '' && { 'gen_ai.request.model': target.model }),
  };
}

/** Where that is. */
export function serverAttributes(url: string | undefined): Attributes {
  if (url === undefined || !URL.canParse(url)) return {};
  const { hostname, port, protocol } = new URL(url);
  return {
    'server.address': hostname.replace(/^\[|\]$/g, ''),
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
  };
}

/** What it took. */
export function usageAttributes(usage: Usage | undefined): Attributes {
  if (usage === undefined) return {};
  return {
    'gen_ai.usage.input_tokens': usage.input,
    'gen_ai.usage.output_tokens': usage.output,
    'gen_ai.usage.cache_read.input_tokens': usage.cacheRead,
    'gen_ai.usage.cache_creation.input_tokens': usage.cacheWrite,
    'gen_ai.usage.reasoning.output_tokens': usage.reasoning,
  };
}

/** The tokens of an attempt: the last one's are the exchange's. */
export function usageOf({ attempts, usage }: Trail, index: number): Usage | undefined {
  return attempts[index]?.usage ?? (index === attempts.length - 1 ? usage : undefined);
}

const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = Array.from({ length: 14 }, (_, power) => 4 ** power);
const MOST_SERIES = 1_000;

/** The histograms of the conventions, from every call to a provider. */
export class GenAiMetrics {
  readonly #describe: Describe;
  readonly #duration = new Series(MOST_SERIES, () => new Buckets(SECONDS));
  readonly #firstChunk = new Series(MOST_SERIES, () => new Buckets(SECONDS));
  readonly #tokens = new Series(MOST_SERIES, () => new Buckets(TOKENS));

  constructor(describe: Describe) {
    this.#describe = describe;
  }

  add(trail: Trail): void {
    for (const [index, attempt] of trail.attempts.entries()) this.#attempt(trail, attempt, index);
  }

  families(): MetricFamily[] {
    return [
      family('gen_ai.client.operation.duration', 'GenAI operation duration.', this.#duration),
      family(
        'gen_ai.client.operation.time_to_first_chunk',
        'Time until the first content of a streamed answer.',
        this.#firstChunk,
      ),
      family('gen_ai.client.token.usage', 'Number of input and output tokens used.', this.#tokens),
    ];
  }

  #attempt(trail: Trail, attempt: Attempt, index: number): void {
    const { startMs, endMs, firstContentMs, fault } = attempt;
    const target = targetAttributes(trail.operation, attempt, this.#describe);
    if (endMs !== undefined) {
      const error = fault === undefined ? {} : { 'error.type': fault };
      this.#duration.at(...flat({ ...target, ...error })).record((endMs - startMs) / 1000);
    }
    if (trail.stream && firstContentMs !== undefined)
      this.#firstChunk.at(...flat(target)).record((firstContentMs - startMs) / 1000);
    const usage = usageOf(trail, index);
    for (const type of ['input', 'output'] as const) {
      const count = usage?.[type];
      if (count !== undefined)
        this.#tokens.at(...flat({ ...target, 'gen_ai.token.type': type })).record(count);
    }
  }
}

/** Names and values in turn, as a series is found by. */
function flat(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels).flat();
}

function family(name: string, help: string, series: Series<Buckets>): MetricFamily {
  const samples = series.map((pairs, value) => {
    const labels: Record<string, string> = {};
    for (let i = 0; i + 1 < pairs.length; i += 2) labels[pairs[i] ?? ''] = pairs[i + 1] ?? '';
    return { labels, value };
  });
  return { name, help, type: 'histogram', samples };
}
