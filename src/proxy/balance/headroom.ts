import type { PlanNote } from '../../core/trail.ts';
import type { Shortage } from '../../resilience/index.ts';
import type { Exchange } from '../exchange.ts';
import type { CompiledPlan, Step } from '../fleet.ts';
import type { Memories } from '../translation.ts';
import type { Arranged } from './arranged.ts';
import { type FoundHome, isOrdered, weighHome } from './home.ts';
import { promptTokens } from './prompt-size.ts';
import { nameStep, timeLeft } from './words.ts';

// More than any prompt has for its size; only what does not fit so is looked at more closely.
const BYTES_PER_TOKEN = 4;

interface Scene {
  readonly exchange: Exchange;
  readonly compiled: CompiledPlan;
  readonly now: number;
  readonly found: FoundHome | undefined;
  readonly memories: Memories;
}

/**
 * Puts those behind whose provider said that their limits are used up: another key serves before, then another target.
 * Where none has headroom, the one is waited for that has it soon; else they are tried all the same, in their order.
 * Undefined when the first one has.
 */
export function headroomFirst(
  scene: Scene,
  arranged: Arranged | undefined,
  open: readonly Step[],
): Arranged | undefined {
  const steps = arranged?.steps ?? open;
  const [first] = steps;
  const short = first && shortageOf(scene, first);
  if (!first || !short) return undefined;
  const notes = [...(arranged?.notes ?? [])];
  const isChosen = arranged?.isChosen ?? false;
  const all = steps.map((step) => ({ step, short: shortageOf(scene, step) }));
  const roomy = all.filter((entry) => entry.short === undefined).map(({ step }) => step);
  if (roomy.length === 0) return noRoom(scene, all, { steps, notes, isChosen });
  const waits = waitAtHome(scene, first, short, roomy);
  if (waits) return { steps, waitMs: short.until - scene.now, notes: [...notes, waits], isChosen };
  const rest = all.filter((entry) => entry.short !== undefined).map(({ step }) => step);
  notes.push({ by: 'headroom', why: `${nameStep(first)} set back: ${words(short, scene.now)}` });
  return { steps: [...roomy, ...rest], waitMs: 0, notes, isChosen };
}

function noRoom(
  { compiled, now }: Scene,
  all: readonly { readonly step: Step; readonly short: Shortage | undefined }[],
  { steps, notes, isChosen }: Omit<Arranged, 'waitMs'>,
): Arranged {
  const [soonest] = [...all].sort((a, b) => (a.short?.until ?? 0) - (b.short?.until ?? 0));
  if (!soonest?.short) return { steps, waitMs: 0, notes, isChosen };
  const waitMs = soonest.short.until - now;
  const name = nameStep(soonest.step);
  const told = words(soonest.short, now);
  if (waitMs > compiled.policy.waitLastMs) {
    return {
      steps,
      waitMs: 0,
      notes: [
        ...notes,
        { by: 'headroom', why: `nobody has headroom left, so it is tried: ${name} has ${told}` },
      ],
      isChosen,
    };
  }
  return {
    steps: [soonest.step, ...steps.filter((step) => step !== soonest.step)],
    waitMs,
    notes: [...notes, { by: 'headroom', why: `waited ${timeLeft(waitMs)} for ${name}: ${told}` }],
    isChosen,
  };
}

/** A conversation that would have to leave its target may rather wait for it, as it does for a `retry-after`. */
function waitAtHome(
  { exchange, compiled, now, found, memories }: Scene,
  first: Step,
  short: Shortage,
  roomy: readonly Step[],
): PlanNote | undefined {
  const [elsewhere] = roomy;
  const waitMs = short.until - now;
  if (found?.step !== first || !elsewhere || waitMs > compiled.policy.waitMs) return undefined;
  const place = { isPreferredElsewhere: isOrdered(compiled), waitMs, now };
  const { stays, why } = weighHome(exchange, found, elsewhere, place, memories);
  if (!stays) return undefined;
  return {
    by: 'headroom',
    why: `waited ${timeLeft(waitMs)} for ${nameStep(first)}: ${words(short, now)}; ${why}`,
  };
}

function shortageOf({ exchange, now, memories }: Scene, { state }: Step): Shortage | undefined {
  const { headroom } = state.pulse;
  if (!headroom.isTold) return undefined;
  // The size says too much rather than too little, and costs nothing.
  const atMost = Math.ceil(exchange.body.length / BYTES_PER_TOKEN);
  if (headroom.shortage(atMost, now) === undefined) return undefined;
  return headroom.shortage(promptTokens(exchange, memories), now);
}

function words({ name, remaining, limit, until }: Shortage, now: number): string {
  const left = remaining === 0 ? 'none' : `${remaining}`;
  return `${left} of ${limit} ${name} left for another ${timeLeft(until - now)}`;
}
