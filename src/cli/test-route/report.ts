import { BALANCES } from '../../core/policy.ts';
import { formatDuration } from '../../lib/duration.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { SHORT_ANSWER_TOKENS } from '../chat/question.ts';
import type { Context } from '../context.ts';
import { wrap } from '../story/lines.ts';
import { type Cell, formatTable } from '../table.ts';
import type { DrillOutcome, StepResult } from './drill.ts';
import type { Probe } from './probe.ts';
import type { TestPlan, TestResult } from './run.ts';
import { describeFailing, positions, type Verdict } from './verdict.ts';

type Shown = Pick<Context, 'columns' | 'style'>;

/** What is tested, and what it will cost. */
export function headLines(
  { subject, status, targets, format, realRequests }: TestPlan,
  own: boolean,
): string[] {
  const what =
    subject.route === undefined
      ? `Model ${subject.name}`
      : `Route ${subject.route}${subject.model === subject.route ? '' : ` (asking for ${subject.model})`}`;
  const where = own ? 'a proxy of this test alone' : status.address;
  const count = `${targets.length} ${targets.length === 1 ? 'target' : 'targets'}`;
  const balance = status.routes.find(({ name }) => name === subject.route)?.balance;
  return [
    terminalSafe(`${what}, profile ${status.profile}: ${count}, asked in ${format} through ${where}`),
    realRequests === 0
      ? 'Dry run: every answer is simulated; nothing leaves this machine and nothing is spent.'
      : `Up to ${realRequests} real ${realRequests === 1 ? 'request' : 'requests'}, for answers of at most ${SHORT_ANSWER_TOKENS} tokens.`,
    ...(balance === undefined
      ? []
      : [`The test asks them as they are written; callers ask first, by ${balance}, ${BALANCES[balance]}.`]),
  ];
}

/** One line per target: whether it answers, and how fast. */
export function probeTable({ style, columns }: Shown, probes: readonly Probe[]): string {
  const rows = probes.map((probe): Cell[] => {
    const { target, is, status, totalMs, firstContentMs } = probe;
    return [
      String(target.position),
      { text: target.name, paint: style.bold },
      { text: is, paint: is === 'ok' ? style.green : style.red },
      status === undefined ? '' : String(status),
      is === 'ok' ? milliseconds(totalMs) : '',
      milliseconds(firstContentMs),
      remark(probe),
    ];
  });
  const layout = [
    { title: '', align: 'right' },
    { title: 'target', shrinkTo: 16 },
    { title: 'probe' },
    { title: 'status', align: 'right' },
    { title: 'latency', align: 'right' },
    { title: 'ttft', align: 'right' },
    { title: '', shrinkTo: 12 },
  ] as const;
  return formatTable(layout, rows, { width: columns, indent: 2, paintTitle: style.dim });
}

function remark({ is, note, fault, translated, losses }: Probe): string {
  const lost = losses.length === 0 ? '' : ` without ${losses.join(', ')}`;
  const way = translated === undefined ? [] : [`as ${translated}${lost}`];
  return [
    ...(is === 'failed' && fault !== undefined ? [fault] : []),
    ...(note === undefined ? [] : [note]),
    ...way,
  ].join('; ');
}

/** One line per step: who failed how, who took over, and how long the caller waited for that. */
export function drillTable({ style, columns }: Shown, drill: readonly DrillOutcome[]): string {
  const rows = withoutRepeats(drill).map((outcome): Cell[] => {
    const { step, servedBy, waitedMs, result, problem } = outcome;
    const { words, good } = RESULTS[result];
    return [
      positions(step.faults),
      result === 'not-tried' ? 'anything' : faultNames(step),
      result === 'not-tried' ? '' : step.stream ? 'stream' : 'whole',
      servedBy ?? '–',
      milliseconds(waitedMs),
      {
        text: result === 'not-tried' ? (problem ?? words) : words,
        paint: good ? style.green : style.red,
      },
    ];
  });
  const layout = [
    { title: 'failing' },
    { title: 'with' },
    { title: 'asked' },
    { title: 'served by', shrinkTo: 16 },
    { title: 'waited', align: 'right' },
    { title: '', shrinkTo: 12 },
  ] as const;
  return formatTable(layout, rows, { width: columns, indent: 2, paintTitle: style.dim });
}

function faultNames({ faults }: DrillOutcome['step']): string {
  return [...new Set([...faults.values()].map(({ name }) => name))].join(', ');
}

/** Steps that were not tried say the same for every fault. */
function withoutRepeats(drill: readonly DrillOutcome[]): readonly DrillOutcome[] {
  return drill.filter(({ result, step }, index) => {
    const before = drill[index - 1];
    const same = before !== undefined && positions(before.step.faults) === positions(step.faults);
    return !(result === 'not-tried' && before?.result === 'not-tried' && same);
  });
}

const RESULTS: Readonly<Record<StepResult, { readonly words: string; readonly good: boolean }>> = {
  'took-over': { words: 'ok', good: true },
  continued: { words: 'ok, went on', good: true },
  slow: { words: 'too slow', good: false },
  other: { words: 'not its turn', good: false },
  alone: { words: 'nobody left', good: false },
  told: { words: 'the caller is told', good: true },
  'no-answer': { words: 'no answer', good: false },
  'not-tried': { words: 'not tried', good: false },
};

/** What a caller sees of an answer that breaks in the middle. */
export function cutLines(drill: readonly DrillOutcome[]): string[] {
  return drill
    .filter(({ result }) => result === 'told')
    .map(({ problem }) => `\n${terminalSafe(`A caller whose answer is cut is told: “${problem ?? ''}”`)}`);
}

/** The verdict in a sentence, and what to do about each finding. */
export function verdictLines(
  { style, columns }: Shown,
  { drill }: TestResult,
  { is, findings }: Verdict,
): string[] {
  const lines = findings.flatMap(({ what, why, fix }) => [
    ...wrap(what, columns, '- '),
    ...wrap(why, columns, '    why: '),
    ...wrap(fix, columns, '    fix: '),
  ]);
  return [...lines, ...(lines.length > 0 ? [''] : []), SENTENCES[is](style, drill)];
}

const SENTENCES: Readonly<
  Record<Verdict['is'], (style: Context['style'], drill: readonly DrillOutcome[]) => string>
> = {
  ok: (style, drill) => {
    const ok = style.green('ok');
    if (drill.length === 0)
      return `${ok}: its one target answers, and nobody stands in for it (gw route add …).`;
    return drill.some(({ result }) => result === 'told')
      ? `${ok}: every target answers, and half an answer is never passed off as a whole one.`
      : `${ok}: every target answers, and somebody took over at every step.`;
  },
  degraded: (style) => `${style.yellow('degraded')}: the route serves, but not everything in it works.`,
  failed: (style) => `${style.red('failed')}: somebody who asks this route can be left without an answer.`,
};

function milliseconds(ms: number | undefined): string {
  return ms === undefined ? '' : formatDuration(ms);
}

/** What `--json` prints: only ever added to. */
export function testJson(plan: TestPlan, { probes, drill }: TestResult, verdict: Verdict, dry: boolean) {
  const { subject, status } = plan;
  return {
    verdict: verdict.is,
    route: subject.route ?? null,
    model: subject.model,
    format: plan.format,
    profile: status.profile,
    dryRun: dry,
    realRequests: plan.realRequests,
    targets: probes.map(probeJson),
    drill: drill.map((outcome) => ({
      failing: [...outcome.step.faults].map(([position, { name, text }]) => ({
        position,
        fault: name,
        text,
      })),
      what: describeFailing(outcome),
      stream: outcome.step.stream,
      result: outcome.result,
      expected: outcome.expected ?? null,
      servedBy: outcome.servedBy ?? null,
      waitedMs: rounded(outcome.waitedMs),
      totalMs: rounded(outcome.totalMs),
      problem: outcome.problem ?? null,
      id: outcome.id ?? null,
    })),
    findings: verdict.findings,
  };
}

function probeJson(probe: Probe) {
  const { target, is, status, totalMs, firstContentMs, fault, problem, note, translated, losses } = probe;
  return {
    position: target.position,
    target: target.name,
    result: is,
    status: status ?? null,
    latencyMs: rounded(totalMs),
    firstContentMs: rounded(firstContentMs),
    fault: fault ?? null,
    problem: problem ?? null,
    note: note ?? null,
    translated: translated ?? null,
    losses,
  };
}

function rounded(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms * 10) / 10;
}
