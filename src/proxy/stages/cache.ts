import { type Fault, type FaultCode, fault } from '../../core/fault.ts';
import type { Policy } from '../../core/policy.ts';
import type { AnswerCachePort, KeptAnswer } from '../../core/ports.ts';
import type { Profile } from '../../core/profile.ts';
import type { Clock } from '../../lib/clock.ts';
import { AnswerDraft } from '../cache/answer-draft.ts';
import { isRepeatable, requestKey } from '../cache/key.ts';
import { replay } from '../cache/replay.ts';
import { costAgain } from '../cache/saved.ts';
import { type CacheWish, readCacheWish, readDirective } from '../cache/wish.ts';
import { worthOf } from '../cache/worth.ts';
import type { Exchange } from '../exchange.ts';
import type { CompiledPlan, Fleet } from '../fleet.ts';
import { compilePlan } from '../planning/find-targets.ts';
import { type Reply, refused } from '../reply.ts';
import type { Handler, Stage } from '../stage.ts';

/** What answering from memory needs from outside. */
export interface CachePorts {
  readonly clock: Clock;
  /** Where answers are kept; without it none are. */
  readonly answers?: AnswerCachePort;
}

/**
 * Gives kept answers again, keeps new ones, and lets an old one stand in when every target failed; all of it only where
 * the route's policy or the request says so. Elsewhere it is one comparison.
 */
export function cache(ports: CachePorts): Stage {
  let known: Fleet | undefined;
  let isWanted = false;
  return (next) => (exchange) => {
    if (exchange.fleet !== known) {
      known = exchange.fleet;
      isWanted = wantsCache(known.profile);
    }
    return isWanted || exchange.headers.cache !== undefined ? serve(exchange, ports, next) : next(exchange);
  };
}

function wantsCache({ policy, routes }: Profile): boolean {
  return [policy, ...routes.map((route) => route.policy)].some(
    (each) => each.cache === true || each.coalesce === true || (each.staleIfErrorMs ?? 0) > 0,
  );
}

/** What is to be done for one request. */
interface Order {
  readonly plan: CompiledPlan;
  readonly key: string;
  readonly wish: CacheWish | undefined;
  /** Answers are looked up and kept. */
  readonly isOn: boolean;
  /** How old an answer may be that stands in; 0: none does. */
  readonly staleMs: number;
}

function serve(exchange: Exchange, ports: CachePorts, next: Handler): Promise<Reply> {
  const order = orderFor(exchange, ports);
  if (order === undefined) return next(exchange);
  if ('code' in order) return Promise.resolve(refused(order));
  return serveOrder(exchange, ports, order, next);
}

/** What the policy and the request want together; undefined when there is nothing to do, a fault when it cannot be done. */
function orderFor(exchange: Exchange, { answers }: CachePorts): Order | Fault | undefined {
  const asked = readCacheWish(exchange.headers);
  if (typeof asked === 'object') return asked;
  if (!isRepeatable(exchange))
    return asked === 'only' ? notKept('requests of this kind are not kept') : undefined;
  const plan = compilePlan(exchange);
  // The next stage says what is wrong with it.
  if ('code' in plan) return undefined;
  const { policy } = plan;
  const wish = asked ?? (policy.cache ? readDirective(exchange.headers) : undefined);
  if (wish === 'off') return undefined;
  const isOn = answers !== undefined && (wish !== undefined || policy.cache);
  // Who wants a new answer does not want an old one in its place.
  const staleMs = answers === undefined || wish === 'refresh' ? 0 : policy.staleIfErrorMs;
  if (!isOn && staleMs === 0 && !policy.coalesce) return undefined;
  const key = requestKey(exchange, plan);
  if (policy.coalesce && wish !== 'refresh') exchange.sharedKey = `${key} ${exchange.headers.timeout ?? ''}`;
  return { plan, key, wish, isOn, staleMs };
}

async function serveOrder(
  exchange: Exchange,
  ports: CachePorts,
  order: Order,
  next: Handler,
): Promise<Reply> {
  const { answers, clock } = ports;
  const { isOn, staleMs, wish, key, plan } = order;
  if (!answers || (!isOn && staleMs === 0)) return next(exchange);
  let kept: KeptAnswer | undefined;
  if (isOn && wish !== 'refresh') {
    kept = await found(answers, key);
    if (exchange.gone) return { is: 'gone' };
    const ageMs = kept && ageOf(kept, clock.now());
    if (kept && ageMs !== undefined && isFresh(kept, ageMs, plan.policy))
      return giveAgain(exchange, kept, order, { is: 'hit', ageMs });
    if (wish === 'only') return refused(notKept('no answer to this request is kept'));
  }
  if (isOn) exchange.trail.cache = { is: 'miss' };
  const draft = new AnswerDraft(exchange.fleet.settings.cache.answerBytes);
  exchange.tap = draft;
  const reply = await next(exchange);
  if (draft.isWhole) keep(exchange, draft, order, ports);
  if (reply.is !== 'refused' || staleMs === 0 || exchange.over) return reply;
  return standIn(exchange, reply.fault, kept ?? (await found(answers, key)), order, ports) ?? reply;
}

/** What is kept; looked for once more in memory when asking the disk took its time. */
async function found(answers: AnswerCachePort, key: string): Promise<KeptAnswer | undefined> {
  const answer = answers.find(key);
  return answer instanceof Promise ? ((await answer) ?? answers.peek(key)) : answer;
}

function ageOf({ at }: KeptAnswer, now: number): number {
  return Math.max(0, now - at);
}

/** A stand-in's answer was good enough while the first target was down, not for as long as answers are kept. */
function isFresh({ standIn: isStandIn }: KeptAnswer, ageMs: number, policy: Policy): boolean {
  return !isStandIn && ageMs < policy.cacheTtlMs;
}

function giveAgain(
  exchange: Exchange,
  kept: KeptAnswer,
  { plan }: Order,
  how: {
    readonly is: 'hit' | 'stale';
    readonly ageMs: number;
    readonly fault?: FaultCode;
    readonly message?: string;
  },
): Promise<Reply> {
  const { trail } = exchange;
  const { from, source } = kept;
  const savedUsd = how.is === 'hit' ? costAgain(plan.steps, kept, trail.at) : undefined;
  trail.cache = { ...how, from, source, ...(savedUsd !== undefined && { savedUsd }) };
  if (how.is === 'hit') {
    trail.route = plan.route;
    trail.costUsd = 0;
  }
  return replay(exchange, kept);
}

function keep(exchange: Exchange, draft: AnswerDraft, order: Order, { answers, clock }: CachePorts): void {
  const { trail, fleet } = exchange;
  const from = trail.attempts.at(-1)?.target;
  const worth = worthOf(exchange, draft);
  if (worth.is === 'worthless' || from === undefined) {
    const why = worth.is === 'worthless' ? worth.why : 'came from no target';
    if (trail.cache?.is === 'miss') trail.cache = { is: 'miss', kept: false, why };
    return;
  }
  const first = trail.plan.find(({ unable }) => unable !== true);
  const { policy, route } = order.plan;
  const now = clock.now();
  answers?.keep(order.key, {
    at: now,
    until: now + Math.max(order.isOn ? policy.cacheTtlMs : 0, policy.staleIfErrorMs),
    status: draft.status,
    headers: draft.headers,
    body: draft.body,
    stream: trail.stream,
    profile: fleet.profile.name,
    route,
    from,
    source: trail.id,
    ...(trail.usage && { usage: trail.usage }),
    calls: worth.calls,
    standIn: first !== undefined && first.target !== from,
  });
  if (trail.cache?.is === 'miss') trail.cache = { is: 'miss', kept: true };
}

/** An old answer in place of a failure; undefined when there is none that may be given. */
function standIn(
  exchange: Exchange,
  why: Fault,
  kept: KeptAnswer | undefined,
  order: Order,
  { clock }: CachePorts,
): Promise<Reply> | undefined {
  if (kept === undefined || !OUTAGES.has(why.code)) return undefined;
  const ageMs = ageOf(kept, clock.now());
  if (ageMs > order.staleMs || (kept.calls && !order.plan.policy.staleToolCalls)) return undefined;
  return giveAgain(exchange, kept, order, { is: 'stale', ageMs, fault: why.code, message: why.message });
}

/** Failures that are not of the request's own making: what it asks was answered before, and would be again. */
const OUTAGES: ReadonlySet<FaultCode> = new Set([
  'upstream_unreachable',
  'upstream_timeout',
  'upstream_overloaded',
  'upstream_rate_limited',
  'upstream_refused_key',
  'upstream_out_of_credit',
  'upstream_model_missing',
  'upstream_garbled',
  'busy',
  'offline',
  'breaker_open',
  'exhausted',
]);

function notKept(message: string): Fault {
  return fault('not_kept', message);
}
