import { isKeyOf } from '../../lib/expect.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { sparkline } from '../stats/sparkline.ts';
import { type Layout, wrap } from '../story/lines.ts';
import { formatDollars, formatTime, formatWait, listed, SHORT_FAULTS } from '../story/words.ts';
import type { LeftOut } from './requests.ts';
import type { Result, Sums } from './result.ts';
import type { Piece } from './stage.ts';

/** Lost requests that are told one by one. */
const SHOWN_LOST = 5;
const LABEL = 12;

/** What is said of a simulated outage. */
export interface Told {
  readonly piece: Piece;
  readonly result: Result;
  /** `the last 1h`. */
  readonly span: string;
  readonly utf8: boolean;
}

/** A simulated outage as a page: what would have happened, the timeline, the figures, and what was assumed. */
export function outageLines(told: Told, layout: Layout): string[] {
  const { piece, result } = told;
  return [
    ...wrap(
      `${told.span}, simulated with ${listed(piece.outages.map((each) => outageWords(each, piece)))}.`,
      layout.width,
    ),
    '',
    ...wrap(verdict(result), layout.width).map((line) =>
      result.lost.length > 0 ? layout.style.red(line) : layout.style.green(line),
    ),
    '',
    ...timeline(told, layout),
    '',
    ...figures(result, layout),
    ...lostLines(result, layout),
    '',
    ...wrap(assumptions(result), layout.width).map((line) => layout.style.dim(line)),
  ];
}

function outageWords(
  { text, provider, model, startMs, lastsMs, rate }: Piece['outages'][number],
  { since, until }: Piece,
): string {
  const what = text.slice(text.lastIndexOf(':') + 1).split(/[@+]/, 1)[0] ?? '';
  const whom = model === undefined ? provider : `${provider}/${model}`;
  const over = since + startMs + lastsMs;
  const to = over < until ? formatTime(over) : 'the end';
  const share = rate === 1 ? '' : ` in ${Math.round(rate * 100)} % of attempts`;
  return `${whom}: ${what.split(';', 1)[0] ?? ''}${share} from ${formatTime(since + startMs)} to ${to}`;
}

function verdict({ simulated, touched, saved, lost, cut, continued, failedAnyway }: Result): string {
  const anyway =
    failedAnyway === 0 ? '' : ` ${count(failedAnyway, 'request')} would have failed without it as well.`;
  if (touched === 0) return `None of ${count(simulated, 'request')} would have noticed.${anyway}`;
  const met = `Of ${count(simulated, 'request')}, ${touched} would have been touched by it`;
  const seam = continued > 0 ? `, ${continued} of them continued after a break` : '';
  if (lost.length === 0) return `${met}, and all answered all the same${seam}.${anyway}`;
  const half = cut > 0 ? ` (${cut} of them half way)` : '';
  return `${met}: ${saved} answered all the same${seam}, ${lost.length} failed${half}.${anyway}`;
}

function timeline(
  { piece: { since, until }, result: { steps }, utf8 }: Told,
  { width, style }: Layout,
): string[] {
  const repeat = Math.max(1, Math.floor(Math.min(72, width - LABEL - 2) / Math.max(1, steps.length)));
  const row = (label: string, counts: readonly number[]): string =>
    `${label.padEnd(LABEL)}${sparkline(counts, { utf8, repeat })}`;
  const marks = steps.map(({ outage }) => (outage ? (utf8 ? '━' : '=') : ' ').repeat(repeat)).join('');
  const [from, to] = [formatTime(since), formatTime(until)];
  const gap = ' '.repeat(Math.max(1, steps.length * repeat - from.length - to.length));
  return [
    `${'outage'.padEnd(LABEL)}${style.red(marks)}`.trimEnd(),
    row(
      'requests',
      steps.map(({ requests }) => requests),
    ),
    row(
      'stood in',
      steps.map(({ stoodIn }) => stoodIn),
    ),
    row(
      'failed',
      steps.map(({ failed }) => failed),
    ),
    style.dim(`${' '.repeat(LABEL)}${from}${gap}${to}`),
  ];
}

function figures(result: Result, { width }: Layout): string[] {
  const { addedMs, answeredBy, callsMet, looksMet, hits, breakers, recorded, control, outage } = result;
  const opened = breakers.filter(({ is }) => is === 'opened');
  const later =
    addedMs === undefined
      ? result.touched === 0
        ? 'as long as ever'
        : 'nobody who waited was answered'
      : `first content later by ${ms(addedMs.p50)} (half of them), ${ms(addedMs.p95)} (p95), ${ms(addedMs.max)} (the worst)`;
  const rows: readonly (readonly [string, string])[] = [
    [
      'answered by',
      Object.entries(answeredBy)
        .map(([name, times]) => `${name} ${times}`)
        .join(', ') || (result.touched === 0 ? 'whom it always was' : 'nobody'),
    ],
    ['waits', later],
    ['calls to it', `${callsMet} by requests, ${looksMet} by gw's own looks whether it is back`],
    ['breakers', opened.length === 0 ? 'none opened' : breakerWords(result)],
    ['cost', costWords(recorded, control, outage)],
    ['callers', hits.map((hit) => hitWords(hit)).join('; ') || 'none'],
    [
      'the record',
      `${recorded.served} answered, ${recorded.failed} failed; without the outage ${result.asRecorded} of ${result.simulated} are simulated as they were`,
    ],
  ];
  return rows.flatMap(([label, text]) => wrap(text, width, label.padEnd(LABEL)));
}

function breakerWords({ breakers }: Result): string {
  const shown = breakers.slice(0, 6).map(({ at, is, target }) => `${target} ${is} at ${formatTime(at)}`);
  return breakers.length > shown.length
    ? `${shown.join(', ')}, and ${breakers.length - shown.length} more`
    : shown.join(', ');
}

function hitWords({ client, sessions, requests, failed }: Result['hits'][number]): string {
  const of = sessions === 0 ? '' : ` in ${count(sessions, 'session')}`;
  return `${client}: ${count(requests, 'request')}${of}${failed > 0 ? `, ${failed} failed` : ''}`;
}

function costWords(recorded: Sums, control: Sums, outage: Sums): string {
  const was = recorded.costUsd ?? control.costUsd;
  if (outage.costUsd === undefined || was === undefined) return 'not known: no price of the targets is';
  const unknown =
    outage.uncosted > 0 ? `; of ${count(outage.uncosted, 'answer')} the price is not known` : '';
  return `${formatDollars(outage.costUsd)} instead of ${formatDollars(was)}${unknown}`;
}

function lostLines({ lost }: Result, { width, style }: Layout): string[] {
  const shown = lost.slice(0, SHOWN_LOST).map(({ at, id, client, fault, attempts }) => {
    const words = isKeyOf(SHORT_FAULTS, fault) ? SHORT_FAULTS[fault] : fault;
    return `${formatTime(at)}  ${client}: ${words} after ${count(attempts, 'attempt')} (gw why ${id})`;
  });
  if (shown.length === 0) return [];
  const more = lost.length > shown.length ? [`… and ${lost.length - shown.length} more`] : [];
  return ['', style.bold('Failed'), ...[...shown, ...more].flatMap((line) => wrap(line, width, '  '))];
}

const LEFT_OUT_WORDS: Readonly<Record<LeftOut, string>> = {
  cached: 'answered from the cache',
  'hung-up': 'whose callers hung up',
  unroutable: 'that the profile has no way for any more',
  'not-asked': 'that asked no model',
};

/** What was not known and had to be taken from somewhere else. */
function assumptions({ leftOut, assumed, borrowed }: Result): string {
  const left = Object.entries(leftOut).map(
    ([why, number]) => `${number} ${isKeyOf(LEFT_OUT_WORDS, why) ? LEFT_OUT_WORDS[why] : why}`,
  );
  return [
    'Assumed: targets are as fast as in the record of the last week, answers as long, and everybody was well at its beginning; what requests said is not recorded, so nobody was left out for what it cannot do.',
    ...(borrowed.length > 0
      ? [`The pace of ${listed(borrowed)} is that of other models of its provider.`]
      : []),
    ...(assumed.length > 0
      ? [
          `The record has no answer of ${listed(assumed)} of the kind that was asked for (streamed or whole): first content after 1s and an end after 5s were taken.`,
        ]
      : []),
    ...(left.length > 0 ? [`Left out: ${listed(left)}.`] : []),
  ].join(' ');
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
}

function ms(value: number): string {
  return value === 0 ? '0s' : formatWait(value);
}

/** The same for `--json`. */
export function outageJson({ piece, result }: Told): object {
  const { addedMs, ...rest } = result;
  return {
    since: piece.since,
    until: piece.until,
    seed: piece.seed,
    faults: piece.outages.map(({ text, provider, model, rate, startMs, lastsMs }) => ({
      text,
      provider,
      model: model ?? null,
      rate,
      from: piece.since + startMs,
      to: Math.min(piece.until, piece.since + startMs + lastsMs),
    })),
    ...rest,
    addedMs: addedMs ?? null,
  };
}

/** The span in words, as it was asked for. */
export function spanWords(typed: string): string {
  return /^\d{4}-/.test(typed) ? `Since ${terminalSafe(typed)}` : `The last ${terminalSafe(typed)}`;
}
