import type { Conversation, Loss, OutputShape, ReasoningWish } from '../../core/conversation.ts';
import type { JsonView } from '../../lib/json-view.ts';
import { isEffort } from '../hub/effort.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { camel, pick, pickString } from './names.ts';

/** What `generationConfig` says, in the hub's words. */
export type Settings = Pick<
  Conversation,
  | 'maxOutput'
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'stop'
  | 'seed'
  | 'presencePenalty'
  | 'frequencyPenalty'
  | 'candidates'
  | 'logprobs'
  | 'reasoning'
  | 'output'
>;

/** Fields that are a number there and here. */
const NUMBERS = {
  maxOutputTokens: 'maxOutput',
  temperature: 'temperature',
  topP: 'topP',
  topK: 'topK',
  seed: 'seed',
  presencePenalty: 'presencePenalty',
  frequencyPenalty: 'frequencyPenalty',
  candidateCount: 'candidates',
} as const satisfies Readonly<Record<string, keyof Settings>>;

/** Read together with another field. */
const TOGETHER = new Set([
  'stopSequences',
  'thinkingConfig',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  'responseLogprobs',
  'logprobs',
]);

/** Reads `generationConfig`; what the hub has no word for is a loss. */
export function decodeConfig(config: JsonView | undefined, losses: Set<Loss>): Settings {
  if (!config) return {};
  const numbers: Record<string, number> = {};
  const table: Readonly<Record<string, string>> = NUMBERS;
  for (const [given, value] of config.fields()) {
    const name = camel(given);
    const known = Object.hasOwn(table, name) ? table[name] : undefined;
    const number = value.asNumber();
    if (known !== undefined && number !== undefined) numbers[known] = number;
    else if (known === undefined && !isPlain(name, value)) losses.add(`field:${name}`);
  }
  const stop = pick(config, 'stopSequences')
    ?.items()
    .flatMap((sequence) => sequence.asString() ?? []);
  const reasoning = readThinking(pick(config, 'thinkingConfig'));
  const output = readOutput(config, losses);
  const logprobs = readLogprobs(config);
  return {
    ...numbers,
    ...(stop && stop.length > 0 && { stop }),
    ...(reasoning && { reasoning }),
    ...(output && { output }),
    ...(logprobs !== undefined && { logprobs }),
  };
}

/** Says nothing, or what is so anyway. */
function isPlain(name: string, value: JsonView): boolean {
  if (TOGETHER.has(name) || value.text === 'null' || value.text === 'false') return true;
  return name === 'responseModalities' && value.items().every((modality) => modality.asString() === 'TEXT');
}

/** A budget of 0 is off, of -1 up to the model (https://ai.google.dev/gemini-api/docs/thinking). */
function readThinking(config: JsonView | undefined): ReasoningWish | undefined {
  if (!config) return undefined;
  const budget = pick(config, 'thinkingBudget')?.asNumber();
  const level = pickString(config, 'thinkingLevel')?.toLowerCase();
  const effort = isEffort(level) ? level : undefined;
  const show = pick(config, 'includeThoughts')?.asFlag();
  const shown = show === undefined ? {} : { show };
  if (budget === 0) return { mode: 'off', ...shown };
  if (effort !== undefined) return { mode: 'on', effort, ...shown };
  if (budget !== undefined && budget > 0) return { mode: 'on', budget, ...shown };
  return budget === undefined && show === undefined ? undefined : { mode: 'auto', ...shown };
}

function readOutput(config: JsonView, losses: Set<Loss>): OutputShape | undefined {
  const mime = pickString(config, 'responseMimeType');
  const schema = pick(config, 'responseJsonSchema')?.text ?? openApiOf(pick(config, 'responseSchema'));
  if (mime !== undefined && mime !== 'application/json' && mime !== 'text/plain')
    losses.add('field:responseMimeType');
  if (mime !== 'application/json') return undefined;
  return schema === undefined ? { kind: 'json' } : { kind: 'schema', schema };
}

function openApiOf(schema: JsonView | undefined): string | undefined {
  return schema && jsonSchemaOf(schema);
}

function readLogprobs(config: JsonView): number | undefined {
  if (pick(config, 'responseLogprobs')?.asFlag() !== true) return undefined;
  return pick(config, 'logprobs')?.asNumber() ?? 0;
}
