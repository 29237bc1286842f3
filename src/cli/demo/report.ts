import { formatDuration } from '../../lib/duration.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Context } from '../context.ts';
import { speaksUtf8, toPlain } from '../story/lines.ts';
import { story } from '../story/story.ts';
import { type Cell, formatTable } from '../table.ts';
import type { Asked } from './crowd.ts';
import type { FixedResult, Narrator, Phase } from './fixed-run.ts';
import type { Tally } from './tally.ts';

type Write = (line: string) => void;

/** Says what happens, line by line, as it happens. */
export function narrate(write: Write): Narrator {
  return {
    staged: ({ status, providers }) => {
      write(`gw listens at ${status.address}, in a home of its own that is removed at the end.`);
      write(`Its route: ${providers.map(({ target }) => target).join(', then ')}.`);
      write('');
    },
    began: (atMs, sentence) => write(`${stamp(atMs)}  ${sentence}`),
    ended: (phase) => {
      for (const line of phaseLines(phase)) write(`${' '.repeat(INDENT)}${line}`);
    },
  };
}

const INDENT = 8;
const LOG_WIDTH = 120;

function stamp(ms: number): string {
  return `${(ms / 1000).toFixed(1)}s`.padStart(INDENT - 2);
}

function phaseLines({ tally, recovery }: Phase): string[] {
  const lines = [tallyLine(tally)];
  if (recovery === undefined) return lines;
  const { ms, tally: meanwhile, back } = recovery;
  const when = back
    ? `serves again after ${formatDuration(ms)}`
    : `does not serve yet after ${formatDuration(ms)}`;
  return [...lines, `Repaired. sim-openai ${when}. Meanwhile:`, tallyLine(meanwhile)];
}

/** `8 requests, all served by sim-groq; failing over took 3ms (at most 1.21s).` */
function tallyLine({ requests, correct, servedBy, addedMs, medianMs }: Tally): string {
  const names = Object.entries(servedBy).map(([name, count]) => `${count} by ${name}`);
  const all = correct === requests ? 'all served' : `${correct} served`;
  const added =
    addedMs === undefined
      ? `half of them within ${formatDuration(medianMs ?? 0)}`
      : `failing over took ${formatDuration(addedMs.median)} (at most ${formatDuration(addedMs.most)})`;
  return `${requests} ${requests === 1 ? 'request' : 'requests'}, ${all}: ${names.join(', ') || 'nobody'}; ${added}.`;
}

/** The story of one request, the summary table and the verdict. */
export function printResult(context: Context, result: FixedResult): void {
  const { style } = context;
  if (result.story !== undefined) {
    context.print(`\n${style.bold('One of these requests, as gw why tells it:')}\n`);
    const utf8 = speaksUtf8(context.env);
    const layout = { width: Math.min(context.columns, 100) - 2, style };
    for (const line of story(result.story, layout, context.clock.now())) {
      context.print(`  ${utf8 ? line : toPlain(line)}`.trimEnd());
    }
  }
  context.print(`\n${style.bold('Summary')}\n\n${summaryTable(context, result)}\n`);
  for (const line of verdictLines(result)) context.print(line);
}

function summaryTable({ columns, stdout, style }: Context, { phases, total }: FixedResult): string {
  const rows = phases.flatMap(({ title, tally, recovery }) => [
    summaryRow(title, tally),
    ...(recovery === undefined ? [] : [summaryRow('  until back', recovery.tally)]),
  ]);
  const layout = [
    { title: 'what happened' },
    { title: 'requests', align: 'right' },
    { title: 'correct', align: 'right' },
    { title: 'failed over', align: 'right' },
    { title: 'added', align: 'right' },
    { title: 'at most', align: 'right' },
    { title: 'served by', shrinkTo: 12 },
  ] as const;
  return formatTable(layout, [...rows, summaryRow('all', total)], {
    // In a log nothing has to be shortened.
    width: stdout.isTTY ? columns : LOG_WIDTH,
    indent: 2,
    paintTitle: style.dim,
  });
}

function summaryRow(title: string, { requests, correct, failovers, addedMs, servedBy }: Tally): Cell[] {
  const names = Object.entries(servedBy).map(([name, count]) => `${name} ${count}`);
  return [
    title,
    String(requests),
    String(correct),
    String(failovers),
    addedMs === undefined ? '' : formatDuration(addedMs.median),
    addedMs === undefined ? '' : formatDuration(addedMs.most),
    names.join(', '),
  ];
}

/** Whether every request was answered whole and correct, and which were not. */
function verdictLines({ total, failures, leftOut, tookMs }: FixedResult): string[] {
  const took = formatDuration(tookMs);
  const left = leftOut.length === 0 ? [] : [`There was no time for: ${leftOut.join(', ')}.`];
  if (failures.length === 0) {
    return [
      ...left,
      `Every one of the ${total.requests} requests was answered, whole and correct, in ${took}; ` +
        `${total.failovers} of them by a provider that stood in.`,
      'With providers of your own: gw init, then gw start. Watch: gw dash.',
    ];
  }
  return [
    ...left,
    `${failures.length} of ${total.requests} requests were not answered whole and correct:`,
    ...failures.map((failure) => `  ${failureLine(failure)}`),
  ];
}

/** One request that went wrong, in a line. */
export function failureLine({ id, client, stream, problem }: Asked): string {
  const kind = stream ? 'stream' : 'no stream';
  return terminalSafe(`${id ?? 'no id'}  ${client}, ${kind}: ${problem ?? 'unknown'}`);
}

/** What `--json` prints: only ever added to. */
export function resultJson({ phases, total, failures, leftOut, story: trail, tookMs }: FixedResult) {
  return {
    ok: failures.length === 0,
    tookMs: Math.round(tookMs),
    total,
    phases: phases.map(({ title, sentence, atMs, tally, recovery }) => ({
      title,
      sentence,
      atMs: Math.round(atMs),
      ...tally,
      recovery: recovery ?? null,
    })),
    failures: failures.map(({ id, client, stream, problem }) => ({
      id: id ?? null,
      client,
      stream,
      problem,
    })),
    leftOut,
    story: trail ?? null,
  };
}
