import { OPERATIONS } from '../core/operation.ts';
import type { Policy } from '../core/policy.ts';
import type { Watcher } from '../core/ports.ts';
import type { Clock } from '../lib/clock.ts';
import { type Admission, firstContentLimit, reasoningOf } from '../resilience/index.ts';
import { type AttemptOrder, type AttemptResult, makeAttempt } from './attempt.ts';
import { drillPolicy } from './drill.ts';
import type { Exchange } from './exchange.ts';
import type { Step } from './fleet.ts';
import { VIA_HEADER } from './headers.ts';
import { withoutCredentials } from './redact.ts';
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
export async function callTarget(
  exchange: Exchange,
  step: Step,
  place: CallPlace,
  ports: CallPorts,
): Promise<AttemptResult> {
  const { clock, watcher } = ports;
  const { trail } = exchange;
  const record = new AttemptDraft(step.target, exchange.elapsed(), place.waitedMs);
  trail.attempts.push(record);
  const health = new HealthReport(exchange, step, place.again, clock);
  const order = makeOrder(exchange, step, place, ports, () => health.content());
  const result = withoutKey(await makeAttempt(exchange, record, order, clock), step);
  if (result.is === 'failed' || result.is === 'cut') {
    record.fault = result.fault.code;
    record.message = result.fault.message;
  } else if (result.is === 'gone') {
    record.fault = 'client_gone';
  }
  health.ended(result);
  watcher.attemptEnded(trail, record);
  return result;
}

function withoutKey(result: AttemptResult, step: Step): AttemptResult {
  if (result.is !== 'failed' && result.is !== 'cut') return result;
  return { ...result, fault: withoutCredentials(result.fault, step.headers) };
}

/** Tells the target's state what the attempt shows; says nothing for rehearsals and auxiliary operations. */
class HealthReport {
  readonly #step: Step;
  readonly #clock: Clock;
  readonly #counts: boolean;
  readonly #policy: Policy;
  readonly #admission: Admission;
  #said = false;

  constructor(exchange: Exchange, step: Step, again: boolean, clock: Clock) {
    this.#step = step;
    this.#clock = clock;
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
      case 'cut':
        this.#step.state.failed(this.#admission, result.fault, this.#policy, this.#clock.now());
        return;
      case 'gone':
        if (!this.#said) this.#step.state.neutral(this.#admission);
        return;
      case 'served':
    }
  }
}

function makeOrder(
  exchange: Exchange,
  step: Step,
  place: CallPlace,
  ports: CallPorts,
  onContent: () => void,
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
    onContent,
  };
}

/** Everything below the version prefix, the caller's query included. */
function upstreamPath({ recognised, request }: Exchange): string {
  const url = request.url ?? '';
  const query = url.indexOf('?');
  return query === -1 ? recognised.path : recognised.path + url.slice(query);
}

function credentialHeaders({ headers }: Exchange, step: Step): readonly string[] {
  if (step.provider.auth !== 'passthrough' || headers.authorization === undefined) return step.headers;
  return ['authorization', headers.authorization, ...step.headers];
}
