import { targetName } from '../../core/target.ts';
import { formatDuration } from '../../lib/duration.ts';
import type { Step } from '../fleet.ts';

/** How a step is called where it is told of: its target, and its key where the provider has several. */
export function nameStep({ target, provider }: Step): string {
  return provider.keys.length > 1 ? `${targetName(target)} (${target.key})` : targetName(target);
}

/** A time to wait, in whole milliseconds. */
export function timeLeft(ms: number): string {
  return formatDuration(Math.max(1, Math.ceil(ms)));
}
