import type { Usage } from '../../core/usage.ts';
import { field, isObject, numberField, stringField } from '../../lib/expect.ts';

/**
 * Reads `usage` of an answer or of the `metadata` event. What was read from and written to the cache is not part of
 * `inputTokens` (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html). Junk is treated as
 * not said.
 */
export function readUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const fresh = count(value, 'inputTokens');
  const output = count(value, 'outputTokens');
  if (fresh === undefined && output === undefined) return undefined;
  const cacheRead = count(value, 'cacheReadInputTokens') ?? count(value, 'cacheReadInputTokenCount');
  const cacheWrite = count(value, 'cacheWriteInputTokens') ?? count(value, 'cacheWriteInputTokenCount');
  const hour = writtenForAnHour(field(value, 'cacheDetails'));
  return {
    ...(fresh !== undefined && { input: fresh + (cacheRead ?? 0) + (cacheWrite ?? 0) }),
    ...(output !== undefined && { output }),
    ...(cacheRead !== undefined && { cacheRead }),
    ...(cacheWrite !== undefined && { cacheWrite }),
    ...(hour > 0 && { cacheWrite1h: Math.min(hour, cacheWrite ?? hour) }),
  };
}

function writtenForAnHour(details: unknown): number {
  if (!Array.isArray(details)) return 0;
  const hours = details.filter((detail) => stringField(detail, 'ttl') === '1h');
  return hours.reduce<number>((sum, detail) => sum + (count(detail, 'inputTokens') ?? 0), 0);
}

function count(value: unknown, name: string): number | undefined {
  const found = numberField(value, name);
  return found !== undefined && Number.isSafeInteger(found) && found >= 0 ? found : undefined;
}
