import type { Usage } from '../../core/usage.ts';
import { field, isObject, numberField } from '../../lib/expect.ts';
import type { JsonOut } from '../../lib/json-write.ts';

/**
 * Reads a `usage` object of the Responses API: input includes what was cached, output includes reasoning (the total of
 * every recorded answer says so). Junk (negative, fractional, not a number) is treated as not said.
 */
export function readUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const input = count(value, 'input_tokens');
  const output = count(value, 'output_tokens');
  if (input === undefined && output === undefined) return undefined;
  const inputDetails = field(value, 'input_tokens_details');
  const cacheRead = count(inputDetails, 'cached_tokens');
  const cacheWrite = count(inputDetails, 'cache_write_tokens');
  const reasoning = count(field(value, 'output_tokens_details'), 'reasoning_tokens');
  return {
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    ...(cacheRead !== undefined && { cacheRead: clamp(cacheRead, input) }),
    ...(cacheWrite !== undefined && { cacheWrite: clamp(cacheWrite, input) }),
    ...(reasoning !== undefined && { reasoning: clamp(reasoning, output) }),
  };
}

/**
 * The same as an answer says it; null when nothing is known. The format demands all these numbers (Codex refuses an
 * answer without one of them), so the part of a known usage that is not known is written as none.
 */
export function writeUsage(usage: Usage | undefined): JsonOut {
  if (usage?.input === undefined && usage?.output === undefined) return null;
  const { input = 0, output = 0, cacheRead = 0, cacheWrite = 0, reasoning = 0 } = usage;
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  };
}

function clamp(part: number, whole: number | undefined): number {
  return whole === undefined ? part : Math.min(part, whole);
}

function count(value: unknown, name: string): number | undefined {
  const found = numberField(value, name);
  return found !== undefined && Number.isSafeInteger(found) && found >= 0 ? found : undefined;
}
