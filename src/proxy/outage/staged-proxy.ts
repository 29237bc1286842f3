import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';

import type { FactsPort, KeyPort, LogPort } from '../../core/ports.ts';
import type { Profile } from '../../core/profile.ts';
import { DEFAULT_SETTINGS } from '../../core/settings.ts';
import type { Trail } from '../../core/trail.ts';
import type { Clock } from '../../lib/clock.ts';
import { idMaker } from '../../lib/id.ts';
import { Secret } from '../../lib/secret.ts';
import { openExchange } from '../arrival/open-exchange.ts';
import { balanceMemory } from '../balance/memory.ts';
import type { CallerEnd } from '../caller-end.ts';
import { ChaosBook } from '../chaos/chaos.ts';
import { DrillBook } from '../chaos/drill.ts';
import { AnswerHomes } from '../conversations/answer-homes.ts';
import { ItemMemory } from '../conversations/item-memory.ts';
import { StateVault } from '../conversations/state-vault.ts';
import { Fleet } from '../fleet.ts';
import { Doubts } from '../health/doubt.ts';
import type { Prober } from '../health/prober.ts';
import { watchHealth } from '../health/watch-health.ts';
import { Memory } from '../memory.ts';
import { ModelLists } from '../models/model-lists.ts';
import { pipeline } from '../pipeline.ts';
import { charge } from '../spending/charge.ts';
import type { Handler } from '../stage.ts';
import { type Script, stagedConnections } from './staged-line.ts';

/** What a staged proxy is made from. */
export interface StagedProxyOptions {
  readonly profile: Profile;
  readonly clock: Clock;
  readonly random: () => number;
  readonly facts: FactsPort;
  readonly log: LogPort;
  /** How providers answer. */
  readonly script: Script;
}

/** One request to it. */
export interface StagedRequest {
  readonly path: string;
  /** Names and values, flat. */
  readonly headers: readonly string[];
  readonly body: string;
}

const INSTANCE = 'simulated-outage';
/** Whatever key a profile refers to is taken to be there. */
const KEYS: KeyPort = { resolve: () => new Secret('simulated') };
const QUIET = { exchangeStarted: () => {}, attemptEnded: () => {}, exchangeEnded: () => {} };

/**
 * The proxy itself, from the request that was read to the trail: plans, breakers, cooldowns, limits, retries, probes and
 * continued answers are its own. Only the ends are played: nobody calls, no connection is opened, and time is whatever
 * the clock says.
 */
export class StagedProxy {
  readonly #options: StagedProxyOptions;
  readonly #handle: Handler;
  readonly #fleet: Fleet;
  readonly #memory: Memory;
  readonly #prober: Prober;
  readonly #doubts: Doubts;
  readonly #newId: () => string;

  constructor(options: StagedProxyOptions) {
    const { profile, clock, random, facts, log, script } = options;
    this.#options = options;
    this.#newId = idMaker(clock.now);
    this.#memory = new Memory(undefined, facts);
    this.#memory.connections = (provider) => stagedConnections(provider, script, clock);
    const shared = { clock, log, version: INSTANCE, instance: INSTANCE, network: undefined };
    this.#doubts = new Doubts(shared);
    this.#handle = pipeline({
      ...shared,
      random,
      watcher: QUIET,
      drills: new DrillBook(clock.now),
      chaos: new ChaosBook(clock, random),
      doubts: this.#doubts,
      lists: new ModelLists(clock, log, false),
      vault: new StateVault(),
      homes: new AnswerHomes(),
      ...balanceMemory(),
      items: new ItemMemory(),
      room: this.#memory.rooms.total,
    });
    this.#prober = watchHealth(this.#memory, { ...shared, fleet: () => this.#fleet });
    this.#fleet = new Fleet(DEFAULT_SETTINGS, profile, KEYS, this.#memory);
  }

  /** Sends one request through the proxy and answers with its trail. */
  async ask({ path, headers, body }: StagedRequest): Promise<Trail> {
    const { clock, facts } = this.#options;
    const request = new IncomingMessage(new Socket());
    request.method = 'POST';
    request.url = path;
    request.rawHeaders = ['host', '127.0.0.1', 'content-type', 'application/json', ...headers];
    request.push(body);
    request.push(null);
    const exchange = openExchange(request, DEAF, { fleet: this.#fleet, clock, newId: this.#newId });
    await this.#handle(exchange);
    if (exchange.admitted) this.#memory.rooms.total.leave(clock.now());
    charge(exchange.trail, facts);
    return exchange.trail;
  }

  close(): void {
    this.#prober.stop();
    this.#doubts.stop();
  }
}

/** A caller that takes everything and says nothing. */
const DEAF: CallerEnd = {
  writeHead: () => undefined,
  write(_, written) {
    written?.();
    return true;
  },
  end: () => undefined,
  once: () => undefined,
  destroy: () => undefined,
  socket: null,
};
