import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import type { OfflineView } from '../core/network.ts';
import type { Target } from '../core/target.ts';
import { Bag } from '../lib/bag.ts';
import { errorMessage } from '../lib/expect.ts';
import { idMaker } from '../lib/id.ts';
import { createListener, nextTurn, portOf } from './arrival/listener.ts';
import { openExchange } from './arrival/open-exchange.ts';
import { balanceMemory } from './balance/memory.ts';
import { beginCapture, finishCapture } from './capture/capture.ts';
import { RecordingBook } from './capture/recording.ts';
import { ChaosBook } from './chaos/chaos.ts';
import { DrillBook, type DrillOrder } from './chaos/drill.ts';
import type { Upstream } from './connections/upstream.ts';
import { AnswerHomes } from './conversations/answer-homes.ts';
import { ItemMemory } from './conversations/item-memory.ts';
import { StateVault } from './conversations/state-vault.ts';
import { abandon, type Exchange, hangUp } from './exchange.ts';
import { type HealthView, withLearned } from './first-content.ts';
import { Fleet } from './fleet.ts';
import { Doubts } from './health/doubt.ts';
import type { Prober } from './health/prober.ts';
import { watchHealth } from './health/watch-health.ts';
import { Memory } from './memory.ts';
import { ModelLists } from './models/model-lists.ts';
import { OwnNetwork } from './network/own-network.ts';
import { pipeline } from './pipeline.ts';
import type { ProxyOptions } from './proxy-options.ts';
import type { Rooms } from './room/admission.ts';
import { canCharge, charge } from './spending/charge.ts';
import type { Handler } from './stage.ts';

/** The proxy: one HTTP server in front of the profile's providers. */
export interface Proxy {
  /** Listens and answers with the real port; rejects with the system's error (`EADDRINUSE`). */
  listen(port: number, host: string): Promise<number>;
  /** Takes a connection that came another way than through the port: a Unix socket's. */
  accept(connection: Duplex): void;
  /** Takes a new profile: new requests follow it, running ones finish on the old one, connections stay. */
  apply(next: Pick<ProxyOptions, 'settings' | 'profile' | 'keys'>): void;
  /** How many requests are under way and waiting, in all and at providers that serve only so many at once. */
  readonly rooms: Rooms;
  /** Every target met so far, with its breaker and cooldown. */
  health(): readonly HealthView[];
  /** Whether this computer is offline, and why; undefined while it is not. */
  offline(): OfflineView | undefined;
  /** Forgets what went wrong at a target; false when it was never met. */
  resetTarget(target: Target): boolean;
  /** Leaves a target alone for so long; false when it was never met. */
  tripTarget(target: Target, openMs: number): boolean;
  /** The models each provider said it has, by its name. */
  modelLists(): Readonly<Record<string, readonly string[]>>;
  /** Arms a drill; requests with the returned token in `x-gw-drill` meet its faults. */
  armDrill(order: DrillOrder): string;
  /** Faults put into live traffic on purpose. */
  readonly chaos: ChaosBook;
  /** Who has exchanges recorded. */
  readonly recordings: RecordingBook;
  /** Refuses new connections, lets running exchanges finish for `ms`, tells the rest that gw stops, and closes. */
  drain(ms: number): Promise<void>;
  /** Closes at once. */
  close(): Promise<void>;
}

/** Creates the proxy; nothing is opened until `listen`. */
export function createProxy(options: ProxyOptions): Proxy {
  return new LocalProxy(options);
}

class LocalProxy implements Proxy {
  readonly #options: ProxyOptions;
  readonly #memory: Memory;
  readonly rooms: Rooms;
  readonly #drills: DrillBook;
  readonly chaos: ChaosBook;
  readonly recordings = new RecordingBook();
  readonly #lists: ModelLists;
  readonly #live = new Bag<Exchange>();
  readonly #newId: () => string;
  readonly #handle: Handler;
  readonly #server: Server;
  readonly #network: OwnNetwork | undefined;
  readonly #prober: Prober;
  readonly #doubts: Doubts;
  /** Fleets of earlier profiles that running exchanges still follow. */
  readonly #retiring = new Set<Fleet>();
  #fleet: Fleet;
  #onIdle: (() => void) | undefined;

  constructor(options: ProxyOptions) {
    const { settings, profile, keys, clock, log, senses, random = Math.random } = options;
    this.#options = options;
    this.#memory = new Memory(options.httpProxyFor, options.facts, options.lookup);
    this.rooms = this.#memory.rooms;
    this.#drills = new DrillBook(clock.now);
    this.chaos = new ChaosBook(clock, random);
    this.#newId = idMaker(clock.now);
    this.#lists = new ModelLists(clock, options.log, options.readModels ?? false);
    const upstreams = (): readonly Upstream[] => this.#fleet.upstreams();
    this.#network = senses && new OwnNetwork({ senses, clock, log, upstreams });
    this.#doubts = new Doubts({ ...options, network: this.#network });
    this.#handle = pipeline({
      ...options,
      network: this.#network,
      random,
      drills: this.#drills,
      chaos: this.chaos,
      doubts: this.#doubts,
      lists: this.#lists,
      vault: new StateVault(),
      homes: new AnswerHomes(),
      ...balanceMemory(),
      items: new ItemMemory(),
      room: this.rooms.total,
    });
    const fleet = (): Fleet => this.#fleet;
    this.#prober = watchHealth(this.#memory, { ...options, fleet, network: this.#network });
    this.#fleet = new Fleet(settings, profile, keys, this.#memory);
    this.#server = createListener((request, response) => void this.#serve(request, response));
  }

  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, host }, () => {
        this.#server.off('error', reject);
        this.#network?.start();
        void this.#lists.refresh(this.#fleet);
        resolve(portOf(this.#server.address()));
      });
    });
  }

  accept(connection: Duplex): void {
    this.#server.emit('connection', connection);
  }

  apply({ settings, profile, keys }: Pick<ProxyOptions, 'settings' | 'profile' | 'keys'>): void {
    const before = this.#fleet;
    this.#fleet = new Fleet(settings, profile, keys, this.#memory, before);
    this.#memory.forgetKeyCooldowns();
    void this.#lists.refresh(this.#fleet);
    this.#retiring.add(before);
    this.#retire();
  }

  health(): readonly HealthView[] {
    const now = this.#options.clock.now();
    const { policy } = this.#fleet.profile;
    return this.#memory.views(now).map((view) => withLearned(view, this.#memory.firstContents, policy, now));
  }

  offline(): OfflineView | undefined {
    return this.#network?.view();
  }

  resetTarget(target: Target): boolean {
    const state = this.#memory.known(target);
    state?.reset();
    return state !== undefined;
  }

  tripTarget(target: Target, openMs: number): boolean {
    const state = this.#memory.known(target);
    state?.trip(openMs, this.#options.clock.now());
    return state !== undefined;
  }

  modelLists(): Readonly<Record<string, readonly string[]>> {
    return this.#lists.all();
  }

  armDrill(order: DrillOrder): string {
    return this.#drills.arm(order);
  }

  async drain(ms: number): Promise<void> {
    this.#server.close();
    this.#server.closeIdleConnections();
    await new Promise<void>((resolve) => {
      if (this.#live.size === 0) {
        resolve();
        return;
      }
      this.#onIdle = resolve;
      this.#options.clock.after(ms, resolve);
    });
    await this.close();
  }

  async close(): Promise<void> {
    this.#network?.stop();
    this.#prober.stop();
    this.#doubts.stop();
    this.chaos.close();
    for (const exchange of this.#live) abandon(exchange, 'gw is stopping');
    // Last words leave before their connections are closed.
    await nextTurn();
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
    const fleets = [this.#fleet, ...this.#retiring];
    await Promise.all([...fleets.map((fleet) => fleet.destroy()), this.#drills.close()]);
  }

  /** Lets go of earlier profiles that no running exchange follows; until then it may fail over to any of their targets. */
  #retire(): void {
    const followed = new Set([this.#fleet, ...[...this.#live].map(({ fleet }) => fleet)]);
    for (const fleet of this.#retiring) {
      if (followed.has(fleet)) continue;
      this.#retiring.delete(fleet);
      void fleet.retire(followed);
    }
  }

  /** One exchange from socket to socket; nothing escapes it. */
  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const exchange = this.#begin(request, response);
      await this.#handle(exchange);
      this.#end(exchange);
    } catch (error) {
      this.#crashed(response, error);
    }
  }

  #begin(request: IncomingMessage, response: ServerResponse): Exchange {
    const { clock, watcher } = this.#options;
    const exchange = openExchange(request, response, { fleet: this.#fleet, clock, newId: this.#newId });
    response.on('close', () => {
      if (!response.writableFinished) hangUp(exchange);
    });
    this.#live.add(exchange);
    beginCapture(exchange);
    this.recordings.begin(exchange);
    if (counts(exchange)) watcher.exchangeStarted(exchange.trail);
    return exchange;
  }

  /** The caller has its answer; what it cost may take another moment to be known. */
  #end(exchange: Exchange): void {
    const { facts } = this.#options;
    if (facts === undefined || canCharge(exchange.trail, facts)) this.#close(exchange);
    else void facts.settled().then(() => this.#close(exchange));
  }

  #close(exchange: Exchange): void {
    const { watcher, record, facts } = this.#options;
    this.#live.delete(exchange);
    if (exchange.admitted) this.rooms.total.leave(this.#options.clock.now());
    if (this.#retiring.size > 0) this.#retire();
    if (counts(exchange)) {
      if (facts) charge(exchange.trail, facts);
      exchange.ticket?.settle(exchange.trail);
      watcher.exchangeEnded(exchange.trail);
      record.record(exchange.trail, finishCapture(exchange));
    }
    this.recordings.ended(exchange);
    if (this.#live.size === 0) this.#onIdle?.();
  }

  /** A defect outside of the pipeline: the caller's connection ends, everybody else's goes on. */
  #crashed(response: ServerResponse, error: unknown): void {
    const stack = error instanceof Error ? error.stack : undefined;
    this.#options.log.write('error', 'exchange-crashed', { error: stack ?? errorMessage(error) });
    response.destroy();
  }
}

/** Only what a provider could see is watched and recorded. */
function counts({ recognised }: Exchange): boolean {
  return recognised.is === 'operation';
}
