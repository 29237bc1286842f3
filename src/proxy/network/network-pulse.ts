import { type Fault, fault } from '../../core/fault.ts';
import type { NetworkSenses } from '../../core/network.ts';
import type { LogPort } from '../../core/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Upstream } from '../connections/upstream.ts';

// How often it is noted that this process runs; a system call and a comparison.
const BEAT_MS = 2_000;
// A beat that is later than this was not late, it was missed: the process was stopped, or the computer slept.
const MISSED_MS = 3_000;
// Reading the interfaces takes 40 µs: not for every request, and often enough that a change is known to the next.
const LOOK_MS = 2_000;
// A laptop has its network back within a few seconds of being opened.
const WAKING_MS = 15_000;

/** What the pulse is taken with. */
export interface PulseParts {
  readonly senses: NetworkSenses;
  readonly clock: Clock;
  readonly log: LogPort;
  readonly upstreams: () => readonly Upstream[];
}

/**
 * Notices that this computer slept or changed networks, and drops the idle connections from before: nobody is at their
 * other end any more, and a request sent over one would wait in vain.
 */
export class NetworkPulse {
  readonly #parts: PulseParts;
  readonly #onChange: () => void;
  #addresses: string | undefined;
  #lookedAt = 0;
  #beatAt = 0;
  #wokeAt = -Infinity;
  #disturbance: { readonly at: number; readonly told: Fault } | undefined;
  #cancel: (() => void) | undefined;

  constructor(parts: PulseParts, onChange: () => void) {
    this.#parts = parts;
    this.#onChange = onChange;
  }

  start(): void {
    this.#beatAt = this.#parts.clock.now();
    this.#arm();
  }

  stop(): void {
    this.#cancel?.();
  }

  get hasAddress(): boolean {
    return this.#addresses !== '';
  }

  get justWoke(): boolean {
    return this.#parts.clock.now() - this.#wokeAt < WAKING_MS;
  }

  /** A request came at this time (epoch milliseconds): what happened while nobody watched matters now. */
  felt(now: number): void {
    // The clock may have been set back.
    if (Math.abs(now - this.#lookedAt) >= LOOK_MS) this.look(now);
  }

  /** Looks at once. */
  look(now: number): void {
    this.#lookedAt = now;
    this.#noticeGap(now);
    const addresses = this.#parts.senses.addresses().toSorted().join(' ');
    const before = this.#addresses;
    this.#addresses = addresses;
    if (before === addresses) return;
    if (before !== undefined) {
      this.disturbed(fault('offline', 'the addresses of this computer changed under way'));
      this.#parts.log.write('info', 'network-changed');
    }
    this.#onChange();
  }

  /** Something happened to the network, whatever: what was begun before cannot be held against anybody. */
  disturbed(told: Fault): void {
    this.#disturbance = { at: this.#parts.clock.now(), told };
    this.#renew((upstream) => upstream.placeDistance !== 'self');
  }

  /** What stands for an attempt begun at that time (epoch milliseconds), when it failed for what happened since. */
  excuseOf(begunAt: number): Fault | undefined {
    const { at, told } = this.#disturbance ?? {};
    return at !== undefined && begunAt < at ? told : undefined;
  }

  #arm(): void {
    this.#cancel = this.#parts.clock.after(BEAT_MS, () => {
      const now = this.#parts.clock.now();
      this.#noticeGap(now);
      this.#beatAt = now;
      this.#arm();
    });
  }

  /** By the wall clock, as the other one stands still while a computer sleeps. That it was set forth does no harm. */
  #noticeGap(now: number): void {
    const missedMs = now - this.#beatAt - BEAT_MS;
    if (missedMs < MISSED_MS) return;
    this.#beatAt = now;
    this.#wokeAt = now;
    this.disturbed(fault('offline', 'this computer slept, or gw was stopped, under way'));
    this.#renew((upstream) => upstream.placeDistance === 'self');
    this.#parts.log.write('info', 'process-resumed', { afterMs: missedMs });
    this.#onChange();
  }

  #renew(isMeant: (upstream: Upstream) => boolean): void {
    for (const upstream of this.#parts.upstreams()) if (isMeant(upstream)) upstream.renew();
  }
}
