import type { Fault } from '../core/fault.ts';
import type { Format } from '../core/format.ts';
import { OPERATIONS } from '../core/operation.ts';
import { ok, type Outcome } from '../core/outcome.ts';
import type { Policy } from '../core/policy.ts';
import type { TracePort, Watcher } from '../core/ports.ts';
import type { Clock } from '../lib/clock.ts';
import { VIA_HEADER } from './arrival/headers.ts';
import { tracedHeaders } from './arrival/trace.ts';
import type { AttemptOrder, AttemptReport, AttemptResult } from './attempt-order.ts';
import { makeAttempt } from './attempt.ts';
import { type Beat, followAttempt } from './balance/beat.ts';
import { keepHome } from './balance/home.ts';
import type { CallPlace } from './call-place.ts';
import { type ChaosBook, type Injection, toldAsInjected } from './chaos/chaos.ts';
import { type Drill, drillPolicy } from './chaos/drill.ts';
import { makeContinuedWire } from './continuation/continued-wire.ts';
import { mayContinue } from './continuation/may-continue.ts';
import type { AnswerHomes } from './conversations/answer-homes.ts';
import type { ConversationHomes } from './conversations/conversation-homes.ts';
import type { Exchange } from './exchange.ts';
import { learnFrom, limitAttempt, toldOfCaller } from './first-content.ts';
import type { Step } from './fleet.ts';
import type { Doubts } from './health/doubt.ts';
import { type HealthPorts, HealthReport } from './health/health-report.ts';
import type { AnswerHeaders } from './outlet.ts';
import { withoutCredentials, wordWithoutCredentials } from './redact.ts';
import { callWithRoom } from './room/call-with-room.ts';
import { credentialHeaders, translatedHeaders } from './sent-headers.ts';
import { makeSignedAttempt } from './signed-attempt.ts';
import { keepUsage } from './spending/charge.ts';
import { AttemptDraft } from './trail-draft.ts';
import { formatFor, type Memories } from './translation.ts';
import { makeWire, type Wire } from './wire.ts';

/** What calling a target needs from outside. */
export interface CallPorts extends Memories, HealthPorts {
  readonly clock: Clock;
  readonly watcher: Watcher;
  /** This gw's id, left on every request it sends. */
  readonly instance: string;
  readonly homes: AnswerHomes;
  readonly conversations: ConversationHomes;
  readonly chaos: ChaosBook;
  readonly doubts: Doubts;
  readonly tracing?: TracePort;
}

/** Makes one call to one target, once there is room for it where only so many are served at once. */
export function callTarget(
  exchange: Exchange,
  step: Step,
  place: CallPlace,
  ports: CallPorts,
): Promise<AttemptResult> {
  if (step.room === undefined || exchange.drill !== undefined) return makeCall(exchange, step, place, ports);
  return callWithRoom(exchange, { step, room: step.room, place, clock: ports.clock }, (within, queuedMs) =>
    makeCall(exchange, step, within, ports, queuedMs),
  );
}

/** Makes the call, writes it into the trail, and lets the target's health know how it went. */
function makeCall(
  exchange: Exchange,
  step: Step,
  place: CallPlace,
  ports: CallPorts,
  queuedMs = 0,
): Promise<AttemptResult> {
  const record = new AttemptDraft(step.target, exchange.elapsed(), place.waitedMs);
  if (queuedMs >= 1) record.queuedMs = Math.round(queuedMs);
  exchange.trail.attempts.push(record);
  place.lane?.enter(record);
  const health = new HealthReport(exchange, step, place.again, record, ports);
  const injection = exchange.drill ? undefined : ports.chaos.active?.meet(step.target);
  if (injection) record.injected = injection.fault;
  const report = new CallReport({ exchange, step, record, health, ports, injection });
  const order = makeOrder({ exchange, step, place, ports, record, report, injection });
  if (order.is === 'ok') {
    const { value } = order;
    // The simulator, which plays a target in a rehearsal, is given no signature.
    return step.signer === undefined || value.isSimulated
      ? makeAttempt(exchange, record, value, ports.clock)
      : makeSignedAttempt(exchange, record, value, ports.clock, {
          signer: step.signer,
          address: step.provider.url,
        });
  }
  exchange.endAttempt(record);
  return Promise.resolve(report.ended({ is: 'failed', fault: order.fault, lost: false }));
}

/** One call, with everything that takes part in it. */
interface Call {
  readonly exchange: Exchange;
  readonly step: Step;
  readonly place: CallPlace;
  readonly ports: CallPorts;
  readonly record: AttemptDraft;
  readonly report: AttemptReport;
  readonly injection: Injection | undefined;
}

interface Reporting extends Omit<Call, 'place' | 'report'> {
  readonly health: HealthReport;
}

/**
 * Writes down how the attempt went. It is told while the attempt settles, not after an `await` of it: each further
 * promise on the way of every request is 0.3 µs and 300 bytes.
 */
class CallReport implements AttemptReport {
  readonly #exchange: Exchange;
  readonly #step: Step;
  readonly #record: AttemptDraft;
  readonly #health: HealthReport;
  readonly #ports: CallPorts;
  readonly #injection: Injection | undefined;
  readonly #beat: Beat | undefined;

  constructor({ exchange, step, record, health, ports, injection }: Reporting) {
    this.#injection = injection;
    this.#beat = followAttempt(exchange, step, ports.clock.now(), injection !== undefined);
    this.#exchange = exchange;
    this.#step = step;
    this.#record = record;
    this.#health = health;
    this.#ports = ports;
  }

  answered(headers: AnswerHeaders): void {
    this.#beat?.answered(headers, this.#record.status, this.#ports.clock.now());
    this.#health.answered(headers);
  }

  content(): void {
    this.#beat?.content(this.#ports.clock.now());
    this.#health.content();
  }

  ended(result: AttemptResult): AttemptResult {
    const tried = { exchange: this.#exchange, step: this.#step, record: this.#record };
    const told = toldOfCaller(
      toldAsInjected(withoutKey(result, this.#exchange, this.#step), this.#injection),
      tried,
    );
    const { requestId } = this.#record;
    if (requestId !== undefined)
      this.#record.requestId = wordWithoutCredentials(requestId, this.#step.credentials);
    if (told.is === 'failed' || told.is === 'cut') {
      this.#record.fault = told.fault.code;
      this.#record.message = told.fault.message;
    } else if (told.is === 'gone') {
      this.#record.fault = 'client_gone';
    } else if (told.is === 'outrun') {
      this.#record.lost = true;
    }
    if (told.is === 'failed') keepUsage(this.#exchange.trail, this.#record);
    this.#health.ended(told);
    this.#beat?.ended(told, this.#ports.clock.now());
    if (told.is === 'served')
      keepHome(this.#exchange, this.#step, this.#ports.conversations, this.#ports.clock.now());
    learnFrom(tried, told, this.#ports.clock.now());
    this.#injection?.marks(this.#step.state);
    const { answerId } = this.#exchange;
    if (answerId !== undefined && told.is === 'served') this.#ports.homes.keep(answerId, this.#step.target);
    this.#ports.watcher.attemptEnded(this.#exchange.trail, this.#record);
    return told;
  }
}

function withoutKey(result: AttemptResult, exchange: Exchange, step: Step): AttemptResult {
  if (result.is !== 'failed' && result.is !== 'cut') return result;
  const sent = credentialHeaders(exchange, step);
  return { ...result, fault: withoutCredentials(result.fault, sent, exchange.request.url ?? '') };
}

/** Makes the request for one target: the caller's own bytes, or their translation. */
function makeOrder(call: Call): Outcome<AttemptOrder, Fault> {
  const { exchange, step, place, ports, report, record, injection } = call;
  const { operation, headers } = exchange;
  const { position, simulated, policy } = rehearsalOf(exchange, step);
  const spoken = formatFor(exchange.format, step) ?? exchange.format;
  const wire = wireFor(call, spoken, policy.losses === 'strict');
  if (wire.is === 'failed') return wire;
  const { path, body, translation } = wire.value;
  const isForeign = translation !== undefined && (spoken !== exchange.format || !exchange.thread);
  if (translation) {
    if (isForeign) record.format = spoken.name;
    if (translation.losses.length > 0) record.losses = translation.losses;
  }
  const { limitMs, doubtMs } = limitAttempt(call, place, policy, ports.clock.now());
  return ok({
    upstream:
      simulated?.simulator?.upstream(spoken.name) ??
      injection?.line(step.upstream, spoken.name) ??
      step.upstream,
    isSimulated: simulated?.simulator !== undefined || injection?.headers !== undefined,
    method: exchange.request.method ?? 'POST',
    path,
    headers: [
      ...tracedHeaders(
        exchange,
        record,
        isForeign ? translatedHeaders(headers.forwarded, spoken) : headers.forwarded,
        ports.tracing,
      ),
      'accept-encoding',
      'identity',
      VIA_HEADER,
      headers.via === undefined ? ports.instance : `${headers.via},${ports.instance}`,
      ...(simulated
        ? faultHeader(simulated, position)
        : (injection?.headers ?? credentialHeaders(exchange, step))),
    ],
    body: body.length > 0 || OPERATIONS[operation].body !== 'opaque' ? body : null,
    format: spoken,
    translation,
    keep: keeps(exchange) ? ports.items.of(step.target) : undefined,
    policy,
    limitMs,
    doubt: doubtMs === undefined ? undefined : ports.doubts.about(exchange, step, record, doubtMs),
    remainingMs: place.remainingMs,
    takeoverMs: place.isLast || !mayBeTakenOver(exchange) ? undefined : policy.idleTakeoverMs,
    credentials: step.credentials,
    report,
    lane: place.lane,
  });
}

/** The request itself: the caller's own, its translation, or one that goes on with an answer that broke off. */
function wireFor(
  { exchange, step, place, ports, record }: Call,
  spoken: Format,
  strict: boolean,
): Outcome<Wire, Fault> {
  const { vault, items, clock } = ports;
  const parts = { vault, items, now: clock.now(), strict, withoutState: place.withoutState };
  const { thread } = exchange;
  return thread
    ? makeContinuedWire(exchange, thread, { step, spoken, parts, record })
    : makeWire(exchange, step, spoken, parts);
}

/** Of a whole answer nothing has left while it comes in: anybody can begin it anew. */
function mayBeTakenOver(exchange: Exchange): boolean {
  return !exchange.trail.stream || mayContinue(exchange);
}

/** Whether the caller may name the items of the answer by their ids in the next turn. */
function keeps({ operation, format, envelope }: Exchange): boolean {
  return (
    operation === 'chat' && format.toCaller?.recallItems !== undefined && envelope?.unstored === undefined
  );
}

/** In a rehearsal some targets are played by the simulator. */
function rehearsalOf(
  exchange: Exchange,
  step: Step,
): { readonly position: number; readonly simulated: Drill | undefined; readonly policy: Policy } {
  const { drill, plan, fleet } = exchange;
  const planned = plan?.compiled.policy ?? fleet.profile.policy;
  const position = (plan?.compiled.steps.indexOf(step) ?? 0) + 1;
  const isSimulated = drill?.simulator !== undefined && (drill.dry || drill.faults[position] !== undefined);
  return isSimulated
    ? { position, simulated: drill, policy: drillPolicy(planned) }
    : { position, simulated: undefined, policy: planned };
}

function faultHeader({ faults }: Drill, position: number): readonly string[] {
  const fault = faults[position];
  return fault === undefined ? [] : ['x-sim-fault', fault];
}
