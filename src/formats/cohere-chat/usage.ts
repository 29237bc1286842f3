import type { Usage } from '../../core/usage.ts';
import { field, isObject, numberField } from '../../lib/expect.ts';

/**
 * Reads `usage` of an answer (`meta` of older ones). `tokens` is what went through the model, Cohere's own instructions
 * included; `billed_units`, which leaves those out, counts only where there is nothing else
 * (https://docs.cohere.com/reference/chat). Junk is treated as not said.
 */
export function readUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const counted = field(value, 'tokens') ?? field(value, 'billed_units');
  const input = count(counted, 'input_tokens');
  const output = count(counted, 'output_tokens');
  if (input === undefined && output === undefined) return undefined;
  const cached = count(value, 'cached_tokens');
  return {
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    ...(cached !== undefined && { cacheRead: input === undefined ? cached : Math.min(cached, input) }),
  };
}

/** Counts are floats there. */
function count(value: unknown, name: string): number | undefined {
  const found = numberField(value, name);
  return found !== undefined && Number.isSafeInteger(found) && found >= 0 ? found : undefined;
}
