import { type Fault, fault } from '../../core/fault.ts';
import { OPERATIONS } from '../../core/operation.ts';
import type { Policy } from '../../core/policy.ts';
import type { Clock } from '../../lib/clock.ts';
import {
  comeBack,
  type Decision,
  decide,
  type Failure,
  faultToTell,
  othersAfter,
  remainingMs,
  shares,
} from '../../resilience/index.ts';
import { lacking } from '../abilities.ts';
import type { AttemptResult } from '../attempt-order.ts';
import { type CallPlace, callTarget, type CallPorts } from '../call.ts';
import type { Break } from '../continuation/break.ts';
import { findsAnotherWay } from '../continuation/next-way.ts';
import { takesUp, usageOfAnswer } from '../continuation/take-up.ts';
import { drillPolicy } from '../drill.ts';
import type { ChosenPlan, Exchange } from '../exchange.ts';
import type { Step } from '../fleet.ts';
import type { OwnNetwork } from '../own-network.ts';
import { deadlineOf } from '../patience.ts';
import { type Reply, refused } from '../reply.ts';
import type { Stage } from '../stage.ts';
import { passesOver } from './find-room.ts';
import { BACK_SOON_MS, noteAway, offlineToTell, waitForNetwork } from './offline.ts';

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

/** A call about to be made. */
interface Turn {
  readonly step: Step;
  /** Retries made on this target before. */
  readonly retries: number;
  /** It was asked once more because an idle connection turned out to be closed. */
  readonly reconnected: boolean;
  /** It refused the conversation's opaque state, and is asked once more without it. */
  readonly withoutState: boolean;
  /** It would not go on with an answer in one way, and is asked in another. */
  readonly otherWay?: boolean;
  readonly waitMs: number;
}

/** What the caller is told if nobody goes on with its answer. */
interface Untold {
  readonly fault: Fault;
  readonly told: Break;
}

class Walk {
  readonly #exchange: Exchange;
  readonly #plan: ChosenPlan;
  readonly #ports: FailoverPorts;
  readonly #policy: Policy;
  readonly #deadline: number;
  readonly #network: OwnNetwork | undefined;
  readonly #failures: Failure[] = [];
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
      const result = await callTarget(this.#exchange, turn.step, this.#place(turn), this.#ports);
      if (result.is === 'cut' && result.untold) this.#untold = { fault: result.fault, told: result.untold };
      else if (result.is !== 'failed') return replyTo(result);
      if (this.#exchange.over) return this.#endOver();
      turn = result.is === 'failed' ? this.#turnAfter(turn, result) : this.#turnAfterCut(turn);
      if (this.#network?.uneasy) turn = await this.#unlessOffline(turn);
      if (!turn || turn.waitMs === 0) continue;
      await this.#exchange.wait(turn.waitMs);
      if (this.#exchange.over) return this.#endOver();
    }
    return this.#refuse();
  }

  /** The first call to the next target; undefined when none is left. */
  #nextTarget(): Turn | undefined {
    const now = this.#ports.clock.now();
    for (;;) {
      const [step, ...others] = this.#rest;
      if (!step) return undefined;
      this.#rest = others;
      const away = this.#network?.faultOf(step.upstream);
      if (away) {
        this.#failures.push({ target: step.target, fault: away, tried: false });
        noteAway(this.#exchange, step.target, away);
        continue;
      }
      const why = others.length > 0 ? lacking(this.#exchange, step, this.#ports) : undefined;
      if (why !== undefined) {
        this.#pass(step, why);
        continue;
      }
      if (others.length > 0 && passesOver(this.#exchange, step)) {
        this.#failures.push({ target: step.target, fault: fault('busy'), tried: false });
        continue;
      }
      // Health may have changed since the plan was made: another request took the probe, or the breaker opened.
      if (this.#plan.forced || step.state.admission(now) !== 'no')
        return { step, retries: 0, reconnected: false, withoutState: false, waitMs: 0 };
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

  /** Leaves a target out that could not do what is asked. The last one is tried all the same: facts may be wrong. */
  #pass({ target }: Step, why: string): void {
    const { trail } = this.#exchange;
    trail.plan = trail.plan.map((planned) =>
      planned.target === target ? { ...planned, skipped: why, unable: true } : planned,
    );
    this.#failures.push({ target, fault: fault('untranslatable', why), tried: false });
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
    this.#note(decision, result);
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

  #place({ waitMs, retries, reconnected, withoutState, otherWay }: Turn): CallPlace {
    return {
      withoutState,
      isLast: this.#rest.length === 0,
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

  #note(decision: Decision, result: Extract<AttemptResult, { is: 'failed' }>): void {
    const attempt = this.#exchange.trail.attempts.at(-1);
    if (!attempt) return;
    attempt.remedy = decision.do;
    if (result.fault.retryAfterMs !== undefined) attempt.retryAfterMs = result.fault.retryAfterMs;
  }

  /** What shares the fault's cause with the failed target is not tried either. */
  #leaveOut(step: Step, decision: Extract<Decision, { do: 'next' }>): void {
    this.#rest = this.#rest.filter(({ target }) => !shares(decision.skip, step.target, target));
  }

  #refuse(): Reply {
    if (this.#untold) return endCut(this.#exchange, this.#untold);
    const now = this.#ports.clock.now();
    const recoveries = this.#plan.steps.map(({ state }) => state.recoversAt(now));
    const offline = offlineToTell(this.#exchange, this.#network, this.#failures);
    if (offline) return refused(offline, this.#failures, { at: now + BACK_SOON_MS, afterMs: BACK_SOON_MS });
    const told = faultToTell(this.#failures);
    // A fault of the request itself has nothing to come back for.
    const back = OPERATIONS[this.#exchange.operation].stateless ? comeBack(recoveries, now) : undefined;
    return refused(told, this.#failures, back && back.at > now ? back : undefined);
  }

  #endOver(): Reply {
    if (this.#exchange.gone) return { is: 'gone' };
    if (this.#untold) return endCut(this.#exchange, this.#untold);
    return refused(fault('exhausted', this.#exchange.abandoned), this.#failures);
  }
}

/** Nobody goes on with the answer: the caller is told so. */
function endCut(exchange: Exchange, { fault: broken, told }: Untold): Reply {
  exchange.trail.usage = usageOfAnswer(exchange);
  told.tell();
  return { is: 'cut', fault: broken };
}

function cutsOf({ trail }: Exchange, { target }: Step): number {
  return trail.attempts.filter((attempt) => attempt.target === target && attempt.fault === 'stream_broken')
    .length;
}

function replyTo(result: Exclude<AttemptResult, { is: 'failed' }>): Reply {
  switch (result.is) {
    case 'served':
      return { is: 'relayed' };
    case 'gone':
      return { is: 'gone' };
    case 'cut':
      return { is: 'cut', fault: result.fault };
  }
}
