import type { Usage } from '../../core/usage.ts';
import { roughTokens } from '../balance/prompt-size.ts';
import type { Exchange } from '../exchange.ts';

/**
 * Writes down what attempts took that lost a race: they were ended before anybody counted. The prompt was read, and of
 * a stream nothing was said; a whole answer is taken to have been as long as the one the caller got, as providers finish
 * what they began. Its thoughts nobody told us.
 */
export function bookLost(exchange: Exchange): void {
  const { trail } = exchange;
  for (const attempt of trail.attempts) {
    if (attempt.lost !== true || attempt.usage !== undefined || attempt.sentMs === undefined) continue;
    attempt.usage = estimateFor(exchange);
    attempt.usageEstimated = true;
  }
}

function estimateFor(exchange: Exchange): Usage {
  const { input = roughTokens(exchange), output } = exchange.trail.usage ?? {};
  return exchange.trail.stream || output === undefined ? { input, output: 0 } : { input, output };
}
