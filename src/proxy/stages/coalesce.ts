import { fault } from '../../core/fault.ts';
import { Flight } from '../cache/flight.ts';
import { BEHIND, type Played } from '../cache/playback.ts';
import { costAgain } from '../cache/saved.ts';
import type { Exchange } from '../exchange.ts';
import { refused, type Reply } from '../reply.ts';
import type { Handler, Stage } from '../stage.ts';
import type { TrailDraft } from '../trail-draft.ts';

/** Lets identical requests that are in flight at the same time share one call, where the policy says so. */
export function coalesce(): Stage {
  const flights = new Map<string, Flight>();
  return (next) => (exchange) => {
    const key = exchange.sharedKey;
    if (key === undefined) return next(exchange);
    const flight = flights.get(key);
    return flight?.isJoinable === true ? follow(exchange, flight) : lead(exchange, key, flights, next);
  };
}

/** Makes the call that others may join. */
async function lead(
  exchange: Exchange,
  key: string,
  flights: Map<string, Flight>,
  next: Handler,
): Promise<Reply> {
  const caller = exchange.response;
  const flight = new Flight(exchange, () => {
    if (flights.get(key) === flight) flights.delete(key);
  });
  flights.set(key, flight);
  let reply: Reply = refused(fault('internal'));
  try {
    reply = await next(exchange);
  } finally {
    exchange.response = caller;
    exchange.whenInterrupted(() => {
      if (exchange.gone) flight.own.leave();
    });
    flight.settle(reply);
  }
  return toldTo(exchange, await flight.own.ended, reply);
}

/** Takes part in a call that is under way. */
async function follow(exchange: Exchange, flight: Flight): Promise<Reply> {
  const { trail } = exchange;
  const { leader } = flight;
  trail.cache = { is: 'coalesced', source: leader.trail.id };
  if (leader.trail.route !== undefined) trail.route = leader.trail.route;
  const played = await flight.join(exchange).ended;
  const reply = await flight.reply;
  trail.plan = leader.trail.plan;
  noteSaved(trail, leader);
  return toldTo(exchange, played, reply);
}

/** What the shared call cost, somebody else's exchange says. */
function noteSaved(trail: TrailDraft, leader: Exchange): void {
  if (trail.status === 0 || trail.cache === undefined) return;
  trail.costUsd = 0;
  const { usage } = leader.trail;
  const savedUsd = costAgain(leader.plan?.compiled.steps ?? [], { from: trail.cache.from, usage }, trail.at);
  if (savedUsd !== undefined) trail.cache = { ...trail.cache, savedUsd };
}

/** How the exchange ended for this caller. */
function toldTo(exchange: Exchange, played: Played, reply: Reply): Reply {
  switch (played) {
    case 'whole':
      return { is: 'relayed' };
    case 'broken':
      return reply.is === 'cut' ? reply : { is: 'cut', fault: fault('stream_broken') };
    case 'behind':
      return { is: 'cut', fault: BEHIND };
    case 'gone':
      exchange.gone = true;
      return { is: 'gone' };
    case 'nothing':
      return reply;
  }
}
