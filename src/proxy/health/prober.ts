import { type Fault, type FaultCode, FAULTS } from '../../core/fault.ts';
import type { Policy } from '../../core/policy.ts';
import type { LogPort, Watcher } from '../../core/ports.ts';
import { targetName } from '../../core/target.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Admission } from '../../resilience/index.ts';
import type { Fleet, Step } from '../fleet.ts';
import type { OwnNetwork } from '../network/own-network.ts';
import { type Finding, lookFree, lookWithOneToken } from './look.ts';
import type { Suspicion, TargetState } from './target-state.ts';

// Between two looks at one target, where nothing says that it should be longer: one success is followed by another.
const LEAST_PAUSE_MS = 1_000;
// What nobody has asked for since is not looked at: the next request that wants it finds out by itself.
const WANTED_MS = 15 * 60_000;
// While this computer is offline nobody can be looked at.
const OFFLINE_PAUSE_MS = 2_000;

/** Trouble of which a list of models tells the whole truth: the host is there, the key is taken. */
const FREE_TELLS: readonly FaultCode[] = ['upstream_unreachable', 'upstream_refused_key'];
/** Of an account without credit it tells nothing at all. */
const FREE_IS_BLIND: readonly FaultCode[] = ['upstream_out_of_credit'];
/** Answers that say something of a target although they trip no breaker. */
const TELLING: readonly FaultCode[] = [
  'upstream_rate_limited',
  'upstream_refused_key',
  'upstream_out_of_credit',
];

/** What a prober is made from. */
export interface ProberParts {
  readonly clock: Clock;
  readonly log: LogPort;
  readonly instance: string;
  readonly version: string;
  readonly fleet: () => Fleet;
  readonly network: Pick<OwnNetwork, 'isOffline' | 'failed'> | undefined;
  readonly watcher?: Pick<Watcher, 'lookSucceeded'>;
}

/**
 * Looks whether what gw leaves alone is back, so that no caller pays for finding out: once at a time, at the moment at
 * which a caller's request would be the trial. What is well is never asked, nor what a rate limit closed: its end is
 * known, and a look would use it up.
 */
export class Prober {
  readonly #parts: ProberParts;
  readonly #armed = new Map<TargetState, () => void>();
  readonly #ending = new AbortController();

  constructor(parts: ProberParts) {
    this.#parts = parts;
  }

  /** Something happened to a target: whether and when to look at it is decided anew. */
  changed(state: TargetState): void {
    this.#disarm(state);
    const now = this.#parts.clock.now();
    const suspicion = state.suspicion(now);
    if (suspicion === undefined || this.#ending.signal.aborted) return;
    this.#arm(state, suspicion.at > now ? suspicion.at - now : LEAST_PAUSE_MS);
  }

  /** Ends everything under way. */
  stop(): void {
    this.#ending.abort();
    for (const state of this.#armed.keys()) this.#disarm(state);
  }

  #arm(state: TargetState, delayMs: number): void {
    this.#armed.set(
      state,
      this.#parts.clock.after(delayMs, () => {
        this.#armed.delete(state);
        this.#due(state);
      }),
    );
  }

  #disarm(state: TargetState): void {
    this.#armed.get(state)?.();
    this.#armed.delete(state);
  }

  #due(state: TargetState): void {
    const { clock, fleet, network } = this.#parts;
    const now = clock.now();
    const suspicion = state.suspicion(now);
    if (suspicion === undefined || now - state.wantedAt > WANTED_MS) return;
    if (network?.isOffline === true) {
      this.#arm(state, OFFLINE_PAUSE_MS);
      return;
    }
    if (!state.isDue(now)) {
      // A timer may fire a millisecond early by this clock, or a clock was set back.
      if (suspicion.at > now) this.changed(state);
      return;
    }
    const step = fleet().stepFor(state.target);
    const policy = state.policy ?? fleet().profile.policy;
    if (step === undefined || !canLook(step, suspicion, policy)) return;
    void this.#look(step, suspicion, policy, state.begin(now));
  }

  async #look(step: Step, { reason }: Suspicion, policy: Policy, admission: Admission): Promise<void> {
    const begunAt = this.#parts.clock.now();
    const finding = await this.#find(step, reason, policy).catch((error: unknown): Finding => {
      this.#parts.log.write('error', 'probe-crashed', { error });
      return { is: 'unclear' };
    });
    if (this.#ending.signal.aborted) return;
    this.#tell(step, finding, begunAt);
    if (finding.is === 'well') this.#parts.watcher?.lookSucceeded?.(step.target, begunAt);
    this.#conclude(step, finding, { admission, policy, begunAt });
  }

  async #find(step: Step, reason: FaultCode, { probe }: Policy): Promise<Finding> {
    const parts = { ...this.#parts, signal: this.#ending.signal };
    if (probe === 'one-token' && !FREE_TELLS.includes(reason)) return lookWithOneToken(step, parts);
    const found = await lookFree(step, reason, parts);
    return found.is === 'unclear' && probe === 'one-token' ? lookWithOneToken(step, parts) : found;
  }

  #conclude(
    { state, upstream }: Step,
    finding: Finding,
    trial: { readonly admission: Admission; readonly policy: Policy; readonly begunAt: number },
  ): void {
    const { admission, policy, begunAt } = trial;
    const now = this.#parts.clock.now();
    if (finding.is === 'well') {
      state.succeeded(admission, now);
      return;
    }
    if (finding.is === 'unclear' || !isTelling(finding.fault)) {
      state.undecided(admission, now);
      // Looking again would tell as little: the next caller's request is the trial, as it was without a prober.
      this.#disarm(state);
      return;
    }
    const { fault } = finding;
    // From its beginning, as a look at a silent host takes long and must not make the next one later.
    const at = fault.retryAfterMs === undefined && FAULTS[fault.code].health === 'failure' ? begunAt : now;
    const blame = (): void => state.failed(admission, fault, policy, at);
    if (!this.#parts.network) blame();
    else
      this.#parts.network.failed({
        upstream,
        fault,
        at: begunAt,
        blame,
        excuse: () => state.neutral(admission),
      });
  }

  #tell({ target }: Step, finding: Finding, begunAt: number): void {
    const { log, clock } = this.#parts;
    log.write('info', `probe-${finding.is === 'well' ? 'succeeded' : finding.is}`, {
      target: targetName(target),
      key: target.key,
      ...(finding.way && { way: finding.way }),
      ms: Math.round(clock.now() - begunAt),
      ...(finding.is === 'failed' && { fault: finding.fault.code, message: finding.fault.message }),
    });
  }
}

function canLook({ provider }: Step, { reason }: Suspicion, { probe }: Policy): boolean {
  // With the caller's own key there is nothing to ask with.
  if (provider.auth === 'passthrough' || probe === 'off') return false;
  return probe === 'one-token' || !FREE_IS_BLIND.includes(reason);
}

function isTelling({ code }: Fault): boolean {
  return FAULTS[code].health === 'failure' || TELLING.includes(code);
}
