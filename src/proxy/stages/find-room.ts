import type { Clock } from '../../lib/clock.ts';
import type { ChosenPlan, Exchange } from '../exchange.ts';
import type { Step } from '../fleet.ts';
import type { Reply } from '../reply.ts';
import type { Room } from '../room/admission.ts';
import { waitForRoom } from '../room/wait-for-room.ts';
import type { Handler, Stage } from '../stage.ts';
import { refuseBusy, waitMs } from './admit.ts';

/**
 * Sends a request past providers that are full to those of its plan that are not. When all are, it waits for the first
 * to have room. Providers without a `concurrency` are never full.
 */
export function findRoom(ports: { readonly clock: Clock }): Stage {
  return (next) => (exchange) => {
    const { plan } = exchange;
    if (plan === undefined || exchange.drill !== undefined || !plan.steps.some(isFull)) return next(exchange);
    const free = plan.steps.filter((step) => !isFull(step));
    if (free.length === 0) return waitAndServe(exchange, plan, next, ports.clock);
    noteBusy(exchange, plan.steps);
    exchange.plan = { ...plan, steps: [...free, ...plan.steps.filter(isFull)] };
    return next(exchange);
  };
}

async function waitAndServe(
  exchange: Exchange,
  plan: ChosenPlan,
  next: Handler,
  clock: Clock,
): Promise<Reply> {
  const rooms = [...new Set(plan.steps.flatMap(({ room }) => (room === undefined ? [] : [room])))];
  const { maxQueued, queueWaitMs } = plan.compiled.policy;
  const since = exchange.elapsed();
  const ms = waitMs(exchange, queueWaitMs);
  const waited = await waitForRoom(exchange, rooms, { most: maxQueued, ms, clock });
  if (waited.is !== 'in') {
    noteBusy(exchange, plan.steps);
    return refuseBusy(exchange, waited.is, rooms, { clock, what: 'every target is busy' });
  }
  exchange.plan = { ...plan, steps: startingWith(waited.room, plan.steps) };
  exchange.reserved = { room: waited.room, queuedMs: exchange.elapsed() - since };
  try {
    return await next(exchange);
  } finally {
    // Whoever went elsewhere after all has not used it.
    if (exchange.reserved !== undefined) waited.room.leave(clock.now());
  }
}

/** Whether a target is left out because its provider is full; then the plan says so. */
export function passesOver(exchange: Exchange, step: Step): boolean {
  if (step.room === undefined || exchange.drill !== undefined) return false;
  if (step.room.hasRoom || exchange.reserved?.room === step.room) return false;
  noteBusy(exchange, [step]);
  return true;
}

function isFull({ room }: Step): boolean {
  return room !== undefined && !room.hasRoom;
}

function startingWith(room: Room, steps: readonly Step[]): Step[] {
  return [...steps.filter((step) => step.room === room), ...steps.filter((step) => step.room !== room)];
}

function noteBusy({ trail }: Exchange, steps: readonly Step[]): void {
  trail.plan = trail.plan.map((planned) => {
    const step = steps.find(({ target }) => target === planned.target);
    if (step?.room === undefined || !isFull(step) || planned.skipped !== undefined) return planned;
    return { ...planned, skipped: `busy: ${step.room.describe()}`, fault: 'busy' };
  });
}
