import { chaosPlace, type ChaosView } from '../../core/chaos.ts';
import { foreign } from './line.ts';
import { countdown } from './words.ts';

/** `every attempt`, or `20% of the attempts`. */
export function chaosRate(rate: number): string {
  return rate >= 1 ? 'every attempt' : `${Math.round(rate * 100)}% of the attempts`;
}

/** `chaos: openai fails on purpose (503, 20% of the attempts), ends in 4m12s (and 1 more)`. */
export function chaosSentence(chaos: readonly ChaosView[], now: number): string | undefined {
  const [first, ...others] = chaos;
  if (first === undefined) return undefined;
  const share = first.rate < 1 ? `, ${chaosRate(first.rate)}` : '';
  const when =
    first.startsAt > now
      ? `begins in ${countdown(first.startsAt, now)}`
      : `ends in ${countdown(first.endsAt, now)}`;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return `chaos: ${foreign(chaosPlace(first))} fails on purpose (${foreign(first.fault)}${share}), ${when}${more}`;
}
