import type { Fault } from '../core/fault.ts';
import { OPERATIONS } from '../core/operation.ts';
import type { Policy } from '../core/policy.ts';
import type { Watcher } from '../core/ports.ts';
import type { Clock } from '../lib/clock.ts';
import { type Admission, firstContentLimit, reasoningOf } from '../resilience/index.ts';
import { type AttemptOrder, type AttemptReport, type AttemptResult, makeAttempt } from './attempt.ts';
import { drillPolicy } from './drill.ts';
import type { Exchange } from './exchange.ts';
import type { Step } from './fleet.ts';
import { VIA_HEADER } from './headers.ts';
import { isToken } from './local-token.ts';
import { withoutCredentials, wordWithoutCredentials } from './redact.ts';
import { AttemptDraft } from './trail-draft.ts';

/** What calling a target needs from outside. */
export interface CallPorts {
  readonly clock: Clock;
  readonly watcher: Watcher;
  /** This gw's id, left on every request it sends. */
  readonly instance: string;
}

/** Where a call stands in its exchange. */
export interface CallPlace {
  readonly isLast: boolean;
  readonly remainingMs: number;
  readonly waitedMs: number;
  /** This target was asked before in this exchange. */
  readonly again: boolean;
}

/** Makes one call to one target, writes it into the trail, and lets the target's health know how it went. */
export function callTarget(
  exchange: Exchange,
  step: Step,
  place: CallPlace,
  ports: CallPorts,
): Promise<AttemptResult> {
  const record = new AttemptDraft(step.target, exchange.elapsed(), place.waitedMs);
  exchange.trail.attempts.push(record);
  const health = new HealthReport(exchange, step, place.again, ports.clock);
  const report = new CallReport(exchange, step, record, health, ports.watcher);
  return makeAttempt(exchange, record, makeOrder(exchange, step, place, ports, report), ports.clock);
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
  readonly #watcher: Watcher;

  constructor(exchange: Exchange, step: Step, record: AttemptDraft, health: HealthReport, watcher: Watcher) {
    this.#exchange = exchange;
    this.#step = step;
    this.#record = record;
    this.#health = health;
    this.#watcher = watcher;
  }

  content(): void {
    this.#health.content();
  }

  ended(result: AttemptResult): AttemptResult {
    const told = withoutKey(result, this.#exchange, this.#step);
    const { requestId } = this.#record;
    if (requestId !== undefined)
      this.#record.requestId = wordWithoutCredentials(requestId, this.#step.credentials);
    if (told.is === 'failed' || told.is === 'cut') {
      this.#record.fault = told.fault.code;
      this.#record.message = told.fault.message;
    } else if (told.is === 'gone') {
      this.#record.fault = 'client_gone';
    }
    this.#health.ended(told);
    this.#watcher.attemptEnded(this.#exchange.trail, this.#record);
    return told;
  }
}

function withoutKey(result: AttemptResult, exchange: Exchange, step: Step): AttemptResult {
  if (result.is !== 'failed' && result.is !== 'cut') return result;
  const sent = credentialHeaders(exchange, step);
  return { ...result, fault: withoutCredentials(result.fault, sent, exchange.request.url ?? '') };
}

/** Tells the target's state what the attempt shows; says nothing for rehearsals and auxiliary operations. */
class HealthReport {
  readonly #step: Step;
  readonly #clock: Clock;
  readonly #counts: boolean;
  readonly #policy: Policy;
  readonly #admission: Admission;
  readonly #again: boolean;
  #said = false;

  constructor(exchange: Exchange, step: Step, again: boolean, clock: Clock) {
    this.#step = step;
    this.#clock = clock;
    this.#again = again;
    this.#counts = exchange.drill === undefined && !OPERATIONS[exchange.operation].auxiliary;
    this.#policy = exchange.plan?.compiled.policy ?? exchange.fleet.profile.policy;
    const now = clock.now();
    this.#admission = this.#counts ? step.state.begin(now) : 'yes';
    // Retries are a share of the requests; counted among them they would earn further retries.
    if (this.#counts && !again) step.state.budget.onRequest(now);
  }

  content(): void {
    if (!this.#counts) return;
    this.#said = true;
    this.#step.state.succeeded(this.#admission, this.#clock.now());
  }

  ended(result: AttemptResult): void {
    if (!this.#counts) return;
    switch (result.is) {
      case 'failed':
        // An idle connection that the peer closed just then says nothing about the peer; a second one does.
        if (result.lost && !this.#again) this.#step.state.neutral(this.#admission);
        else this.#failed(result.fault);
        return;
      case 'cut':
        this.#failed(result.fault);
        return;
      case 'gone':
        if (!this.#said) this.#step.state.neutral(this.#admission);
        return;
      case 'served':
    }
  }

  #failed(why: Fault): void {
    this.#step.state.failed(this.#admission, why, this.#policy, this.#clock.now());
  }
}

function makeOrder(
  exchange: Exchange,
  step: Step,
  place: CallPlace,
  ports: CallPorts,
  report: AttemptReport,
): AttemptOrder {
  const { drill, envelope, format, headers, operation } = exchange;
  const planned = exchange.plan?.compiled.policy ?? exchange.fleet.profile.policy;
  const position = (exchange.plan?.compiled.steps.indexOf(step) ?? 0) + 1;
  const simulated =
    drill?.simulator && (drill.dry || drill.faults[position] !== undefined) ? drill : undefined;
  const policy = simulated ? drillPolicy(planned) : planned;
  const reasoning =
    step.reasons || envelope?.effort !== undefined
      ? reasoningOf(step.target.model, envelope?.effort)
      : 'none';
  const limit = firstContentLimit(policy, { stream: exchange.trail.stream, isLast: place.isLast, reasoning });
  const body = envelope
    ? format.renderRequest(envelope, exchange.body, {
        model: step.target.model,
        quirks: step.provider.quirks,
      })
    : exchange.body;
  const fault = simulated?.faults[position];
  return {
    upstream: simulated?.simulator ?? step.upstream,
    method: exchange.request.method ?? 'POST',
    path: upstreamPath(exchange),
    headers: [
      ...headers.forwarded,
      'accept-encoding',
      'identity',
      VIA_HEADER,
      headers.via === undefined ? ports.instance : `${headers.via},${ports.instance}`,
      ...(simulated
        ? fault === undefined
          ? []
          : ['x-sim-fault', fault]
        : credentialHeaders(exchange, step)),
    ],
    body: body.length > 0 || OPERATIONS[operation].body !== 'opaque' ? body : null,
    policy,
    limitMs: Math.max(1, Math.min(limit, place.remainingMs)),
    report,
  };
}

/** Everything below the version prefix, the caller's query included. */
function upstreamPath({ recognised, request }: Exchange): string {
  const url = request.url ?? '';
  const query = url.indexOf('?');
  return query === -1 ? recognised.path : recognised.path + url.slice(query);
}

function credentialHeaders({ headers, fleet }: Exchange, step: Step): readonly string[] {
  if (step.provider.auth !== 'passthrough' || headers.authorization === undefined) return step.headers;
  const { token } = fleet.settings.listen;
  // The token is between the caller and gw: with it, whoever has it could call gw.
  if (token && isToken(headers.authorization, token)) return step.headers;
  return ['authorization', headers.authorization, ...step.headers];
}
