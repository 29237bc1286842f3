import { describe, expect, test } from 'vitest';

import { type ChatAnswer, NO_CONTENT } from '../../../src/cli/chat/answer.ts';
import { faultTexts, judgeStep, nextInTurn, planDrill } from '../../../src/cli/test-route/drill.ts';
import { parseWanted } from '../../../src/cli/test-route/faults.ts';
import { targetsOf, type TestTarget } from '../../../src/cli/test-route/targets.ts';
import type { FaultCode } from '../../../src/core/fault.ts';
import type { Attempt, PlanStep, Trail } from '../../../src/core/trail.ts';
import { sampleTrail } from '../../sample-trail.ts';

const A = step('a', 'm1', 'env:A');
const A2 = step('a', 'm1', 'env:A2');
const A_SMALL = step('a', 'm2', 'env:A');
const B = step('b', 'm', 'env:B');
const B_OUT = { ...B, skipped: 'its key env:B does not resolve' };
const C = step('c', 'm', 'env:C');

const ANSWERED: ChatAnswer = {
  is: 'whole',
  status: 200,
  headers: {},
  content: { ...NO_CONTENT, text: 'ok', fingerprint: 'fp_real' },
  problem: undefined,
  totalMs: 300,
  firstContentMs: 100,
};
const SIMULATED = { ...NO_CONTENT, text: 'By the harbour', fingerprint: 'fp_drill' };
const REAL = { dry: false, simulated: SIMULATED };

describe('the targets of a plan', () => {
  test('are a model each, however many keys the provider has', () => {
    const targets = targetsOf({ plan: [A, A2, A_SMALL, B] });
    expect(targets.map(({ position, name, places }) => [position, name, places])).toEqual([
      [1, 'a/m1', [1, 2]],
      [2, 'a/m2', [3]],
      [3, 'b/m', [4]],
    ]);
  });

  test('are out when none of their keys can be used, and only then', () => {
    const [first, second] = targetsOf({ plan: [{ ...A, skipped: 'no key' }, A2, B_OUT] });
    expect(first?.out).toBeUndefined();
    expect(second?.out).toBe(B_OUT.skipped);
  });
});

describe('the plan of a drill', () => {
  const targets = targetsOf({ plan: [A, B, C] });

  test('fails the first, then the first two, with each usual fault', () => {
    const steps = planDrill(targets, [], undefined);
    const failing = steps.map(({ faults }) => [...faults.keys()].join(' '));
    expect(new Set(failing)).toEqual(new Set(['1', '1 2']));
    expect(steps).toHaveLength(10);
    expect(steps.some(({ stream }) => stream) && steps.some(({ stream }) => !stream)).toBe(true);
  });

  test('asks for streams only, or for none, when told to', () => {
    expect(planDrill(targets, [], true).every(({ stream }) => stream)).toBe(true);
    expect(planDrill(targets, [], false).some(({ stream }) => stream)).toBe(false);
  });

  test('is one step when the faults have positions', () => {
    const steps = planDrill(targets, parseWanted('429@1,timeout@3'), undefined);
    expect(steps).toHaveLength(1);
    expect([...(steps[0]?.faults ?? [])].map(([at, { name }]) => [at, name])).toEqual([
      [1, '429'],
      [3, 'timeout'],
    ]);
    expect(nextInTurn(targets, onlyStep(targets, '429@1,timeout@3'))?.name).toBe('b/m');
  });

  test('has no step for a route with one target', () => {
    expect(planDrill(targetsOf({ plan: [A, A2] }), [], undefined)).toEqual([]);
  });

  test('fails every key of a target, and lets nothing through to a target that is out', () => {
    const own = targetsOf({ plan: [A, A2, B_OUT, C] });
    expect(faultTexts(own, onlyStep(own, '503@1'))).toEqual({ 1: '503', 2: '503', 3: '401' });
  });
});

describe('the judgement of a step', () => {
  const targets = targetsOf({ plan: [A, A_SMALL, B] });

  test('is good when the next target served', () => {
    const trail = rehearsal([A, A_SMALL, B], [met(A, 'upstream_rate_limited'), served(A_SMALL)]);
    const outcome = judge('429@1', trail);
    expect(outcome).toMatchObject({ result: 'took-over', expected: 'a/m2', servedBy: 'a/m2', waitedMs: 12 });
  });

  test('expects the target after those that share the cause', () => {
    const trail = rehearsal([A, A_SMALL, B], [met(A, 'upstream_unreachable'), served(B)]);
    expect(judge('reset@1', trail)).toMatchObject({ result: 'took-over', expected: 'b/m' });
  });

  test('says who served instead, and why', () => {
    const trail = rehearsal(
      [A, A_SMALL, B],
      [met(A, 'upstream_rate_limited'), met(A_SMALL, 'upstream_overloaded'), served(B)],
    );
    expect(judge('429@1', trail)).toMatchObject({
      result: 'other',
      expected: 'a/m2',
      servedBy: 'b/m',
      problem: 'upstream_overloaded happened',
    });
  });

  test('says that nobody is left when all share the cause', () => {
    const alone = targetsOf({ plan: [A, A_SMALL] });
    const trail = rehearsal([A, A_SMALL], [met(A, 'upstream_unreachable')]);
    const answer = { ...ANSWERED, is: 'refused', problem: 'unreachable' } as const;
    expect(judgeStep(onlyStep(alone, 'reset@1'), alone, { answer, trail }, REAL).result).toBe('alone');
  });

  test('does not accept an answer that a failing target gave', () => {
    const trail = rehearsal([A, A_SMALL, B], [met(A, 'upstream_rate_limited'), served(A_SMALL)]);
    const answer = { ...ANSWERED, content: SIMULATED };
    expect(judgeStep(onlyStep(targets, '429@1'), targets, { answer, trail }, REAL).result).toBe('no-answer');
  });

  test('does not accept other words than the simulator has in a dry run', () => {
    const trail = rehearsal([A, A_SMALL, B], [met(A, 'upstream_rate_limited'), served(A_SMALL)]);
    const dry = { dry: true, simulated: SIMULATED };
    const step = onlyStep(targets, '429@1');
    const answer = { ...ANSWERED, content: { ...SIMULATED, text: 'By the' } };
    expect(judgeStep(step, targets, { answer, trail }, dry).result).toBe('no-answer');
    expect(judgeStep(step, targets, { answer: { ...answer, content: SIMULATED }, trail }, dry).result).toBe(
      'took-over',
    );
  });

  test('is good when a cut answer ends in words, not when it looks whole or another fault breaks it', () => {
    const trail = rehearsal([A, A_SMALL, B], [met(A, 'stream_broken')]);
    const answer = { ...ANSWERED, is: 'broken', problem: 'it broke off' } as const;
    expect(judgeStep(onlyStep(targets, 'cut@1'), targets, { answer, trail }, REAL).result).toBe('told');
    expect(judgeStep(onlyStep(targets, '429@1'), targets, { answer, trail }, REAL).result).toBe('no-answer');
    const whole = rehearsal([A, A_SMALL, B], [served(A)]);
    expect(judge('cut@1', whole).result).toBe('other');
  });

  test('is good when the next target went on with a cut answer, and only with what the caller had', () => {
    const goneOn = {
      ...served(A_SMALL),
      continued: { how: 'prefill', from: A.target, after: 'upstream_unreachable', kept: 8, dropped: 0 },
    } as const;
    const trail = { ...rehearsal([A, A_SMALL, B], [met(A, 'stream_broken'), goneOn]), continued: true };
    const judged = (text: string): string => {
      const answer = { ...ANSWERED, content: { ...SIMULATED, text } };
      return judgeStep(onlyStep(targets, 'cut@1'), targets, { answer, trail }, REAL).result;
    };
    expect(judged(`${SIMULATED.text.slice(0, 8)} and ok.`)).toBe('continued');
    expect(judged('ok.')).toBe('no-answer');
  });

  test('notices a takeover that comes late', () => {
    const trail = rehearsal(
      [A, A_SMALL, B],
      [met(A, 'upstream_timeout'), { ...served(A_SMALL), startMs: 9_000 }],
    );
    expect(judge('timeout@1', trail).result).toBe('slow');
  });

  function judge(faults: string, trail: Trail) {
    return judgeStep(onlyStep(targets, faults), targets, { answer: ANSWERED, trail }, REAL);
  }
});

function onlyStep(targets: readonly TestTarget[], faults: string) {
  const [first] = planDrill(targets, parseWanted(faults), undefined);
  if (!first) throw new Error('there is no step');
  return first;
}

function step(provider: string, model: string, key: string): PlanStep {
  return { target: { provider, model, key } };
}

function met({ target }: PlanStep, fault: FaultCode): Attempt {
  return { target, startMs: 0, waitedMs: 0, endMs: 10, fault, message: `${fault} happened` };
}

function served({ target }: PlanStep): Attempt {
  return { target, startMs: 12, waitedMs: 0, endMs: 300, status: 200 };
}

function rehearsal(plan: readonly PlanStep[], attempts: readonly Attempt[]): Trail {
  const last = attempts.at(-1);
  const { served: _, ...rest } = sampleTrail();
  return {
    ...rest,
    plan,
    attempts,
    rehearsal: true,
    ...(last?.fault === undefined && last ? { served: last.target } : {}),
  };
}
