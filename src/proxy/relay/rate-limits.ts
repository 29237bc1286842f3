import type { LimitView } from '../../core/health.ts';
import type { CallerFormatName } from '../../core/operation.ts';
import { readLimits, tellsLimits } from '../../resilience/index.ts';
import type { AnswerHeaders } from '../outlet.ts';

/** How one family of clients reads of a limit. */
interface Dialect {
  readonly names: readonly string[];
  header(what: 'limit' | 'remaining' | 'reset', name: string): string;
  /** When the limit is whole again; both in epoch milliseconds. */
  reset(at: number, now: number): string;
}

/** https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers */
const OPENAI: Dialect = {
  names: ['requests', 'tokens'],
  header: (what, name) => `x-ratelimit-${what}-${name}`,
  reset: (at, now) => duration(Math.max(0, at - now)),
};

/** https://docs.claude.com/en/api/rate-limits#response-headers */
const ANTHROPIC: Dialect = {
  names: ['requests', 'tokens', 'input-tokens', 'output-tokens'],
  header: (what, name) => `anthropic-ratelimit-${name}-${what}`,
  reset: (at) => `${new Date(Math.ceil(at / 1000) * 1000).toISOString().slice(0, 19)}Z`,
};

/** Google's clients are told of no limits. */
const DIALECTS: Readonly<Record<CallerFormatName, Dialect | undefined>> = {
  'openai-chat': OPENAI,
  'openai-responses': OPENAI,
  'anthropic-messages': ANTHROPIC,
  gemini: undefined,
};

/** What else the same limits are called: Mistral's, and those of hosts that say for how long. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['req-minute', 'requests'],
  ['requests-minute', 'requests'],
  ['tokens-minute', 'tokens'],
]);

/** A provider's limits in the words of the caller's clients, where it said them in others. */
export function retellLimits(
  headers: AnswerHeaders,
  caller: CallerFormatName,
  now: number,
): Readonly<Record<string, string>> {
  const dialect = DIALECTS[caller];
  if (!dialect || !tellsLimits(headers)) return {};
  const told: Record<string, string> = {};
  for (const limit of byName(readLimits(headers, now), dialect).values()) {
    const { name, remaining, resetAt } = limit;
    // What is there in these words already came from the provider.
    if (headers[dialect.header('remaining', name)] !== undefined) continue;
    told[dialect.header('limit', name)] = String(limit.limit);
    told[dialect.header('remaining', name)] = String(remaining);
    if (resetAt !== undefined) told[dialect.header('reset', name)] = dialect.reset(resetAt, now);
  }
  return told;
}

/** Where there is only one word for tokens it means the tightest of their limits, as Anthropic's does. */
function byName(limits: readonly LimitView[], { names }: Dialect): ReadonlyMap<string, LimitView> {
  const found = new Map<string, LimitView>();
  for (const limit of limits) {
    const name = SYNONYMS.get(limit.name) ?? limit.name;
    if (names.includes(name)) found.set(name, { ...limit, name });
  }
  if (found.has('tokens')) return found;
  const tokens = limits.filter(({ name }) => name === 'input-tokens' || name === 'output-tokens');
  const [tightest] = tokens.sort((a, b) => a.remaining / a.limit - b.remaining / b.limit);
  if (tightest) found.set('tokens', { ...tightest, name: 'tokens' });
  return found;
}

/** `6m0s`, `1.5s`, `12ms`: as OpenAI writes them. */
function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = Math.round((ms - minutes * 60_000) / 100) / 10;
  if (minutes === 0) return `${seconds}s`;
  return minutes < 60 ? `${minutes}m${seconds}s` : `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}s`;
}
