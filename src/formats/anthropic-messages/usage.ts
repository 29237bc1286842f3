import type { Usage } from '../../core/usage.ts';
import { field, isObject, type JsonObject, numberField, stringField } from '../../lib/expect.ts';

/**
 * Reads a `usage` object. `input_tokens` counts neither what was read from the cache nor what was written to it; here
 * the input is all of them. Junk (negative, fractional, not a number) is treated as not said.
 */
export function readUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const rounds = billedRounds(value);
  const fresh = sum(rounds, 'input_tokens');
  const cacheRead = sum(rounds, 'cache_read_input_tokens');
  const cacheWrite = sum(rounds, 'cache_creation_input_tokens');
  const output = sum(rounds, 'output_tokens');
  if (fresh === undefined && output === undefined) return undefined;
  const hour = sum(
    rounds.map((round) => field(round, 'cache_creation')),
    'ephemeral_1h_input_tokens',
  );
  const thought = count(field(value, 'output_tokens_details'), 'thinking_tokens');
  return {
    ...(fresh !== undefined && { input: fresh + (cacheRead ?? 0) + (cacheWrite ?? 0) }),
    ...(output !== undefined && { output }),
    ...(cacheRead !== undefined && { cacheRead }),
    ...(cacheWrite !== undefined && { cacheWrite }),
    ...(hour !== undefined && hour > 0 && { cacheWrite1h: Math.min(hour, cacheWrite ?? hour) }),
    ...(thought !== undefined && { reasoning: output === undefined ? thought : Math.min(thought, output) }),
  };
}

/** Usage as this format writes it. What is not known of the two figures that clients count on is told as 0. */
export function writeUsage(usage: Usage | undefined): Record<string, number | Record<string, number>> {
  const { input, output, cacheRead, cacheWrite, reasoning } = usage ?? {};
  const cached = (cacheRead ?? 0) + (cacheWrite ?? 0);
  return {
    input_tokens: Math.max(0, (input ?? 0) - cached),
    ...(cacheWrite !== undefined && { cache_creation_input_tokens: cacheWrite }),
    ...(cacheRead !== undefined && { cache_read_input_tokens: cacheRead }),
    output_tokens: output ?? 0,
    ...(reasoning !== undefined && { output_tokens_details: { thinking_tokens: reasoning } }),
  };
}

/**
 * The usage of a stream: `message_start` tells the first of it, and each figure of `message_delta` replaces the one
 * before, for it is the whole so far (docs: "token counts shown in the usage field are cumulative").
 */
export class StreamUsage {
  #said: JsonObject = {};

  /** What is known now; undefined when this was no usage. */
  take(value: unknown): Usage | undefined {
    if (!isObject(value)) return undefined;
    const said = Object.entries(value).filter(([, figure]) => figure !== null);
    this.#said = { ...this.#said, ...Object.fromEntries(said) };
    return readUsage(this.#said);
  }
}

/**
 * When the server summarised the conversation on the way, the top level tells the last round only and `iterations` all
 * of them. Rounds of an advisor are another model's; after a fallback the top level is what the serving model used.
 */
function billedRounds(usage: JsonObject): readonly unknown[] {
  const { iterations } = usage;
  if (!Array.isArray(iterations)) return [usage];
  const types = iterations.map((round) => stringField(round, 'type'));
  if (types.includes('fallback_message') || !types.includes('compaction')) return [usage];
  return iterations.filter((_, at) => types[at] === 'compaction' || types[at] === 'message');
}

function sum(rounds: readonly unknown[], name: string): number | undefined {
  const counts = rounds.map((round) => count(round, name)).filter((found) => found !== undefined);
  return counts.length === 0 ? undefined : counts.reduce((total, found) => total + found, 0);
}

function count(value: unknown, name: string): number | undefined {
  const found = numberField(value, name);
  return found !== undefined && Number.isSafeInteger(found) && found >= 0 ? found : undefined;
}
