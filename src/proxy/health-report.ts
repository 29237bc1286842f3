import type { Fault } from '../core/fault.ts';
import { OPERATIONS } from '../core/operation.ts';
import type { Policy } from '../core/policy.ts';
import type { Clock } from '../lib/clock.ts';
import type { Admission } from '../resilience/index.ts';
import type { AttemptResult } from './attempt-order.ts';
import type { Exchange } from './exchange.ts';
import type { Step } from './fleet.ts';
import type { AnswerHeaders } from './outlet.ts';

/** Tells the target's state what the attempt shows; says nothing for rehearsals and auxiliary operations. */
export class HealthReport {
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

  answered(headers: AnswerHeaders): void {
    if (this.#counts) this.#step.state.answered(headers, this.#clock.now());
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
