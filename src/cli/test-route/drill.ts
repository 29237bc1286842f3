import { targetName } from '../../core/target.ts';
import type { Trail } from '../../core/trail.ts';
import { shares, skipAfter } from '../../resilience/index.ts';
import type { ChatContent } from '../chat/answer.ts';
import { DRILL_FAULTS, type DrillFault, type WantedFault } from './faults.ts';
import type { Rehearsal, RehearsalOrder } from './rehearsal.ts';
import type { TestTarget } from './targets.ts';

// A simulated fault is met within 1.5 s (the proxy's limit for drills), and one retry comes at most 3 s later
// (the longest wait in line while another target remains).
const IN_TIME_MS = 5_000;

// Three or four words of prose that no model begins "Say ok." with.
const TELLING_CHARACTERS = 16;

/** One step of the drill: which targets fail, with what, and how it is asked for. */
export interface DrillStep {
  /** Target position → fault. */
  readonly faults: ReadonlyMap<number, DrillFault>;
  readonly stream: boolean;
}

/**
 * - `took-over`: the next target served, in time, with a whole answer of its own.
 * - `slow`: it did, but later than the fault explains.
 * - `other`: somebody served, but not the one whose turn it was.
 * - `alone`: nobody was left to take over, because the others share what failed (their provider).
 * - `continued`: the answer was cut, and the next target went on with it, so that the caller got a whole one.
 * - `told`: the answer was cut, and the caller was told so.
 * - `no-answer`: the caller got no whole answer.
 * - `not-tried`: the target whose turn it would be failed its own probe.
 */
export type StepResult =
  | 'took-over'
  | 'continued'
  | 'slow'
  | 'other'
  | 'alone'
  | 'told'
  | 'no-answer'
  | 'not-tried';

/** What one step showed. */
export interface DrillOutcome {
  readonly step: DrillStep;
  readonly result: StepResult;
  /** Whose turn it was. */
  readonly expected: string | undefined;
  readonly servedBy: string | undefined;
  /** How long the caller waited before the target that served was asked. */
  readonly waitedMs: number | undefined;
  readonly totalMs: number | undefined;
  readonly problem: string | undefined;
  readonly id: string | undefined;
}

/** The steps of a whole drill: for each k the first k targets fail, with each fault in turn. */
export function planDrill(
  targets: readonly TestTarget[],
  wanted: readonly WantedFault[],
  stream: boolean | undefined,
): readonly DrillStep[] {
  const positioned = wanted.flatMap(({ fault, at }) => (at === undefined ? [] : [[at, fault] as const]));
  if (positioned.length > 0) {
    return [{ faults: new Map(positioned), stream: stream ?? positioned.some(([, fault]) => fault.stream) }];
  }
  const faults =
    wanted.length > 0 ? wanted.map(({ fault }) => fault) : DRILL_FAULTS.filter(({ usual }) => usual);
  const usable = targets.filter(({ out }) => out === undefined);
  return usable.slice(0, -1).flatMap((_, index) =>
    faults.map((fault) => ({
      faults: new Map(usable.slice(0, index + 1).map(({ position }) => [position, fault])),
      stream: stream ?? fault.stream,
    })),
  );
}

/** What answers are held against: nobody but the drill's own simulator speaks as it does. */
export interface Yardstick {
  readonly dry: boolean;
  readonly simulated: ChatContent | undefined;
}

/** The target that would serve if the faults took nobody else with them. */
export function nextInTurn(
  targets: readonly TestTarget[],
  { faults, stream }: DrillStep,
): TestTarget | undefined {
  // Half of a stream is with the caller: when nobody is left to go on with it, the caller is told so.
  const cutting = stream ? targets.find(({ position }) => faults.get(position)?.cuts === true) : undefined;
  return targets.find(({ position, out }) => out === undefined && !faults.has(position)) ?? cutting;
}

/** The faults of a step as the proxy takes them: by place in the plan, so that every key of a target fails. */
export function faultTexts(targets: readonly TestTarget[], { faults }: DrillStep): RehearsalOrder['faults'] {
  const texts: Record<number, string> = {};
  for (const { position, places, out } of targets) {
    // What the profile leaves out must not be asked for real either.
    const fault = out === undefined ? faults.get(position)?.text : '401';
    if (fault !== undefined) for (const place of places) texts[place] = fault;
  }
  return texts;
}

/** Holds what came back against what should have. `simulated` is the drill's simulator's answer to this question. */
export function judgeStep(
  step: DrillStep,
  targets: readonly TestTarget[],
  { answer, trail }: Rehearsal,
  { dry, simulated }: Yardstick,
): DrillOutcome {
  const expected = trail && inTurn(step, targets, trail);
  const served = trail?.served;
  const servedBy = answer.is === 'whole' && served ? targetName(served) : undefined;
  const waitedMs = answer.is === 'whole' ? trail?.attempts.at(-1)?.startMs : undefined;
  const seen = {
    step,
    expected: expected?.name,
    servedBy,
    waitedMs,
    totalMs: answer.totalMs,
    id: trail?.id,
  };
  const cuts = [...step.faults.values()].some((fault) => fault.cuts);
  if (answer.is === 'broken' && cuts) return { ...seen, result: 'told', problem: answer.problem };
  if (answer.is !== 'whole') {
    const alone = expected === undefined && trail !== undefined;
    return { ...seen, result: alone ? 'alone' : 'no-answer', problem: answer.problem };
  }
  if (cuts && trail?.continued === true && servedBy === expected?.name) {
    const problem = whyNotJoined(answer.content, trail, { dry, simulated });
    return { ...seen, result: problem === undefined ? 'continued' : 'no-answer', problem };
  }
  const mixed = whoseBytes(answer.content, { dry, simulated });
  if (mixed !== undefined) return { ...seen, result: 'no-answer', problem: mixed };
  if (servedBy !== expected?.name) {
    return { ...seen, result: 'other', problem: failureOf(trail, expected?.name) };
  }
  const limitMs = IN_TIME_MS * Math.max(1, (trail?.attempts.length ?? 1) - 1);
  return { ...seen, result: (waitedMs ?? 0) > limitMs ? 'slow' : 'took-over', problem: undefined };
}

/** A step that is not worth its cost: whoever would have to serve has just shown that it cannot. */
export function notTried(step: DrillStep, expected: string): DrillOutcome {
  return {
    step,
    result: 'not-tried',
    expected,
    servedBy: undefined,
    waitedMs: undefined,
    totalMs: undefined,
    problem: `${expected} failed its own probe`,
    id: undefined,
  };
}

/** The first target that neither fails nor shares the cause of what failed. */
function inTurn(
  { faults }: DrillStep,
  targets: readonly TestTarget[],
  { attempts, plan }: Trail,
): TestTarget | undefined {
  const failed = attempts.filter((attempt) => attempt.fault !== undefined);
  const simulatedOnes = failed.filter(({ target }) =>
    targets.some(({ name, position }) => name === targetName(target) && faults.has(position)),
  );
  return targets.find(({ position, out, places }) => {
    if (out !== undefined || faults.has(position)) return false;
    return places.some((place) => {
      const own = plan[place - 1]?.target;
      return (
        own !== undefined &&
        !simulatedOnes.some(({ fault, target }) => fault && shares(skipAfter(fault), target, own))
      );
    });
  });
}

/**
 * In a dry run every target is the simulator; otherwise nothing of the simulator may reach the caller. It is known by its
 * words, the one thing that every format keeps.
 */
function whoseBytes({ text }: ChatContent, { dry, simulated }: Yardstick): string | undefined {
  if (simulated === undefined) return undefined;
  if (dry) return text === simulated.text ? undefined : 'the answer is not what the target said';
  const beginning = simulated.text.slice(0, TELLING_CHARACTERS);
  return beginning !== '' && text.startsWith(beginning) ? "the answer is a failing target's" : undefined;
}

/** An answer in pieces begins with what the failing target said, and in a dry run it is the very answer it would be whole. */
function whyNotJoined(
  { text }: ChatContent,
  { attempts }: Trail,
  { dry, simulated }: Yardstick,
): string | undefined {
  if (simulated === undefined) return undefined;
  const kept = attempts.at(-1)?.continued?.kept ?? 0;
  const beginning = dry ? simulated.text : simulated.text.slice(0, kept);
  return text.startsWith(beginning) ? undefined : 'the pieces of the answer do not fit together';
}

function failureOf(trail: Trail | undefined, name: string | undefined): string | undefined {
  const attempt = trail?.attempts.find(({ target, fault }) => fault && targetName(target) === name);
  return attempt?.message ?? (name === undefined ? undefined : `${name} was not asked`);
}
