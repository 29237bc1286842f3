import type { FaultCode } from '../../core/fault.ts';
import { formatDuration } from '../../lib/duration.ts';

/** A fault in a word or two: `rate limited`, `overloaded`, `refused key`. */
export function faultWord(code: FaultCode): string {
  return code.replace(/^upstream_/, '').replaceAll('_', ' ');
}

/** A latency, or a dash while there is none. */
export function latency(ms: number | undefined): string {
  return ms === undefined ? '–' : formatDuration(ms);
}

/** How long something has been going on, in whole seconds and larger units: it is looked at once a second. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 60 ? `${seconds}s` : formatDuration(seconds * 1000);
}

/** How long until then, in whole seconds, rounded up so that 0s never shows while there is something left. */
export function countdown(until: number, now: number): string {
  return age(Math.ceil(Math.max(0, until - now) / 1000) * 1000);
}

/** A count with thousands separators; from a million on with a unit. */
export function count(value: number): string {
  if (value >= 999_950) return `${(value / 1_000_000).toFixed(2)}M`;
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A count in at most five characters: `340`, `1.2k`, `12.4M`. */
export function shortCount(value: number): string {
  if (value < 1000) return String(Math.round(value));
  if (value < 999_950) return `${(value / 1000).toFixed(value < 9_950 ? 1 : 0)}k`;
  return `${(value / 1_000_000).toFixed(1)}M`;
}

/** Bytes in at most seven characters: `340 B`, `1.2 kB`, `88 MB`. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  if (value < 999_500) return `${(value / 1000).toFixed(value < 9_950 ? 1 : 0)} kB`;
  return `${(value / 1_000_000).toFixed(value < 9_950_000 ? 1 : 0)} MB`;
}

/** A share as a percentage; never rounded up to 100 or down to 0, because the exception is what matters. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '–';
  if (part === whole) return '100%';
  if (part === 0) return '0%';
  return `${Math.min(99.9, Math.max(0.1, (part / whole) * 100)).toFixed(1)}%`;
}

/** The time of day on this machine's clock: `12:04:31`. */
export function timeOfDay(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** `1st`, `2nd`, `3rd`, `4th`. */
export function ordinal(place: number): string {
  const tens = place % 100;
  const ending = tens >= 11 && tens <= 13 ? undefined : { 1: 'st', 2: 'nd', 3: 'rd' }[place % 10];
  return `${place}${ending ?? 'th'}`;
}
