import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';

import type { NetworkSenses, NetworkSign, ResolverState } from '../../src/core/network.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { stringField } from '../../src/lib/expect.ts';
import { HeldClock } from '../unit/daemon/held-clock.ts';
import { type Ground, openGround } from './ground.ts';

const servers: Server[] = [];

/** Closes what `serveAt` opened; for `afterEach`. */
export async function closeServers(): Promise<void> {
  await Promise.all(
    servers.splice(0).map((server) => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => void server.close(() => resolve()));
    }),
  );
}

/** A far provider's host by name: how often it was connected to and asked, and what it answers. */
export interface FarHost {
  readonly url: string;
  asked: number;
  connections: number;
  answer: RequestListener;
}

/** A server under a name of its own. By default it answers a chat request and closes the connection. */
export async function serveAt(name: string, keepsConnections = false): Promise<FarHost> {
  const server = createServer((request, response) => {
    host.asked++;
    request.resume().on('end', () => host.answer(request, response));
  });
  server.on('connection', () => host.connections++);
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const host: FarHost = {
    url: `http://${name}:${port}/v1`,
    asked: 0,
    connections: 0,
    answer: (_, response) => {
      const connection = keepsConnections ? 'keep-alive' : 'close';
      response.writeHead(200, { 'content-type': 'application/json', connection });
      response.end(ANSWER);
    },
  };
  return host;
}

const ANSWER = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});

/** The network around this computer, as a test wants it. Every host has the address of this machine. */
export class FakeNetwork implements NetworkSenses {
  up = true;
  /** Hosts that nobody finds although the network is up. */
  readonly lost = new Set<string>();
  own: readonly string[] = ['192.0.2.7'];
  resolver: ResolverState | undefined;
  /** What others are found to be by being asked; by default what looking them up would say. */
  sign: NetworkSign | undefined;
  lookups = 0;
  asked = 0;

  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.lookups++;
    const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' });
    const found = { address: '127.0.0.1', family: 4 };
    // The system's answer comes later than the question, too.
    setImmediate(() => {
      if (!this.#finds(hostname)) callback(error, '', 4);
      else if (options.all === true) callback(null, [found]);
      else callback(null, found.address, found.family);
    });
  };

  addresses = (): readonly string[] => this.own;

  reach: NetworkSenses['reach'] = ({ host }) => {
    this.asked++;
    return Promise.resolve(this.sign ?? (this.#finds(host) ? 'reached' : 'no-name'));
  };

  askResolver = (): Promise<ResolverState> =>
    Promise.resolve(this.resolver ?? (this.up ? 'answers' : 'silent'));

  #finds(host: string): boolean {
    return this.up && !this.lost.has(host);
  }
}

/** A clock that a test moves, and can let pass as it does for a computer that sleeps: no timer fires meanwhile. */
export class SleepyClock implements Clock {
  readonly #held = new HeldClock();
  #sleptMs = 0;

  now = (): number => this.#held.now() + this.#sleptMs;
  monotonic = this.#held.monotonic;
  after = this.#held.after;

  advance(ms: number): void {
    this.#held.advance(ms);
  }

  sleep(ms: number): void {
    this.#sleptMs += ms;
  }
}

/** A proxy over these hosts (`alpha`, `beta`, `gamma`), and behind them simulators with the names given. */
export function openFar(
  hosts: readonly FarHost[],
  more: readonly string[],
  { clock, network }: { readonly clock: Clock; readonly network: FakeNetwork },
): Promise<Ground> {
  const names = ['alpha', 'beta', 'gamma'];
  const providers = hosts.map(({ url }, index) => ({ name: names[index] ?? '', url }));
  return openGround({
    providers: [...providers, ...more],
    clock,
    network: { senses: network, lookup: network.lookup },
  });
}

/** What the breaker of each target is, in their order. */
export function breakers(ground: Ground): string[] {
  return ground.proxy.health().map(({ breaker }) => breaker.is);
}

/** What was logged, of the events wanted. */
export function events(ground: Ground, wanted = /^network-/): string[] {
  return ground.logLines
    .map((line) => stringField(JSON.parse(line), 'event') ?? '')
    .filter((event) => wanted.test(event));
}
