import { requestIdOf } from '../arrival/headers.ts';
import type { Exchange } from '../exchange.ts';
import type { AnswerHeaders } from '../outlet.ts';
import { retellLimits } from './rate-limits.ts';

/**
 * The headers of a translated answer. Ids and rate limits are worth knowing in any format, the latter in the words of
 * the caller's clients too; what describes the provider's own body is not.
 */
export function answerHeaders(
  exchange: Exchange,
  headers: AnswerHeaders,
  type: string,
  more: AnswerHeaders = {},
): AnswerHeaders {
  const { format, trail } = exchange;
  const kept: Record<string, string | string[] | undefined> = { 'content-type': type, ...more };
  for (const [name, value] of Object.entries(headers)) {
    if (/ratelimit|^retry-after/.test(name)) kept[name] = value;
  }
  // Anthropic's library looks for the id there; all others where OpenAI puts it.
  const place = format.name === 'anthropic-messages' ? 'request-id' : 'x-request-id';
  const limits = retellLimits(headers, format.name, trail.at + exchange.elapsed());
  return { ...kept, ...limits, [place]: requestIdOf(headers) ?? trail.id };
}
