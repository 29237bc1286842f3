import { type Fault, type FaultCode, FAULTS } from '../../core/fault.ts';
import type { BreakerView, CooldownView, LimitView } from '../../core/health.ts';
import type { Policy } from '../../core/policy.ts';
import type { StoredAge } from '../../core/ports.ts';
import type { Target } from '../../core/target.ts';
import { field } from '../../lib/expect.ts';
import {
  type Admission,
  type Breaker,
  type Cooldown,
  cooldownAfter,
  cooldownSpan,
  forbids,
  type HeaderValues,
  HedgeBudget,
  keepBreaker,
  keepCooldown,
  mayTry,
  mayTryCooling,
  newBreaker,
  onCooldownSuccess,
  onCooldownTry,
  onFailure,
  onNeutral,
  onSuccess,
  onTry,
  readLimits,
  recoversAt,
  RetryBudget,
  takeBreaker,
  takeCooldown,
  tellsLimits,
  tripped,
  undecided,
  viewBreaker,
  viewCooldown,
} from '../../resilience/index.ts';
import { Pulse } from '../balance/pulse.ts';

/** What all models behind one key of a provider share. */
export interface KeyState {
  cooldown: Cooldown | undefined;
  /** It was made on purpose, and ends with the chaos that made it. */
  injected?: boolean;
}

/** A target as others see it. */
export interface TargetView {
  readonly target: Target;
  readonly breaker: BreakerView;
  readonly cooldown?: CooldownView;
  readonly limits?: readonly LimitView[];
}

/** Hears of every change for better or worse; `was` is what the breaker was before. */
export type HealthListener = (state: TargetState, was: Breaker['is']) => void;

/** What is worth looking at without a caller: from when on, and what went wrong there. */
export interface Suspicion {
  readonly at: number;
  readonly reason: FaultCode;
}

/** What gw remembers of one target between requests. The transitions are pure; this holds the current state. */
export class TargetState {
  readonly target: Target;
  readonly budget = new RetryBudget();
  /** How many of its requests had another target asked beside it. */
  readonly hedges = new HedgeBudget();
  /** How its attempts went lately, for those who choose among targets. */
  readonly pulse = new Pulse();
  readonly #key: KeyState;
  readonly #changed: HealthListener;
  #breaker: Breaker = newBreaker();
  #cooldown: Cooldown | undefined;
  /** What `gw chaos` did to it. */
  #injected = { breaker: false, cooldown: false };
  /** The head that told of limits last, as it came: read when somebody looks. */
  #told: { readonly headers: HeaderValues; readonly at: number } | undefined;
  /** The policy under which something went wrong here last. */
  #policy: Policy | undefined;
  #wantedAt = -Infinity;

  constructor(target: Target, key: KeyState, changed: HealthListener = () => {}) {
    this.target = target;
    this.#key = key;
    this.#changed = changed;
  }

  /** Whether an attempt may be made now; `no` comes with `whyNot`. */
  admission(now: number): Admission {
    const admission = this.#admission(now);
    if (admission !== 'yes') this.#wantedAt = now;
    return admission;
  }

  #admission(now: number): Admission {
    if (this.#cooldown === undefined && this.#key.cooldown === undefined) return mayTry(this.#breaker, now);
    const cooling = [mayTryCooling(this.#cooldown, now), mayTryCooling(this.#key.cooldown, now)];
    if (cooling.includes('no')) return 'no';
    const own = mayTry(this.#breaker, now);
    return own === 'yes' && cooling.includes('probe') ? 'probe' : own;
  }

  /** A limit, or what is wrong with its key, keeps callers away. */
  isCooling(now: number): boolean {
    return [this.#cooldown, this.#key.cooldown].some((each) => mayTryCooling(each, now) !== 'yes');
  }

  /** Its breaker keeps callers away; cooldowns are another matter, as their end may be near enough to wait for. */
  isOpen(now: number): boolean {
    return mayTry(this.#breaker, now) === 'no';
  }

  /** An attempt begins; its outcome hands back what the breaker said of it. */
  begin(now: number): Admission {
    const admission = mayTry(this.#breaker, now);
    this.#become(
      onTry(this.#breaker, admission),
      this.#cooldown && onCooldownTry(this.#cooldown, now),
      this.#key.cooldown && onCooldownTry(this.#key.cooldown, now),
    );
    return admission;
  }

  /** The head of an answer arrived. */
  answered(headers: HeaderValues, now: number): void {
    if (tellsLimits(headers)) this.#told = { headers, at: now };
  }

  /** The target answered: content arrived, or the whole answer. */
  succeeded(admission: Admission, now: number): void {
    this.#become(
      onSuccess(this.#breaker, admission, now),
      this.#cooldown && onCooldownSuccess(this.#cooldown, now),
      this.#key.cooldown && onCooldownSuccess(this.#key.cooldown, now),
    );
  }

  failed(admission: Admission, fault: Fault, policy: Policy, now: number): void {
    const breaker =
      FAULTS[fault.code].health === 'failure'
        ? onFailure(this.#breaker, admission, fault, policy, now)
        : onNeutral(this.#breaker, admission);
    const injected = fault.injected === true;
    if (injected) this.#injected.breaker = true;
    this.#policy = policy;
    // A caller's request found it well and failed; of what is not well, only callers that come by make it wanted.
    if (this.#breaker.is === 'closed' && this.#key.cooldown === undefined) this.#wantedAt = now;
    const spanKey = cooldownSpan(fault.code) === 'key';
    const cooldown = cooldownAfter(fault, now, spanKey ? this.#key.cooldown : this.#cooldown);
    if (cooldown && spanKey) this.#key.injected = injected;
    else if (cooldown) this.#injected.cooldown = injected;
    this.#become(
      breaker,
      (spanKey ? undefined : cooldown) ?? this.#cooldown,
      (spanKey ? cooldown : undefined) ?? this.#key.cooldown,
    );
  }

  /** The chaos is over: what it did to this target is undone, and what was real before or meanwhile stays. */
  forgetInjected(): void {
    const { breaker, cooldown } = this.#injected;
    const key = this.#key.injected === true;
    this.#injected = { breaker: false, cooldown: false };
    this.#key.injected = false;
    this.#become(
      breaker ? newBreaker() : this.#breaker,
      cooldown ? undefined : this.#cooldown,
      key ? undefined : this.#key.cooldown,
    );
  }

  /** Nothing of it may be kept for after a restart, which ends the chaos. */
  get isInjected(): boolean {
    return this.#injected.breaker || this.#injected.cooldown || this.#key.injected === true;
  }

  /** The attempt ended without saying anything about the target. */
  neutral(admission: Admission): void {
    this.#become(onNeutral(this.#breaker, admission), this.#cooldown, this.#key.cooldown);
  }

  /** It was looked at and nothing was found out: the next caller's request is the trial. */
  undecided(admission: Admission, now: number): void {
    const key = this.#key.cooldown;
    this.#become(onNeutral(this.#breaker, admission), this.#cooldown, key && undecided(key, now));
  }

  /** By hand: what went wrong is forgotten, also what its key shares with other models. */
  reset(): void {
    this.#become(newBreaker(), undefined, undefined);
  }

  /** The profile was read again: what depends on it is judged anew. */
  reloaded(): void {
    this.#policy = undefined;
    this.#become(this.#breaker, this.#cooldown, undefined);
  }

  /** By hand: left alone for so long. */
  trip(openMs: number, now: number): void {
    this.#injected.breaker = false;
    this.#become(tripped(openMs, now), this.#cooldown, this.#key.cooldown);
  }

  /** When a request that was to go here found it left alone last. */
  get wantedAt(): number {
    return this.#wantedAt;
  }

  /** The policy under which something went wrong here last; undefined where that was before a restart or reload. */
  get policy(): Policy | undefined {
    return this.#policy;
  }

  /** Whether, and from when on, it is worth looking what became of it; undefined when it is well or only time helps. */
  suspicion(now: number): Suspicion | undefined {
    const key = this.#key.cooldown;
    const breaker = this.#breaker;
    // What fails on purpose would answer well.
    if (this.isInjected) return undefined;
    const opens = breaker.is === 'open' ? breaker.until : now;
    if (key?.is === 'until-changed') return { at: Math.max(key.until, opens), reason: key.reason };
    if (breaker.is === 'closed' || (breaker.is === 'half-open' && breaker.probing)) return undefined;
    const forbidden = [this.#cooldown, key].filter((each) => mayTryCooling(each, now) === 'no');
    return { at: Math.max(opens, ...forbidden.map((each) => each?.until ?? now)), reason: breaker.reason };
  }

  /** Whether an attempt made now would be the trial. */
  isDue(now: number): boolean {
    return this.#admission(now) === 'probe';
  }

  /** What is worth keeping over a restart; undefined when it is well. What was made on purpose is not kept. */
  keep(): { readonly breaker?: unknown; readonly cooldown?: unknown } | undefined {
    const breaker = this.#injected.breaker ? undefined : keepBreaker(this.#breaker);
    const cooldown = this.#injected.cooldown || !this.#cooldown ? undefined : keepCooldown(this.#cooldown);
    const isWell = breaker === undefined && cooldown === undefined;
    return isWell && (!this.#key.cooldown || this.#key.injected === true) ? undefined : { breaker, cooldown };
  }

  /** Takes up what was kept, before anybody asks for it. */
  take(stored: unknown, age: StoredAge): void {
    this.#breaker = takeBreaker(field(stored, 'breaker'), age) ?? this.#breaker;
    this.#cooldown = takeCooldown(field(stored, 'cooldown'), age) ?? this.#cooldown;
    // Whoever starts gw is about to use it.
    this.#wantedAt = age.now;
  }

  /** The way every transition ends; it costs a healthy target three comparisons. */
  #become(breaker: Breaker, cooldown: Cooldown | undefined, key: Cooldown | undefined): void {
    const was = this.#breaker;
    if (breaker === was && cooldown === this.#cooldown && key === this.#key.cooldown) return;
    this.#breaker = breaker;
    this.#cooldown = cooldown;
    this.#key.cooldown = key;
    this.#changed(this, was.is);
  }

  /** The provider said until when it must not be asked; nothing overrides that. */
  isForbidden(now: number): boolean {
    return forbids(this.#cooldown, now) || forbids(this.#key.cooldown, now);
  }

  /** When it may be tried again, epoch milliseconds; undefined when only a change helps. */
  recoversAt(now: number): number | undefined {
    const own = recoversAt(this.#breaker, this.#cooldown, now);
    const key = recoversAt(this.#breaker, this.#key.cooldown, now);
    return own === undefined || key === undefined ? undefined : Math.max(own, key);
  }

  view(now: number): TargetView {
    const cooldown = viewCooldown(this.#key.cooldown, now) ?? viewCooldown(this.#cooldown, now);
    const limits = this.#told && readLimits(this.#told.headers, this.#told.at);
    return {
      target: this.target,
      breaker: viewBreaker(this.#breaker, now),
      ...(cooldown && { cooldown }),
      ...(limits && limits.length > 0 && { limits }),
    };
  }
}
