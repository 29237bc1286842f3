import { addCost } from '../../core/price.ts';
import { targetName } from '../../core/target.ts';
import type { Attempt, PlanStep, Trail } from '../../core/trail.ts';
import { unaskedWord } from '../../core/unasked.ts';
import { waterfallSpanMs } from '../../core/waterfall.ts';
import { formatDuration } from '../../lib/duration.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { formatTable } from '../table.ts';
import { attemptLines } from './attempts.ts';
import { cacheFact } from './cache.ts';
import { chart } from './chart.ts';
import { fixesFor } from './fixes.ts';
import { headline } from './headline.ts';
import { budgetFact, patienceFact, roomFact } from './limit.ts';
import { type Layout, wrap } from './lines.ts';
import { formatBytes, formatDay, formatDollars, formatTime, keyWord, times } from './words.ts';

/** The story of one exchange, to be read from top to bottom. `now` is for exchanges that still run. */
export function story(trail: Trail, layout: Layout, now: number): string[] {
  const { style, width } = layout;
  const span =
    trail.outcome === 'pending' ? Math.max(waterfallSpanMs(trail), now - trail.at) : waterfallSpanMs(trail);
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', style.bold(title), ...lines];
  return [
    ...wrap(headline(trail), width).map((line) => style.bold(line)),
    '',
    ...facts(trail, layout),
    ...section('Plan', trail.plan.length === 0 ? [] : planLines(trail, layout)),
    ...section('What happened', attemptLines(trail, layout)),
    ...section('Time', trail.attempts.length === 0 ? [] : chart(trail, layout, span)),
    ...section(
      'What to do',
      fixesFor(trail).flatMap((line) => wrap(line, width, '  – ')),
    ),
    ...section('To quote to support', requestIds(trail, layout)),
  ];
}

function facts(trail: Trail, { width, style }: Layout): string[] {
  const rows: [string, string][] = [
    ['request', `${trail.id}${trail.rehearsal === true ? ' (a test of gw itself)' : ''}`],
    ['at', `${formatDay(trail.at)} ${formatTime(trail.at)}  ${trail.method} ${trail.path}`],
    ['asked', asked(trail)],
    ['client', client(trail)],
    ['answer', answer(trail)],
    ['waits', patienceFact(trail)],
    ['room', roomFact(trail)],
    ['budget', budgetFact(trail)],
    ['cache', cacheFact(trail)],
    ['tokens', tokens(trail)],
    ['cost', cost(trail)],
    ['trace', trail.trace === undefined ? '' : traceFact(trail.trace)],
  ];
  return rows
    .filter(([, text]) => text !== '')
    .flatMap(([name, text]) => {
      const [first = '', ...rest] = wrap(text, width, `  ${name.padEnd(8)} `);
      return [first.replace(name, style.dim(name)), ...rest];
    });
}

function traceFact({ traceId, parentId, spanId, sampled }: NonNullable<Trail['trace']>): string {
  const origin = parentId === undefined ? 'begun here' : "the caller's";
  const told =
    spanId === undefined ? '' : sampled ? ", with gw's own spans" : ', of which its caller keeps nothing';
  return `${traceId}, ${origin}${told}`;
}

function asked({ asked: model, route, stream, format }: Trail): string {
  const parts = [model ?? 'no model', ...(route === undefined ? [] : [`route ${route}`])];
  return [...parts, stream ? 'streamed' : 'not streamed', `in ${format}`].join(', ');
}

function client({ client: { name, session, retries } }: Trail): string {
  const own = retries === undefined || retries === 0 ? '' : `, its retry number ${retries}`;
  return `${name}${session === undefined ? '' : `, session ${session}`}${own}`;
}

function answer(trail: Trail): string {
  if (trail.outcome === 'pending') return 'none yet';
  if (trail.killed && trail.outcome === 'failed') return `none: ${trail.message ?? 'gw was killed'}`;
  const cause = trail.message === undefined || trail.outcome === 'served' ? '' : `: ${trail.message}`;
  const code = trail.fault === undefined ? '' : ` ${trail.fault}`;
  const malformed =
    trail.malformed === undefined || trail.malformed === 0
      ? ''
      : `, ${trail.malformed} malformed events left out`;
  const { firstContentMs } = trail;
  const first = firstContentMs === undefined ? '' : `, first content after ${formatDuration(firstContentMs)}`;
  return `${trail.status}${code}, ${formatBytes(trail.bytesOut)}${first}${malformed}${cause}`;
}

function tokens({ usage }: Trail): string {
  if (usage === undefined) return '';
  const { input, output, cacheRead, cacheWrite, reasoning } = usage;
  const inside = (parts: readonly (string | undefined)[]): string => {
    const said = parts.filter((part) => part !== undefined);
    return said.length === 0 ? '' : ` (${said.join(', ')})`;
  };
  const some = (count: number | undefined, what: string): string | undefined =>
    count === undefined || count === 0 ? undefined : `${count} ${what}`;
  return [
    `${input ?? '?'} in${inside([some(cacheRead, 'from cache'), some(cacheWrite, 'to cache')])}`,
    `${output ?? '?'} out${inside([some(reasoning, 'reasoning')])}`,
  ].join(', ');
}

/** What it cost; of attempts that failed all the same, how much of that. */
function cost({ costUsd, attempts, outcome, usage }: Trail): string {
  const lost = attempts.reduce(
    (sum: number | undefined, attempt) => (attempt.fault === undefined ? sum : addCost(sum, attempt.costUsd)),
    undefined,
  );
  if (costUsd !== undefined) {
    const vain =
      lost === undefined || lost === 0 ? '' : `, ${formatDollars(lost)} of it for attempts that failed`;
    return `${formatDollars(costUsd)}${vain}`;
  }
  return usage === undefined || outcome === 'pending' ? '' : 'not known';
}

function planLines(trail: Trail, { width, style }: Layout): string[] {
  const rows = trail.plan.map((step, index) => {
    const fate = fateOf(trail, step);
    const paint = fate === 'skipped' || fate === UNABLE ? style.yellow : style.reset;
    return [String(index + 1), targetName(step.target), keyWord(step.target), { text: fate, paint }];
  });
  const columns = [{ title: '' }, { title: '', shrinkTo: 16 }, { title: '', shrinkTo: 8 }, { title: '' }];
  const table = formatTable(columns, rows, { width, indent: 2 }).split('\n');
  return [
    ...trail.plan.flatMap(({ skipped }, index) => [
      table[index] ?? '',
      ...(skipped === undefined ? [] : wrap(skipped, width, '     because: ')),
    ]),
    ...(trail.order ?? []).flatMap(({ why }) => wrap(why, width, '  in this order: ')),
  ];
}

const UNABLE = 'cannot serve this';

function fateOf(trail: Trail, { target, skipped, unable }: PlanStep): string {
  const tried = trail.attempts.filter(
    (attempt) => targetName(attempt.target) === targetName(target) && attempt.target.key === target.key,
  );
  const last = tried.at(-1);
  if (last === undefined) return skipped === undefined ? unaskedWord(trail) : unable ? UNABLE : 'skipped';
  if (trail.killed && last.fault === undefined && last.endMs === undefined) return 'ended with gw';
  return `${resultOf(last)}${often(last, tried.length)}${skipped === undefined ? '' : ', asked all the same'}`;
}

function often({ fault }: Attempt, attempts: number): string {
  if (attempts === 1) return '';
  return fault === undefined ? ` at its attempt ${attempts}` : ` ${times(attempts)}`;
}

function resultOf({ fault, endMs, lost }: Attempt): string {
  if (lost) return 'slower, ended';
  if (fault === 'client_gone') return 'stopped';
  if (fault !== undefined) return 'failed';
  return endMs === undefined ? 'running' : 'answered';
}

function requestIds(trail: Trail, { width }: Layout): string[] {
  return trail.attempts.flatMap(({ target, requestId }, index) =>
    requestId === undefined
      ? []
      : wrap(requestId, width, `  ${index + 1}  ${terminalSafe(target.provider)}: `),
  );
}
