import type { Fault } from '../../core/fault.ts';
import { OPERATIONS } from '../../core/operation.ts';
import type { Policy } from '../../core/policy.ts';
import type { Watcher } from '../../core/ports.ts';
import type { Trail } from '../../core/trail.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Admission } from '../../resilience/index.ts';
import type { AttemptResult } from '../attempt-order.ts';
import { isPage } from '../connections/unreachable.ts';
import type { Exchange } from '../exchange.ts';
import type { Step } from '../fleet.ts';
import type { OwnNetwork } from '../network/own-network.ts';
import type { AnswerHeaders } from '../outlet.ts';
import type { AttemptDraft } from '../trail-draft.ts';

/** What judging an attempt needs from outside. */
export interface HealthPorts {
  readonly clock: Clock;
  /** Tells own trouble from a provider's; without it everything is the provider's. */
  readonly network: OwnNetwork | undefined;
  readonly watcher: Watcher;
}

/** Tells the target's state what the attempt shows; says nothing for rehearsals and auxiliary operations. */
export class HealthReport {
  readonly #step: Step;
  readonly #clock: Clock;
  readonly #counts: boolean;
  readonly #policy: Policy;
  readonly #admission: Admission;
  readonly #again: boolean;
  readonly #network: OwnNetwork | undefined;
  readonly #record: AttemptDraft;
  readonly #begunAt: number;
  readonly #watcher: Watcher;
  readonly #trail: Trail;
  #headers: AnswerHeaders | undefined;
  #said = false;

  constructor(
    exchange: Exchange,
    step: Step,
    again: boolean,
    record: AttemptDraft,
    { clock, network, watcher }: HealthPorts,
  ) {
    this.#step = step;
    this.#clock = clock;
    this.#again = again;
    this.#record = record;
    this.#network = network;
    this.#watcher = watcher;
    this.#trail = exchange.trail;
    this.#counts = exchange.drill === undefined && !OPERATIONS[exchange.operation].auxiliary;
    this.#policy = exchange.plan?.compiled.policy ?? exchange.fleet.profile.policy;
    const now = clock.now();
    this.#begunAt = now;
    this.#admission = this.#counts ? step.state.begin(now) : 'yes';
    // Retries are a share of the requests; counted among them they would earn further retries.
    if (this.#counts && !again) step.state.budget.onRequest(now);
  }

  answered(headers: AnswerHeaders): void {
    this.#headers = headers;
    // What is played in its place says nothing of its limits.
    if (this.#counts && this.#record.injected === undefined)
      this.#step.state.answered(headers, this.#clock.now());
  }

  content(): void {
    if (!this.#counts) return;
    this.#said = true;
    this.#step.state.succeeded(this.#admission, this.#clock.now());
    if (this.#record.injected === undefined) this.#network?.reached(this.#step.upstream);
  }

  ended(result: AttemptResult): void {
    if (!this.#counts) return;
    switch (result.is) {
      case 'failed':
        // An idle connection that the peer closed just then says nothing about the peer; a second one does.
        // A caller that waits less long than gw would have says nothing about it either.
        if ((result.lost && !this.#again) || result.fault.impatient)
          this.#step.state.neutral(this.#admission);
        else this.#failed(result.fault);
        return;
      case 'cut':
        this.#failed(result.fault);
        return;
      case 'outrun':
      case 'gone':
        if (!this.#said) this.#step.state.neutral(this.#admission);
        return;
      case 'served':
    }
  }

  /** Whose failure it is may not be known yet; until it is, it counts for nobody. */
  #failed(why: Fault): void {
    const { state, upstream } = this.#step;
    const blame = (): void => state.failed(this.#admission, why, this.#policy, this.#clock.now());
    if (this.#network === undefined || this.#record.injected !== undefined) {
      blame();
      return;
    }
    const excuse = (told: Fault): void => {
      state.neutral(this.#admission);
      this.#record.fault = told.code;
      this.#record.message = `${why.message}; ${told.message}`;
      if (isKnown) this.#watcher.attemptExcused?.(this.#trail, this.#record);
    };
    // Others hear of the attempt after this; of a verdict that comes later they are told by itself.
    let isKnown = false;
    this.#network.failed({ upstream, fault: this.#withSign(why), at: this.#begunAt, blame, excuse });
    isKnown = true;
  }

  #withSign(why: Fault): Fault {
    const { status } = this.#record;
    if (status === undefined || !isPage(status, this.#headers?.['content-type'])) return why;
    return { ...why, sign: 'stranger' };
  }
}
