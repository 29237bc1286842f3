import { type Loss, LOSSES } from '../../core/conversation.ts';
import type { FaultCode } from '../../core/fault.ts';
import type { Target } from '../../core/target.ts';
import type { Attempt } from '../../core/trail.ts';
import { formatDuration } from '../../lib/duration.ts';
import { isKeyOf } from '../../lib/expect.ts';

/** A fault in two or three words, for a bracket or a table cell. */
export const SHORT_FAULTS: Readonly<Record<FaultCode, string>> = {
  bad_request: 'bad request',
  unauthorized: 'unauthorized',
  forbidden_origin: 'origin refused',
  not_found: 'not found',
  model_unknown: 'model unknown',
  request_timeout: 'request timeout',
  too_large: 'too large',
  unsupported_media: 'media type',
  untranslatable: 'untranslatable',
  client_gone: 'caller hung up',
  loop_detected: 'loop',
  upstream_unreachable: 'unreachable',
  upstream_timeout: 'timed out',
  upstream_overloaded: 'overloaded',
  upstream_rate_limited: 'rate limited',
  upstream_refused_key: 'key refused',
  upstream_out_of_credit: 'out of credit',
  upstream_model_missing: 'model missing',
  upstream_rejected: 'rejected',
  state_refused: 'thoughts refused',
  context_overflow: 'context too long',
  content_blocked: 'content blocked',
  upstream_garbled: 'garbled answer',
  stream_broken: 'stream broke',
  busy: 'busy',
  not_continued: 'did not go on',
  over_budget: 'over budget',
  too_many_requests: 'too many requests',
  breaker_open: 'left alone',
  offline: 'offline',
  not_kept: 'not kept',
  not_recorded: 'not recorded',
  exhausted: 'nobody left',
  internal: 'gw failed',
};

/** What a connection that is lost once the answer began did: whoever answers was reached. */
const BROKE_OFF = 'answer broke off';

/** True where the connection was lost after the head of the answer had come. */
export function brokeOff({ fault, headersMs }: Attempt): boolean {
  return fault === 'upstream_unreachable' && headersMs !== undefined;
}

/** Why an attempt failed, short: `429, retry-after 20s`, `timed out`, `503 overloaded`. */
export function reasonOf(attempt: Attempt): string {
  const { status, fault, retryAfterMs } = attempt;
  const words = fault === undefined ? '' : brokeOff(attempt) ? BROKE_OFF : SHORT_FAULTS[fault];
  const refused = status !== undefined && status >= 400;
  if (retryAfterMs !== undefined && retryAfterMs > 0) {
    return `${refused ? status : words}, retry-after ${formatWait(retryAfterMs)}`;
  }
  return refused ? `${status} ${words}`.trim() : words;
}

/** What a translation could not carry, for a person: `the seed`, `the field prediction`. */
export function lossWords(loss: Loss): string {
  return isKeyOf(LOSSES, loss) ? LOSSES[loss] : `the field ${loss.slice('field:'.length)}`;
}

/** Which key a target is called with, for a person. */
export function keyWord({ key }: Target): string {
  return key === 'none' ? 'no key' : key;
}

/** A duration that someone chose, so that it is mostly round: `20s`, not `20.0s`. */
export function formatWait(ms: number): string {
  return formatDuration(ms).replace(/\.0+s$/, 's');
}

/** `once`, `twice`, `3 times`. */
export function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}

/** `840 B`, `4.2 kB`, `1.3 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** `7`, `840`, `1.2k`, `34k`, `1.3M`: at most four characters up to a million. */
export function formatCount(count: number): string {
  if (count < 1000) return String(count);
  if (count < 9_950) return `${(count / 1000).toFixed(1)}k`;
  return count < 999_500 ? `${Math.round(count / 1000)}k` : `${(count / 1_000_000).toFixed(1)}M`;
}

/** `01:25:03` on this machine's clock. */
export function formatTime(epochMs: number): string {
  const date = new Date(epochMs);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
}

/** `2026-06-01` on this machine's calendar. */
export function formatDay(epochMs: number): string {
  const date = new Date(epochMs);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** US dollars with as many digits as tell something: `$12.30`, `$0.1234`, `$0.00042`, `$0`, `<$0.000001`. */
export function formatDollars(usd: number): string {
  if (usd === 0) return '$0';
  if (usd < 1e-6) return '<$0.000001';
  if (usd < 0.01) return `$${usd.toPrecision(2)}`;
  if (usd < 1) return `$${usd.toFixed(4).replace(/0{1,2}$/, '')}`;
  return `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}
