import type { Fault } from '../core/fault.ts';
import { FAULTS } from '../core/fault.ts';
import type { BreakerView, CooldownView, LimitView } from '../core/health.ts';
import type { Policy } from '../core/policy.ts';
import type { Target } from '../core/target.ts';
import {
  type Admission,
  type Breaker,
  type Cooldown,
  cooldownAfter,
  cooldownSpan,
  forbids,
  type HeaderValues,
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
  tellsLimits,
  tripped,
  viewBreaker,
  viewCooldown,
} from '../resilience/index.ts';
import type { Marked } from './chaos.ts';

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

/** What gw remembers of one target between requests. The transitions are pure; this holds the current state. */
export class TargetState implements Marked {
  readonly target: Target;
  readonly budget = new RetryBudget();
  readonly #key: KeyState;
  #breaker: Breaker = newBreaker();
  #cooldown: Cooldown | undefined;
  /** What `gw chaos` did to it. */
  #injected = { breaker: false, cooldown: false };
  /** The head that told of limits last, as it came: read when somebody looks. */
  #told: { readonly headers: HeaderValues; readonly at: number } | undefined;

  constructor(target: Target, key: KeyState) {
    this.target = target;
    this.#key = key;
  }

  /** Whether an attempt may be made now; `no` comes with `whyNot`. */
  admission(now: number): Admission {
    if (this.#cooldown === undefined && this.#key.cooldown === undefined) return mayTry(this.#breaker, now);
    const cooling = [mayTryCooling(this.#cooldown, now), mayTryCooling(this.#key.cooldown, now)];
    if (cooling.includes('no')) return 'no';
    const own = mayTry(this.#breaker, now);
    return own === 'yes' && cooling.includes('probe') ? 'probe' : own;
  }

  /** Its breaker keeps callers away; cooldowns are another matter, as their end may be near enough to wait for. */
  isOpen(now: number): boolean {
    return mayTry(this.#breaker, now) === 'no';
  }

  /** An attempt begins; its outcome hands back what the breaker said of it. */
  begin(now: number): Admission {
    const admission = mayTry(this.#breaker, now);
    this.#breaker = onTry(this.#breaker, admission);
    if (this.#cooldown) this.#cooldown = onCooldownTry(this.#cooldown, now);
    if (this.#key.cooldown) this.#key.cooldown = onCooldownTry(this.#key.cooldown, now);
    return admission;
  }

  /** The head of an answer arrived. */
  answered(headers: HeaderValues, now: number): void {
    if (tellsLimits(headers)) this.#told = { headers, at: now };
  }

  /** The target answered: content arrived, or the whole answer. */
  succeeded(admission: Admission, now: number): void {
    this.#breaker = onSuccess(this.#breaker, admission, now);
    if (this.#cooldown) this.#cooldown = onCooldownSuccess(this.#cooldown, now);
    if (this.#key.cooldown) this.#key.cooldown = onCooldownSuccess(this.#key.cooldown, now);
  }

  failed(admission: Admission, fault: Fault, policy: Policy, now: number): void {
    this.#breaker =
      FAULTS[fault.code].health === 'failure'
        ? onFailure(this.#breaker, admission, fault, policy, now)
        : onNeutral(this.#breaker, admission);
    const injected = fault.injected === true;
    if (injected) this.#injected.breaker = true;
    const spanKey = cooldownSpan(fault.code) === 'key';
    const cooldown = cooldownAfter(fault, now, spanKey ? this.#key.cooldown : this.#cooldown);
    if (!cooldown) return;
    if (spanKey) {
      this.#key.cooldown = cooldown;
      this.#key.injected = injected;
    } else {
      this.#cooldown = cooldown;
      this.#injected.cooldown = injected;
    }
  }

  /** The chaos is over: what it did to this target is undone, and what was real before or meanwhile stays. */
  forgetInjected(): void {
    if (this.#injected.breaker) this.#breaker = newBreaker();
    if (this.#injected.cooldown) this.#cooldown = undefined;
    if (this.#key.injected === true) this.#key.cooldown = undefined;
    this.#injected = { breaker: false, cooldown: false };
    this.#key.injected = false;
  }

  /** Nothing of it may be kept for after a restart, which ends the chaos. */
  get isInjected(): boolean {
    return this.#injected.breaker || this.#injected.cooldown || this.#key.injected === true;
  }

  /** The attempt ended without saying anything about the target. */
  neutral(admission: Admission): void {
    this.#breaker = onNeutral(this.#breaker, admission);
  }

  /** By hand: what went wrong is forgotten, also what its key shares with other models. */
  reset(): void {
    this.#breaker = newBreaker();
    this.#cooldown = undefined;
    this.#key.cooldown = undefined;
  }

  /** By hand: left alone for so long. */
  trip(openMs: number, now: number): void {
    this.#breaker = tripped(openMs, now);
    this.#injected.breaker = false;
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
