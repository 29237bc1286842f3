import { fault } from '../../core/fault.ts';
import type { Clock } from '../../lib/clock.ts';
import { formatDuration } from '../../lib/duration.ts';
import { comeBack } from '../../resilience/index.ts';
import { patienceOf } from '../arrival/patience.ts';
import type { Exchange } from '../exchange.ts';
import { type Reply, refused } from '../reply.ts';
import type { Room } from '../room/admission.ts';
import { type Waited, waitForRoom } from '../room/wait-for-room.ts';
import type { Handler, Stage } from '../stage.ts';

/** Bodies up to here are taken in before a refusal, or the caller might lose it while it still sends. */
const TAKEN_IN_BYTES = 1024 * 1024;

/** What letting requests in needs from outside. */
export interface AdmitPorts {
  readonly clock: Clock;
  /** gw's own room. */
  readonly room: Room;
}

/**
 * Lets a request in while there is room in gw, has it wait for a while where there is none, and refuses it at once when
 * too many wait already. Its body is not read before, so that what waits costs next to nothing.
 */
export function admit(ports: AdmitPorts): Stage {
  return (next) => (exchange) => {
    if (!ports.room.enter()) return waitAndServe(exchange, next, ports);
    exchange.admitted = true;
    return next(exchange);
  };
}

async function waitAndServe(exchange: Exchange, next: Handler, { clock, room }: AdmitPorts): Promise<Reply> {
  const { policy } = exchange.fleet.profile;
  const ms = waitMs(exchange, policy.queueWaitMs);
  const waited = await waitForRoom(exchange, [room], { most: policy.maxQueued, ms, clock });
  if (waited.is === 'in') {
    exchange.admitted = true;
    exchange.trail.queuedMs = Math.round(exchange.elapsed());
    return await next(exchange);
  }
  if (waited.is !== 'over') await takeIn(exchange);
  return refuseBusy(exchange, waited.is, [room], { clock, what: 'gw has no room' });
}

/** How long this request may wait: its caller's patience ends it sooner. */
export function waitMs(exchange: Exchange, most: number): number {
  const patience = patienceOf(exchange.headers)?.ms ?? Infinity;
  return Math.max(0, Math.min(most, patience - exchange.elapsed()));
}

/** What a caller is told for whom there is no room. Nothing was tried, so coming back is right. */
export function refuseBusy(
  exchange: Exchange,
  why: Exclude<Waited['is'], 'in'>,
  rooms: readonly Room[],
  { clock, what }: { readonly clock: Clock; readonly what: string },
): Reply {
  if (exchange.gone) return { is: 'gone' };
  if (why === 'over') return refused(fault('exhausted', exchange.abandoned));
  for (const room of rooms) room.noteRefusal();
  const now = clock.now();
  const soonest = Math.min(...rooms.map(({ expectedMs }) => expectedMs));
  const waited = why === 'late' ? ` (waited ${formatDuration(Math.round(exchange.elapsed()))})` : '';
  const told = rooms.map((room) => room.describe()).join('; ');
  return refused(fault('busy', `${what}: ${told}${waited}`), [], comeBack([now + soonest], now));
}

function takeIn({ request, headers }: Exchange): Promise<void> {
  if (request.complete || (headers.contentLength ?? Infinity) > TAKEN_IN_BYTES) return Promise.resolve();
  return new Promise((resolve) => {
    request.on('end', resolve);
    request.on('close', resolve);
    request.resume();
  });
}
