import { type Fault, fault } from '../../core/fault.ts';
import type { Policy } from '../../core/policy.ts';
import type { Clock } from '../../lib/clock.ts';
import {
  type Decision,
  decide,
  endsAll,
  type Failure,
  othersAfter,
  remainingMs,
  shares,
} from '../../resilience/index.ts';
import { deadlineOf } from '../arrival/patience.ts';
import type { AttemptResult } from '../attempt-order.ts';
import type { CallPlace } from '../call-place.ts';
import { callTarget, type CallPorts } from '../call.ts';
import { drillPolicy } from '../chaos/drill.ts';
import { findsAnotherWay } from '../continuation/next-way.ts';
import { takesUp } from '../continuation/take-up.ts';
import type { ChosenPlan, Exchange } from '../exchange.ts';
import type { Step } from '../fleet.ts';
import type { OwnNetwork } from '../network/own-network.ts';
import { findSecond } from '../race/find-second.ts';
import type { Lane } from '../race/lane.ts';
import { Race, type RaceResult } from '../race/race.ts';
import { raceAfter } from '../race/when-to-race.ts';
import { type Reply, refused } from '../reply.ts';
import type { Stage } from '../stage.ts';
import { offlineToTell, waitForNetwork } from '../walk/offline.ts';
import { passOver } from '../walk/pass-over.ts';
import { firstCall, type Turn } from '../walk/turn.ts';
import { cutsOf, endCut, noteRemedy, refuseAfter, replyTo, type Untold } from '../walk/walk-ends.ts';

/** What walking a plan needs from outside. */
export interface FailoverPorts extends CallPorts {
  readonly clock: Clock;
  readonly random: () => number;
}

/** Walks the plan until a target serves. The only loop of the proxy. */
export function failover(ports: FailoverPorts): Stage {
  return () => (exchange) => {
    const { plan } = exchange;
    if (!plan) return Promise.resolve(refused(fault('internal', 'there is no plan')));
    return new Walk(exchange, plan, ports).run();
  };
}

class Walk {
  readonly #exchange: Exchange;
  readonly #plan: ChosenPlan;
  readonly #ports: FailoverPorts;
  readonly #policy: Policy;
  readonly #deadline: number;
  readonly #network: OwnNetwork | undefined;
  readonly #failures: Failure[] = [];
  /** Of a target that was asked beside another, which comes before it when all failed. */
  #quiet: Failure | undefined;
  #hasRaced = false;
  /** The answer broke off, and the caller was not told yet. */
  #untold: Untold | undefined;
  #rest: readonly Step[];

  constructor(exchange: Exchange, plan: ChosenPlan, ports: FailoverPorts) {
    this.#exchange = exchange;
    this.#plan = plan;
    this.#ports = ports;
    this.#rest = plan.steps;
    this.#network = exchange.drill ? undefined : ports.network;
    this.#policy = exchange.drill ? drillPolicy(plan.compiled.policy) : plan.compiled.policy;
    this.#deadline = deadlineOf(exchange, this.#policy);
  }

  async run(): Promise<Reply> {
    this.#network?.requestBegan();
    if (this.#network?.isOffline) await this.#network.freshen();
    let turn = this.#nextTarget() ?? (await this.#unlessOffline(undefined));
    while (turn) {
      const race = this.#raceFor(turn);
      let asked = turn;
      let result: AttemptResult;
      if (race) ({ turn: asked, result } = this.#follow(turn, await race.run(turn)));
      else result = await this.#call(turn);
      if (result.is === 'cut' && result.untold) this.#untold = { fault: result.fault, told: result.untold };
      else if (result.is !== 'failed') return replyTo(result);
      if (this.#exchange.over) return this.#endOver();
      turn = result.is === 'failed' ? this.#turnAfter(asked, result) : this.#turnAfterCut(asked);
      this.#tellQuiet();
      if (this.#network?.uneasy) turn = await this.#unlessOffline(turn);
      if (!turn || turn.waitMs === 0) continue;
      await this.#exchange.wait(turn.waitMs);
      if (this.#exchange.over) return this.#endOver();
    }
    return this.#refuse();
  }

  #call(turn: Turn, lane?: Lane): Promise<AttemptResult> {
    const place = this.#place(turn);
    return callTarget(this.#exchange, turn.step, lane ? { ...place, lane } : place, this.#ports);
  }

  /** Where the call is one that may have another one beside it when it is late. */
  #raceFor({ step }: Turn): Race<Turn> | undefined {
    if (this.#policy.hedge === 'off' && this.#exchange.headers.hedge === undefined) return undefined;
    if (this.#hasRaced || this.#rest.length === 0) return undefined;
    const { clock } = this.#ports;
    const afterMs = raceAfter(this.#exchange, step, this.#policy, clock.now());
    if (afterMs === undefined) return undefined;
    step.state.hedges.onRequest(clock.now());
    return new Race(this.#exchange, clock, {
      afterMs,
      call: (turn, lane) => this.#call(turn, lane),
      second: (first) => this.#second(first),
      firstFailed: (first, result) => this.#firstFailed(first, result),
      secondFailed: (second, result) => {
        this.#quiet = { target: second.step.target, fault: result.fault, tried: true };
        this.#rest = this.#rest.filter((step) => step !== second.step);
      },
    });
  }

  #second(first: Turn): Turn | undefined {
    const { clock } = this.#ports;
    const around = {
      policy: this.#policy,
      memories: this.#ports,
      network: this.#network,
      now: clock.now(),
    };
    const found = findSecond(this.#exchange, first.step, this.#rest, around);
    if (!found) return undefined;
    this.#hasRaced = true;
    return firstCall(found);
  }

  /** The first target failed while another one is being asked: that one is waited for, unless nobody would do better. */
  #firstFailed({ step, retries }: Turn, result: Extract<AttemptResult, { is: 'failed' }>): boolean {
    if (endsAll(result.fault, this.#policy)) return false;
    this.#failures.push({ target: step.target, fault: result.fault, tried: true });
    const decision = this.#decide(step, retries);
    noteRemedy(this.#exchange, step, 'next', result.fault);
    if (decision.do === 'next') this.#leaveOut(step, decision);
    // Worth another try, but not before all others.
    if (decision.do === 'retry') this.#rest = [...this.#rest, step];
    return true;
  }

  /** Who was asked beside the first and has the caller's answer, or its failure to follow up, is not asked again. */
  #follow(first: Turn, raced: RaceResult<Turn>): RaceResult<Turn> {
    const { step } = raced.turn;
    if (step === first.step) return raced;
    this.#rest = this.#rest.filter((other) => other !== step);
    const wasSlow = !this.#failures.some(({ target }) => target === first.step.target);
    if (wasSlow) this.#rest = [...this.#rest, first.step];
    return raced;
  }

  /** The first call to the next target; undefined when none is left. */
  #nextTarget(): Turn | undefined {
    const now = this.#ports.clock.now();
    for (;;) {
      const [step, ...others] = this.#rest;
      if (!step) return undefined;
      this.#rest = others;
      const passed = passOver(this.#exchange, step, this.#ports, others.length === 0);
      if (passed) {
        this.#failures.push({ target: step.target, fault: passed, tried: false });
        continue;
      }
      // Health may have changed since the plan was made: another request took the probe, or the breaker opened.
      if (this.#plan.forced || step.state.admission(now) !== 'no') return firstCall(step);
      this.#failures.push({ target: step.target, fault: fault('breaker_open'), tried: false });
    }
  }

  /** Own trouble is no reason to ask a provider again, and that it has ended is one to begin anew. */
  async #unlessOffline(turn: Turn | undefined): Promise<Turn | undefined> {
    const network = this.#network;
    // Once part of an answer was delivered there is no beginning anew.
    if (!network?.uneasy || this.#untold || turn?.retries === 0) return turn;
    const remaining = remainingMs(this.#deadline, this.#exchange.elapsed());
    const isBack = await waitForNetwork(this.#exchange, network, this.#failures, remaining);
    if (isBack) this.#rest = this.#plan.steps;
    return isBack || (turn && network.faultOf(turn.step.upstream)) ? this.#nextTarget() : turn;
  }

  /** What follows a call that failed: the same target again, the next one, or nothing more. */
  #turnAfter(turn: Turn, result: Extract<AttemptResult, { is: 'failed' }>): Turn | undefined {
    const { step, retries, reconnected, withoutState } = turn;
    this.#failures.push({ target: step.target, fault: result.fault, tried: true });
    // The peer may have closed an idle connection just as it was used: once more on a fresh one costs nothing.
    if (result.lost && !reconnected) {
      step.upstream.renew();
      return { ...turn, reconnected: true, waitMs: 0 };
    }
    if (result.fault.code === 'state_refused' && !withoutState)
      return { ...turn, withoutState: true, waitMs: 0 };
    if (findsAnotherWay(this.#exchange, step, result.fault)) return { ...turn, otherWay: true, waitMs: 0 };
    const decision = this.#decide(step, retries);
    noteRemedy(this.#exchange, step, decision.do, result.fault);
    switch (decision.do) {
      case 'fail':
        return undefined;
      case 'next':
        this.#leaveOut(step, decision);
        return this.#nextTarget();
      case 'retry':
        if (!this.#exchange.drill) step.state.budget.onRetry(this.#ports.clock.now());
        return { ...turn, retries: retries + 1, waitMs: decision.afterMs };
    }
  }

  /** What follows an answer that broke off: another target goes on with it, or the same one when it is the only one. */
  #turnAfterCut({ step }: Turn): Turn | undefined {
    const { clock } = this.#ports;
    const remaining = remainingMs(this.#deadline, this.#exchange.elapsed());
    if (!this.#untold) return undefined;
    const { fault: broken, told } = this.#untold;
    this.#failures.push({ target: step.target, fault: broken, tried: true });
    const parts = { ...this.#ports, now: clock.now(), remainingMs: remaining };
    if (!takesUp(this.#exchange, step, told, parts)) return undefined;
    this.#rest = this.#rest.filter((other) => other !== step && !shares('model', step.target, other.target));
    const again = this.#decide(step, cutsOf(this.#exchange, step) - 1, fault('upstream_garbled'));
    if (again.do === 'retry') this.#rest = [...this.#rest, step];
    const next = this.#nextTarget();
    if (again.do !== 'retry' || next?.step !== step) return next;
    if (!this.#exchange.drill) step.state.budget.onRetry(clock.now());
    return { ...next, retries: 1, waitMs: again.afterMs };
  }

  #place({ step, waitMs, retries, reconnected, withoutState, otherWay }: Turn): CallPlace {
    return {
      withoutState,
      isLast: this.#rest.length === 0 || this.#rest.every((other) => other === step),
      isReplaceable: this.#rest.some((other) => !shares('model', step.target, other.target)),
      remainingMs: remainingMs(this.#deadline, this.#exchange.elapsed()),
      waitedMs: waitMs + (this.#exchange.trail.attempts.length === 0 ? (this.#plan.waitMs ?? 0) : 0),
      again: retries > 0 || reconnected || withoutState || otherWay === true,
    };
  }

  /** `alone`: as if there were no other target. */
  #decide(step: Step, retriesHere: number, alone?: Fault): Decision {
    const policy = this.#policy;
    const last = alone ?? this.#failures.at(-1)?.fault;
    if (!last) return { do: 'fail' };
    const others = othersAfter(
      last.code,
      step.target,
      this.#rest.map(({ target }) => target),
    );
    const { clock, random } = this.#ports;
    const now = clock.now();
    const isLast = alone !== undefined || others.length === 0;
    // The failure may have been the one that opened its breaker; then the others come first.
    const isLeftAlone = !isLast && !this.#exchange.drill && step.state.isOpen(now);
    return decide(
      last,
      {
        isLast,
        retriesHere,
        callerRetries: this.#exchange.headers.retryCount,
        budgetAllows: !isLeftAlone && step.state.budget.allows(policy.retryBudget, now),
        remainingMs: remainingMs(this.#deadline, this.#exchange.elapsed()),
        contentDelivered: false,
      },
      policy,
      random,
    );
  }

  #tellQuiet(): void {
    if (this.#quiet) this.#failures.push(this.#quiet);
    this.#quiet = undefined;
  }

  /** What shares the fault's cause with the failed target is not tried either. */
  #leaveOut(step: Step, decision: Extract<Decision, { do: 'next' }>): void {
    this.#rest = this.#rest.filter(({ target }) => !shares(decision.skip, step.target, target));
  }

  #refuse(): Reply {
    if (this.#untold) return endCut(this.#exchange, this.#untold);
    const offline = offlineToTell(this.#exchange, this.#network, this.#failures);
    return refuseAfter(this.#exchange, this.#plan, {
      offline,
      failures: this.#failures,
      now: this.#ports.clock.now(),
    });
  }

  #endOver(): Reply {
    if (this.#exchange.gone) return { is: 'gone' };
    if (this.#untold) return endCut(this.#exchange, this.#untold);
    return refused(fault('exhausted', this.#exchange.abandoned), this.#failures);
  }
}
