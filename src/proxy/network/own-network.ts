import { type Fault, type FaultCode, fault } from '../../core/fault.ts';
import type {
  NetworkPlace,
  NetworkSenses,
  NetworkSign,
  OfflineReason,
  OfflineView,
} from '../../core/network.ts';
import type { LogPort } from '../../core/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import { judgeNetwork, offlineSentence } from '../../resilience/index.ts';
import type { Upstream } from '../connections/upstream.ts';
import { askNetwork } from './ask-network.ts';
import { NetworkPulse } from './network-pulse.ts';

// While offline: a second between two looks is felt as "at once", and costs one connection that fails.
const RECHECK_MS = 1_000;
// A verdict older than this is made anew before a caller is told of it.
const FRESH_MS = 3_000;
// Nobody has asked for anything for so long: nothing is looked at until somebody does.
const INTEREST_MS = 5 * 60_000;
// The network was just shown to work, so what a host does now is its own doing.
const CLEARED_MS = 5_000;
// Failures held back while nobody knows whose they are. More are counted as they come.
const MOST_HELD = 1_000;

/** Faults that a dead network makes of what was under way. */
const MAY_BE_OURS: readonly FaultCode[] = ['upstream_unreachable', 'upstream_timeout', 'stream_broken'];

/** A failed attempt at a provider, and what can be made of it. */
export interface Setback {
  readonly upstream: Upstream;
  readonly fault: Fault;
  /** When the attempt began, epoch milliseconds. */
  readonly at: number;
  /** It was the provider. */
  readonly blame: () => void;
  /** It was this computer, in these words. */
  readonly excuse: (told: Fault) => void;
}

/** Somebody failed, and it is being found out who. */
interface Doubt {
  readonly is: 'doubt';
  readonly met: Map<string, NetworkSign>;
  readonly held: Setback[];
  readonly decided: PromiseWithResolvers<void>;
}

interface Offline {
  readonly is: 'offline';
  readonly since: number;
  readonly reason: OfflineReason;
  checkedAt: number;
  checking: Promise<void> | undefined;
  waiting: (() => void) | undefined;
}

type State = { readonly is: 'online' } | Doubt | Offline;

const ONLINE: State = { is: 'online' };

/** What the own network is felt with, and whom it concerns. */
export interface OwnNetworkParts {
  readonly senses: NetworkSenses;
  readonly clock: Clock;
  readonly log: LogPort;
  readonly upstreams: () => readonly Upstream[];
}

/**
 * Knows whether this computer is offline, from what happens anyway: nothing is asked while attempts succeed. Failures
 * that may be the own network's are held back until that is known, for a second and a half at most; then they are
 * counted against their targets, or against nobody.
 */
export class OwnNetwork {
  readonly #parts: OwnNetworkParts;
  readonly #pulse: NetworkPulse;
  readonly #cleared = new Map<string, number>();
  #state: State = ONLINE;
  #interestAt = 0;
  #turn = 0;
  #stopped = false;

  constructor(parts: OwnNetworkParts) {
    this.#parts = parts;
    this.#pulse = new NetworkPulse(parts, () => this.#changed());
  }

  start(): void {
    this.#pulse.start();
  }

  stop(): void {
    this.#stopped = true;
    this.#pulse.stop();
    if (this.#state.is === 'offline') this.#state.waiting?.();
  }

  /** True while this computer is offline, or may be. */
  get uneasy(): boolean {
    return this.#state !== ONLINE;
  }

  get isOffline(): boolean {
    return this.#state.is === 'offline';
  }

  /** True for the first seconds after this computer slept: its network is mostly on its way. */
  get justWoke(): boolean {
    return this.#pulse.justWoke;
  }

  /** A request came. On the way of every one of them. */
  requestBegan(): void {
    this.#interestAt = this.#parts.clock.now();
    this.#pulse.felt(this.#interestAt);
  }

  /** Why this provider is not worth asking; undefined when nothing is known to be in the way. */
  faultOf({ placeDistance }: Upstream): Fault | undefined {
    if (placeDistance !== 'far' || this.#state.is !== 'offline') return undefined;
    const sentence = offlineSentence(this.#state.reason);
    return fault('offline', `not asked while this computer is offline (${sentence})`);
  }

  /** What callers are told while this computer is offline. */
  fault(): Fault | undefined {
    return this.#state.is === 'offline' ? offlineFault(this.#state.reason) : undefined;
  }

  /** As others see it; undefined while online. That somebody looks keeps gw looking. */
  view(): OfflineView | undefined {
    if (this.#state.is !== 'offline') return undefined;
    const { since, reason } = this.#state;
    this.#interestAt = this.#parts.clock.now();
    if (this.#state.waiting === undefined) this.#await(this.#state);
    return { since, reason, message: offlineSentence(reason) };
  }

  /** A provider answered: whatever was thought of the network, it works. On the way of every request. */
  reached({ placeDistance }: Upstream): void {
    if (this.#state === ONLINE || placeDistance !== 'far') return;
    this.#online();
  }

  failed(setback: Setback): void {
    const { upstream, fault: why, at } = setback;
    if (upstream.placeDistance === 'self' || !(why.sign ?? MAY_BE_OURS.includes(why.code))) {
      setback.blame();
      if (why.upstream !== undefined) this.reached(upstream);
      return;
    }
    this.#pulse.look(this.#parts.clock.now());
    const ours = this.fault() ?? this.#pulse.excuseOf(at);
    if (ours !== undefined) setback.excuse(ours);
    else if (why.sign === undefined || upstream.placeDistance === 'near') setback.blame();
    else this.#hold(setback, upstream.place, why.sign);
  }

  /** Resolves when it is known whether this computer is offline. */
  async settled(): Promise<void> {
    if (this.#state.is === 'doubt') await this.#state.decided.promise;
  }

  /** Resolves when what is known of being offline is of this moment: after a pause nobody has looked. */
  async freshen(): Promise<void> {
    const state = this.#state;
    if (state.is !== 'offline' || this.#parts.clock.now() - state.checkedAt < FRESH_MS) return;
    await this.#check(state);
    if (this.#state === state && state.waiting === undefined) this.#await(state);
  }

  #hold(setback: Setback, { host }: NetworkPlace, sign: NetworkSign): void {
    const cleared = this.#cleared.get(host) ?? 0;
    if (this.#state.is !== 'doubt' && this.#parts.clock.now() < cleared) {
      setback.blame();
      return;
    }
    const doubt = this.#state.is === 'doubt' ? this.#state : newDoubt();
    doubt.met.set(host, sign);
    if (doubt.held.length < MOST_HELD) doubt.held.push(setback);
    else setback.blame();
    if (this.#state === doubt) return;
    this.#state = doubt;
    void this.#decide(doubt);
  }

  async #decide(doubt: Doubt): Promise<void> {
    const others = this.#farPlaces().filter(({ host }) => !doubt.met.has(host));
    const found = await askNetwork(this.#parts.senses, others);
    if (this.#state !== doubt) return;
    const verdict = judgeNetwork({ ...found, met: doubt.met });
    if (verdict === 'online') this.#online();
    else this.#lose(verdict);
  }

  #lose(reason: OfflineReason): void {
    const before = this.#state;
    const now = this.#parts.clock.now();
    const state: Offline = {
      is: 'offline',
      since: now,
      reason,
      checkedAt: now,
      checking: undefined,
      waiting: undefined,
    };
    this.#state = state;
    this.#parts.log.write('warn', 'network-lost', { reason, message: offlineSentence(reason) });
    if (before.is === 'doubt') {
      for (const { excuse } of before.held) excuse(offlineFault(reason));
      before.decided.resolve();
    }
    this.#await(state);
  }

  #online(): void {
    const before = this.#state;
    const now = this.#parts.clock.now();
    this.#state = ONLINE;
    if (before.is === 'doubt') {
      for (const host of before.met.keys()) this.#cleared.set(host, now + CLEARED_MS);
      for (const { blame } of before.held) blame();
      before.decided.resolve();
    } else if (before.is === 'offline') {
      before.waiting?.();
      this.#cleared.clear();
      this.#pulse.disturbed(offlineFault(before.reason));
      this.#parts.log.write('info', 'network-back', { afterMs: now - before.since });
    }
  }

  /** Looks again in a moment, and so on while anybody cares. */
  #await(state: Offline): void {
    if (this.#stopped) return;
    state.waiting = this.#parts.clock.after(RECHECK_MS, () => {
      state.waiting = undefined;
      const isWanted = this.#parts.clock.now() - this.#interestAt < INTEREST_MS;
      if (isWanted && this.#state === state) void this.#check(state).then(() => this.#goOn(state));
    });
  }

  #goOn(state: Offline): void {
    if (this.#state === state && state.waiting === undefined) this.#await(state);
  }

  #check(state: Offline): Promise<void> {
    state.checking ??= this.#recheck(state).finally(() => {
      state.checking = undefined;
      state.checkedAt = this.#parts.clock.now();
    });
    return state.checking;
  }

  async #recheck(state: Offline): Promise<void> {
    this.#pulse.look(this.#parts.clock.now());
    if (!this.#pulse.hasAddress) return;
    // Others each time: the one that is down for good must not keep us here.
    const places = this.#farPlaces();
    const from = this.#turn++ % Math.max(1, places.length);
    const found = await askNetwork(this.#parts.senses, [...places.slice(from), ...places.slice(0, from)]);
    const namesAreBack = state.reason === 'no-name' && found.resolver === 'answers';
    const isBack = namesAreBack || judgeNetwork({ ...found, met: new Map() }) === 'online';
    if (this.#state === state && isBack) this.#online();
  }

  /** The interfaces are others now, or time has passed unseen. */
  #changed(): void {
    if (this.#state.is === 'offline') void this.#check(this.#state);
    else if (!this.#pulse.hasAddress && this.#farPlaces().length > 0) this.#lose('no-interface');
  }

  #farPlaces(): NetworkPlace[] {
    const far = this.#parts.upstreams().filter((upstream) => upstream.placeDistance === 'far');
    return [...new Map(far.map(({ place }) => [place.host, place])).values()];
  }
}

function newDoubt(): Doubt {
  return { is: 'doubt', met: new Map(), held: [], decided: Promise.withResolvers() };
}

function offlineFault(reason: OfflineReason): Fault {
  const sentence = offlineSentence(reason);
  return fault(
    'offline',
    `this computer is offline: ${sentence}; gw goes on by itself when the network is back`,
  );
}
