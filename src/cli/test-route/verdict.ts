import type { Status } from '../../control/index.ts';
import { EXIT, type ExitCode } from '../error.ts';
import { FIXES } from '../story/fixes.ts';
import type { DrillOutcome } from './drill.ts';
import type { Probe } from './probe.ts';
import type { TestPlan, TestResult } from './run.ts';

/** Something that is wrong with the route, and the command that mends it. */
export interface RouteFinding {
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** What the test says about the route. */
export interface Verdict {
  readonly is: 'ok' | 'degraded' | 'failed';
  readonly exit: ExitCode;
  readonly findings: readonly RouteFinding[];
}

/** The route serves when somebody does, and nobody who asks during a failure is left without an answer. */
export function judgeRoute(plan: TestPlan, { probes, drill }: TestResult): Verdict {
  const findings = [
    ...probes.flatMap((probe) => probeFinding(plan, probe)),
    ...onePerCause(drill.flatMap((outcome) => drillFinding(plan, outcome))),
  ];
  const nobody = probes.every((probe) => probe.is !== 'ok');
  const unanswered = drill.some(({ result }) => result === 'no-answer');
  if (nobody || unanswered) return { is: 'failed', exit: EXIT.routeFailed, findings };
  if (findings.length > 0) return { is: 'degraded', exit: EXIT.routeDegraded, findings };
  return { is: 'ok', exit: EXIT.ok, findings };
}

function probeFinding({ subject, status }: TestPlan, probe: Probe): RouteFinding[] {
  const { target, is, fault, problem } = probe;
  if (is === 'ok') return [];
  const why = problem ?? 'it gave no answer';
  if (is === 'out') {
    return [{ what: `${target.name} is left out`, why, fix: fixForOut(status, target.provider, why) }];
  }
  const place = {
    provider: target.provider,
    target: target.name,
    model: target.model,
    key: keysOf(status, target.provider),
    route: subject.route ?? subject.name,
  };
  const fix = fault === undefined ? `gw provider test ${target.provider}` : FIXES[fault](place);
  return [{ what: `${target.name} does not answer`, why, fix }];
}

function fixForOut({ providers, problems }: Status, name: string, why: string): string {
  const provider = providers.find((candidate) => candidate.name === name);
  if (provider?.enabled === false) return `gw provider enable ${name}`;
  const known = problems.find(({ message }) => message.startsWith(`${name} has no usable key`));
  if (known?.fix !== undefined) return known.fix;
  return why.includes('key') ? `gw provider test ${name}` : `gw provider show ${name}`;
}

function keysOf({ providers }: Status, name: string): string {
  return (providers.find((provider) => provider.name === name)?.keys ?? [])
    .map(({ label }) => label)
    .join(', ');
}

function drillFinding({ subject }: TestPlan, outcome: DrillOutcome): RouteFinding[] {
  const { result, expected, servedBy, problem, id } = outcome;
  const what = `when ${describeFailing(outcome)}`;
  const look = id === undefined ? 'gw logs' : `gw why ${id} (what happened)`;
  const route = subject.route ?? 'default';
  switch (result) {
    case 'took-over':
    case 'continued':
    case 'told':
    case 'not-tried':
      return [];
    case 'slow':
      return [
        { what: `${what}, the caller waits too long`, why: `${expected ?? ''} was asked late`, fix: look },
      ];
    case 'other':
      return [
        {
          what: `${what}, ${servedBy ?? 'somebody'} serves instead of ${expected ?? 'nobody'}`,
          why: problem ?? 'the one whose turn it was did not answer',
          fix: look,
        },
      ];
    case 'alone':
      return [
        {
          what: `${what}, nobody is left to take over`,
          why: 'the other targets share what failed: the same provider, account or model',
          fix: `gw route add ${route} OTHER-PROVIDER/MODEL`,
        },
      ];
    case 'no-answer':
      return [
        { what: `${what}, the caller gets no whole answer`, why: problem ?? 'no target answered', fix: look },
      ];
  }
}

/** `target 1 meets 429`, `targets 1–2 meet timeout`. */
export function describeFailing({ step: { faults } }: Pick<DrillOutcome, 'step'>): string {
  const names = new Set([...faults.values()].map(({ name }) => name));
  const [only] = names;
  if (names.size > 1 || only === undefined) {
    return [...faults].map(([position, { name }]) => `target ${position} meets ${name}`).join(' and ');
  }
  return faults.size === 1
    ? `target ${positions(faults)} meets ${only}`
    : `targets ${positions(faults)} meet ${only}`;
}

/** `1`, `1–3`, `1, 3`. */
export function positions(faults: ReadonlyMap<number, unknown>): string {
  const all = [...faults.keys()].sort((a, b) => a - b);
  const [first, last] = [all[0] ?? 0, all.at(-1) ?? 0];
  if (all.length > 1 && last - first === all.length - 1) return `${first}–${last}`;
  return all.join(', ');
}

/** The same trouble in five steps is told once. */
function onePerCause(findings: readonly RouteFinding[]): RouteFinding[] {
  const seen = new Map<string, RouteFinding>();
  for (const finding of findings) {
    const cause = `${finding.what.split(', ').at(-1) ?? ''}\n${finding.why}`;
    if (!seen.has(cause)) seen.set(cause, finding);
  }
  return [...seen.values()];
}
