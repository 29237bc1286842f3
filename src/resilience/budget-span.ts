import type { Period } from '../core/budget.ts';

/** From when until when (without) a budget's period lasts, epoch milliseconds. */
export interface Span {
  readonly startsAt: number;
  readonly endsAt: number;
}

/** From which day to which a period around a day lasts, as the arguments of a date in local time. */
const BOUNDS: Readonly<Record<Period, (date: Date) => readonly [Date, Date]>> = {
  day: (date) => days(date, 0, 1),
  // Sunday is the seventh day of a week, not the first (ISO 8601).
  week: (date) => days(date, -((date.getDay() + 6) % 7), 7),
  month: (date) => [
    new Date(date.getFullYear(), date.getMonth(), 1),
    new Date(date.getFullYear(), date.getMonth() + 1, 1),
  ],
};

/**
 * The period a moment belongs to, by the calendar and time zone of this machine: where clocks are changed, a day has 23
 * or 25 hours.
 */
export function spanOf(per: Period, at: number): Span {
  const [start, end] = BOUNDS[per](new Date(at));
  return { startsAt: start.getTime(), endsAt: end.getTime() };
}

function days(date: Date, from: number, count: number): readonly [Date, Date] {
  const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate() + from];
  return [new Date(year, month, day), new Date(year, month, day + count)];
}
