import type { Measured } from '../../store/index.ts';
import { wrap } from '../story/lines.ts';
import { formatDay, formatTime } from '../story/words.ts';
import { comparisonTable, type FigureLayout } from './comparison.ts';
import { groupLines } from './group-table.ts';
import type { Question } from './question.ts';
import { sparkline } from './sparkline.ts';

const DAY_MS = 86_400_000;
// A log that lacks no more than this share of the time before is as good as whole.
const LACK = 0.1;
const LABEL = 12;
const CHART = 60;

/** Everything `gw stats` says, as lines. */
export function statsLines(question: Question, measured: Measured, layout: FigureLayout): string[] {
  const { total, before, groups, series } = measured;
  const { style, width } = layout;
  return [
    style.bold(heading(question, before.requests > 0)),
    '',
    ...comparisonTable(total, before, layout).split('\n'),
    ...noteOf(question, measured).flatMap((note) => wrap(note, width, '  ').map((line) => style.dim(line))),
    '',
    ...chartLines(question, series, layout),
    '',
    ...groupLines(question.by, groups, layout),
  ];
}

/** What keeps the figures from meaning what they seem to. */
function noteOf(question: Question, measured: Measured): string[] {
  const { unpriced, costUsd } = measured.total;
  if (unpriced === 0 || costUsd === undefined) return comparisonNote(question, measured);
  const some = unpriced === 1 ? '1 request is' : `${unpriced.toLocaleString('en-US')} requests are`;
  return [...comparisonNote(question, measured), `${some} not in the cost: nobody says their price.`];
}

function comparisonNote(
  { since, until, againstMs = until - since, spanBefore }: Question,
  { before, oldest }: Measured,
): string[] {
  if (before.requests === 0) {
    return [`Nothing was recorded in ${spanBefore}, so there is nothing to compare with.`];
  }
  if (oldest === undefined || oldest <= since - againstMs + (until - since) * LACK) return [];
  return [
    `The log begins ${formatDay(oldest)} ${formatTime(oldest)}: that is not the whole of ${spanBefore}.`,
  ];
}

function heading({ span, spanBefore }: Question, compared: boolean): string {
  const words = `${span.charAt(0).toUpperCase()}${span.slice(1)}`;
  return compared ? `${words}, against ${spanBefore}` : words;
}

function chartLines({ stepMs }: Question, series: Measured['series'], layout: FigureLayout): string[] {
  const { style, width, utf8 } = layout;
  const room = Math.min(CHART, width - LABEL - 2);
  // A chart of few steps is easier to read when each is wider.
  const repeat = Math.max(1, Math.min(3, Math.floor(room / series.length)));
  const requests = series.map((step) => step.requests);
  const failed = series.map((step) => step.failed);
  const line = (name: string, counts: readonly number[], paint: (text: string) => string): string =>
    `  ${name.padEnd(LABEL - 2)}${paint(sparkline(counts, { utf8, repeat }))}`;
  const from = moment(series[0]?.at ?? 0, stepMs);
  const gap = ' '.repeat(Math.max(1, series.length * repeat - from.length - 3));
  return [
    line('requests', requests, style.cyan),
    line('errors', failed, style.red),
    style.dim(`${' '.repeat(LABEL)}${from}${gap}now`),
    style.dim(`  at most ${most(requests, 'request')} and ${most(failed, 'error')} in ${stepName(stepMs)}`),
  ];
}

function most(counts: readonly number[], noun: string): string {
  const highest = Math.max(...counts, 0);
  return `${highest.toLocaleString('en-US')} ${noun}${highest === 1 ? '' : 's'}`;
}

/** When a step began: the time of day, or the day where steps are that long. */
function moment(at: number, stepMs: number): string {
  return stepMs >= DAY_MS ? formatDay(at) : `${formatDay(at).slice(5)} ${formatTime(at).slice(0, 5)}`;
}

function stepName(stepMs: number): string {
  if (stepMs >= DAY_MS) return stepMs === DAY_MS ? 'a day' : `${stepMs / DAY_MS} days`;
  if (stepMs >= 3_600_000) return stepMs === 3_600_000 ? 'an hour' : `${stepMs / 3_600_000} hours`;
  return stepMs === 60_000 ? 'a minute' : `${stepMs / 60_000} minutes`;
}
