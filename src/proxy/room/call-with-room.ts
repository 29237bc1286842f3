import { fault } from '../../core/fault.ts';
import type { Clock } from '../../lib/clock.ts';
import { formatDuration } from '../../lib/duration.ts';
import type { AttemptResult } from '../attempt-order.ts';
import type { CallPlace } from '../call-place.ts';
import type { Exchange } from '../exchange.ts';
import type { Step } from '../fleet.ts';
import { AttemptDraft } from '../trail-draft.ts';
import type { Room } from './admission.ts';
import { waitForRoom } from './wait-for-room.ts';

/** A call to a provider that serves only so many at once. */
interface Crowded {
  readonly step: Step;
  readonly room: Room;
  readonly place: CallPlace;
  readonly clock: Clock;
}

/** Makes the call when there is room for it. What comes here has nobody else to turn to, so it waits. */
export async function callWithRoom(
  exchange: Exchange,
  { step, room, place, clock }: Crowded,
  call: (place: CallPlace, queuedMs: number) => Promise<AttemptResult>,
): Promise<AttemptResult> {
  const since = exchange.elapsed();
  let queuedMs = 0;
  if (exchange.reserved?.room === room) {
    ({ queuedMs } = exchange.reserved);
    exchange.reserved = undefined;
  } else if (!room.enter()) {
    const refusal = await waitHere(exchange, { step, room, place, clock });
    if (refusal) return refusal;
    queuedMs = exchange.elapsed() - since;
  }
  const remainingMs = Math.max(0, place.remainingMs - (exchange.elapsed() - since));
  try {
    return await call({ ...place, remainingMs, waitedMs: place.waitedMs + queuedMs }, queuedMs);
  } finally {
    room.leave(clock.now());
  }
}

/** Undefined once there is room. */
async function waitHere(
  exchange: Exchange,
  { step, room, place, clock }: Crowded,
): Promise<AttemptResult | undefined> {
  const { maxQueued, queueWaitMs } = exchange.plan?.compiled.policy ?? exchange.fleet.profile.policy;
  const since = exchange.elapsed();
  const ms = Math.min(queueWaitMs, place.remainingMs);
  const waited = await waitForRoom(exchange, [room], { most: maxQueued, ms, clock });
  if (waited.is === 'in') return undefined;
  if (waited.is === 'over' && exchange.gone) return { is: 'gone' };
  room.noteRefusal();
  const queuedMs = exchange.elapsed() - since;
  const after = waited.is === 'late' ? ` (waited ${formatDuration(Math.round(queuedMs))})` : '';
  const why = fault('busy', `${step.provider.name} is busy: ${room.describe()}${after}`);
  const record = new AttemptDraft(step.target, exchange.elapsed(), queuedMs);
  record.queuedMs = Math.round(queuedMs);
  record.fault = why.code;
  record.message = why.message;
  exchange.trail.attempts.push(record);
  exchange.endAttempt(record);
  return { is: 'failed', fault: why, lost: false };
}
