import type { LimitView } from '../core/health.ts';
import { fromMoment, type HeaderValues, nonNegative, readHeaders } from './retry-after.ts';

// OpenAI and those after it: `x-ratelimit-remaining-requests`; Anthropic: `anthropic-ratelimit-requests-remaining`.
const REMAINING = /^(?:x-|anthropic-)?ratelimit-(?:remaining-?(.*)|(.+)-remaining)$/;

/** True when a provider tells of its limits in these headers; cheap, because every answer is asked. */
export function tellsLimits(headers: HeaderValues): boolean {
  for (const name in headers) if (name.includes('ratelimit')) return true;
  return false;
}

/** What is left of each limit that a provider tells of, as of `at`. Limits without a size tell nothing. */
export function readLimits(headers: HeaderValues, at: number): readonly LimitView[] {
  const named = readHeaders(headers);
  return [...named].flatMap(([name, value]) => {
    const [found, after, before] = REMAINING.exec(name) ?? [];
    if (found === undefined) return [];
    const remaining = nonNegative(value);
    const limit = nonNegative(named.get(name.replace('remaining', 'limit')) ?? '');
    if (remaining === undefined || limit === undefined || limit === 0) return [];
    const resetMs = fromMoment(named.get(name.replace('remaining', 'reset')), at);
    return [
      {
        name: after || before || 'requests',
        limit,
        remaining: Math.min(remaining, limit),
        at,
        ...(resetMs === undefined ? {} : { resetAt: at + resetMs }),
      },
    ];
  });
}
