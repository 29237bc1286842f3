import { OPERATIONS } from '../../core/operation.ts';
import type { PlanNote } from '../../core/trail.ts';
import type { ConversationHomes } from '../conversations/conversation-homes.ts';
import type { Exchange } from '../exchange.ts';
import type { CompiledPlan, Step } from '../fleet.ts';
import type { Memories } from '../translation.ts';
import type { Arranged } from './arranged.ts';
import { groupSteps } from './groups.ts';
import { headroomFirst } from './headroom.ts';
import { findHome, type FoundHome, isOrdered, weighHome } from './home.ts';
import { promptTokens } from './prompt-size.ts';
import { choiceWords, spreadKeys, STRATEGIES } from './strategies.ts';
import type { Wheels } from './wheels.ts';
import { nameStep, timeLeft } from './words.ts';

/** What choosing among targets needs from outside. */
export interface BalancePorts extends Memories {
  readonly random: () => number;
  readonly wheels: Wheels;
  readonly conversations: ConversationHomes;
}

/**
 * Puts the targets that may be asked now in order: the conversation's home first where it stays, else whom the route's
 * strategy chooses, and those behind whose limits are used up. Undefined when that is the order they are in.
 */
export function arrange(
  exchange: Exchange,
  compiled: CompiledPlan,
  open: readonly Step[],
  now: number,
  ports: BalancePorts,
): Arranged | undefined {
  const { stateless, auxiliary } = OPERATIONS[exchange.operation];
  if (!stateless || auxiliary || exchange.home !== undefined) return undefined;
  const isAlone = compiled.steps.length === 1;
  const found = isAlone ? undefined : findHome(exchange, compiled, ports.conversations, now);
  const chosen = isAlone ? undefined : choose({ exchange, compiled, open, now, ports, found });
  if (!compiled.policy.headroom || (chosen !== undefined && chosen.waitMs > 0)) return chosen;
  return headroomFirst({ exchange, compiled, now, found, memories: ports }, chosen, open) ?? chosen;
}

interface Scene {
  readonly exchange: Exchange;
  readonly compiled: CompiledPlan;
  readonly open: readonly Step[];
  readonly now: number;
  readonly ports: BalancePorts;
  readonly found: FoundHome | undefined;
}

function choose(scene: Scene): Arranged | undefined {
  const { found, open } = scene;
  const notes: PlanNote[] = [];
  if (found !== undefined) {
    const stay = open.includes(found.step) ? stayHome(scene, found, notes) : waitHome(scene, found, notes);
    if (stay) return stay;
  }
  const balanced = balance(scene, notes);
  if (balanced) return { steps: balanced, waitMs: 0, notes, isChosen: true };
  return notes.length === 0 ? undefined : { steps: open, waitMs: 0, notes, isChosen: false };
}

/** Its home can be asked now. */
function stayHome(scene: Scene, found: FoundHome, notes: PlanNote[]): Arranged | undefined {
  const { exchange, compiled, open, now, ports } = scene;
  const elsewhere = open.find((step) => step !== found.step);
  const isPreferredElsewhere = isOrdered(compiled);
  // Where the order says the same there is nothing to weigh, and nothing to tell.
  if (!elsewhere || (isPreferredElsewhere && open[0] === found.step)) return undefined;
  const place = { isPreferredElsewhere, waitMs: 0, now };
  const { stays, why } = weighHome(exchange, found, elsewhere, place, ports);
  const name = nameStep(found.step);
  if (!stays) {
    notes.push({ by: 'affinity', why: `the conversation left ${name} for ${nameStep(elsewhere)}: ${why}` });
    return undefined;
  }
  notes.push({ by: 'affinity', why: `the conversation stays with ${name}: ${why}` });
  return { steps: firstThen(found.step, open), waitMs: 0, notes, isChosen: true };
}

/** Its home is being left alone: for so short a time that waiting for it may cost less than leaving. */
function waitHome(scene: Scene, found: FoundHome, notes: PlanNote[]): Arranged | undefined {
  const { exchange, compiled, open, now, ports } = scene;
  const [elsewhere] = open;
  const { breaker, cooldown } = found.step.state.view(now);
  const until = cooldown?.until;
  // A breaker is no promise of an end, and whoever cannot be used at all will not be by then.
  if (!elsewhere || until === undefined || breaker.is !== 'closed' || found.step.skipped !== undefined)
    return undefined;
  const waitMs = until - now;
  const name = nameStep(found.step);
  if (waitMs > compiled.policy.waitMs) {
    notes.push({
      by: 'affinity',
      why: `the conversation left ${name}, which is left alone for another ${timeLeft(waitMs)}`,
    });
    return undefined;
  }
  const place = { isPreferredElsewhere: isOrdered(compiled), waitMs, now };
  const { stays, why } = weighHome(exchange, found, elsewhere, place, ports);
  if (!stays) {
    notes.push({
      by: 'affinity',
      why: `the conversation left ${name}, which is left alone for another ${timeLeft(waitMs)}: ${why}`,
    });
    return undefined;
  }
  notes.push({ by: 'affinity', why: `waited ${timeLeft(waitMs)} for ${name}: ${why}` });
  return { steps: firstThen(found.step, open), waitMs, notes, isChosen: true };
}

/** The route's strategy among targets, and the turn of keys within them. */
function balance(
  { exchange, compiled, open, now, ports }: Scene,
  notes: PlanNote[],
): readonly Step[] | undefined {
  const { policy, route } = compiled;
  if (isOrdered(compiled) || open.length < 2) return undefined;
  const groups = groupSteps(open);
  const choice =
    groups.length < 2
      ? undefined
      : STRATEGIES[policy.balance](groups, {
          now,
          isStream: exchange.trail.stream,
          random: ports.random,
          wheel: ports.wheels.of(`route ${route}`),
          places: (compiled.steps.at(-1)?.place ?? 0) + 1,
          tokens: () => promptTokens(exchange, ports),
        });
  if (choice) notes.push({ by: policy.balance, why: choiceWords(policy.balance, choice) });
  const ordered = choice ? firstThen(choice.group, groups) : groups;
  if (policy.keys === 'order') return ordered.flatMap(({ steps }) => steps);
  return ordered.flatMap(({ steps }, index) => {
    const [first] = steps;
    // Only the turn of whoever is asked first is used up.
    if (index > 0 || steps.length < 2 || !first) return steps;
    const spread = spreadKeys(ports.wheels.of(`keys of ${first.target.provider}`), steps, now);
    notes.push({ by: 'keys', why: `the key ${spread[0]?.target.key ?? ''} has its turn` });
    return spread;
  });
}

function firstThen<T>(first: T, all: readonly T[]): readonly T[] {
  return [first, ...all.filter((other) => other !== first)];
}
