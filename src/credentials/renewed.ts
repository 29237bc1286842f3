import type { Fault } from '../core/fault.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';

/** Something that is good for a time. */
export interface Lent<T> {
  readonly value: T;
  /** Milliseconds since the epoch; undefined: for ever. */
  readonly expiresAt: number | undefined;
}

/** A credential is renewed when this part of its life is left, but no earlier than five minutes before its end. */
const RENEWED_AT = 0.2;
const EARLIEST_RENEWAL_MS = 5 * 60_000;
/** After a failure the old one is used for so long before the next attempt. */
const RETRY_MS = 10_000;
/** With less than this left it may expire on its way to the provider. */
const USABLE_MS = 10_000;

/**
 * A credential that is obtained when it is first needed and renewed ahead of its end. However many ask, one renewal is
 * under way; while the old one is good, nobody waits for it.
 */
export class Renewed<T> {
  readonly #obtain: () => Promise<Outcome<Lent<T>, Fault>>;
  readonly #now: () => number;
  #lent: (Lent<T> & { readonly renewAt: number }) | undefined;
  #pending: Promise<Outcome<T, Fault>> | undefined;

  constructor(obtain: () => Promise<Outcome<Lent<T>, Fault>>, now: () => number) {
    this.#obtain = obtain;
    this.#now = now;
  }

  /** Never rejects. */
  get(): Promise<Outcome<T, Fault>> {
    const lent = this.#lent;
    const now = this.#now();
    if (!lent || (lent.expiresAt !== undefined && lent.expiresAt - now < USABLE_MS)) return this.#renew();
    if (now >= lent.renewAt) void this.#renew();
    return Promise.resolve(ok(lent.value));
  }

  #renew(): Promise<Outcome<T, Fault>> {
    this.#pending ??= this.#obtain().then((found) => {
      this.#pending = undefined;
      if (found.is === 'failed') {
        if (this.#lent) this.#lent = { ...this.#lent, renewAt: this.#now() + RETRY_MS };
        return failed(found.fault);
      }
      const { expiresAt } = found.value;
      this.#lent = { ...found.value, renewAt: renewAt(this.#now(), expiresAt) };
      return ok(found.value.value);
    });
    return this.#pending;
  }
}

function renewAt(now: number, expiresAt: number | undefined): number {
  if (expiresAt === undefined) return Number.POSITIVE_INFINITY;
  return expiresAt - Math.min(EARLIEST_RENEWAL_MS, (expiresAt - now) * RENEWED_AT);
}
