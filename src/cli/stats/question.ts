import { nearest } from '../../lib/nearest.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { MeasureBy, MeasureQuery } from '../../store/index.ts';
import type { Input } from '../command.ts';
import { CommandError, EXIT } from '../error.ts';
import { readSince } from '../story/filter-options.ts';
import { formatDay, formatTime } from '../story/words.ts';

/** What figures can be kept apart by, in the order help lists it. */
export const KEPT_APART: readonly MeasureBy[] = ['provider', 'model', 'client', 'route', 'hour'];

/** How far back `gw stats` looks unless told. */
export const SINCE = '24h';

const HELP = 'gw stats --help';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
// A chart of this many columns fits beside its label on 80.
const MAX_STEPS = 60;
const STEPS_MS = [MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, DAY_MS, 7 * DAY_MS];

/** What was asked, with the words it was asked in. */
export interface Question extends MeasureQuery {
  /** `the last 24h`, `since 2026-05-31 22:00:00`. */
  readonly span: string;
  /** `the 24h before`. */
  readonly spanBefore: string;
}

/** Reads the options; throws a usage error for one that cannot be understood. */
export function readQuestion(input: Input, now: number): Question {
  const typed = input.text('since') ?? SINCE;
  const since = readSince(typed, now, HELP) ?? now;
  if (since >= now) {
    throw new CommandError(`"${terminalSafe(typed)}" leaves nothing to look at`, {
      why: 'it does not lie in the past',
      fix: 'gw stats --since 1h',
      exit: EXIT.usage,
    });
  }
  const isDate = /^\d{4}-/.test(typed);
  const against = readAgainst(input.text('against'));
  return {
    since,
    until: now,
    ...(against.ms === undefined ? {} : { againstMs: against.ms }),
    by: readBy(input.text('by')),
    stepMs: chooseStep(now - since),
    offsetMs: -new Date(now).getTimezoneOffset() * MINUTE_MS,
    span: isDate ? `since ${formatDay(since)} ${formatTime(since)}` : `the last ${typed}`,
    spanBefore: against.words ?? (isDate ? 'as long a time before' : `the ${typed} before`),
  };
}

/** What figures can be set beside: the time right before, or the same time of an earlier day. */
const AGAINST: Readonly<Record<string, { readonly ms?: number; readonly words?: string }>> = {
  before: {},
  day: { ms: DAY_MS, words: 'the same time a day earlier' },
  week: { ms: 7 * DAY_MS, words: 'the same time a week earlier' },
};

/** The words `--against` takes. */
export const AGAINST_WORDS: readonly string[] = Object.keys(AGAINST);

function readAgainst(text: string | undefined): { readonly ms?: number; readonly words?: string } {
  const found = text === undefined ? {} : Object.hasOwn(AGAINST, text) ? AGAINST[text] : undefined;
  if (found !== undefined) return found;
  throw new CommandError(`figures cannot be set against "${terminalSafe(text ?? '')}"`, {
    why: `they can against ${AGAINST_WORDS.join(', ')}`,
    fix: 'gw stats --since 1h --against day',
    exit: EXIT.usage,
  });
}

function readBy(text: string | undefined): MeasureBy {
  if (text === undefined) return 'provider';
  const found = KEPT_APART.find((known) => known === text);
  if (found !== undefined) return found;
  const meant = nearest(text, KEPT_APART);
  throw new CommandError(`figures cannot be kept apart by "${terminalSafe(text)}"`, {
    why: `they can by ${KEPT_APART.join(', ')}`,
    fix: meant === undefined ? HELP : `gw stats --by ${meant}`,
    exit: EXIT.usage,
  });
}

/** The shortest step with which the chart is not too wide; beyond weeks, whole days. */
function chooseStep(spanMs: number): number {
  const fits = STEPS_MS.find((stepMs) => spanMs / stepMs <= MAX_STEPS);
  return fits ?? Math.ceil(spanMs / MAX_STEPS / DAY_MS) * DAY_MS;
}
