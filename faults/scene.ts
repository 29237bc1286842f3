import type { Server } from 'node:net';
import { join } from 'node:path';

import { bundleYardsticks } from '../bench/bundle.ts';
import { Child } from '../bench/child.ts';
import { DIRECT, type Running, yardstick } from '../bench/contestants.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../src/simulator/index.ts';
import { Gateway, type GatewayOptions } from './gateway.ts';
import { type TcpFaults, TcpProxy } from './tcp-proxy.ts';

/** A simulated provider that answers. */
export interface Upstream {
  readonly simulator: Simulator;
  readonly origin: string;
  readonly port: number;
}

/** What a row has at hand. Everything it starts is ended after it, whatever happens. */
export class Scene {
  readonly form: 'short' | 'long';
  /** How long the soak shall take. */
  readonly soakMs: number;
  readonly #endings: (() => unknown)[] = [];

  constructor(form: 'short' | 'long', soakMs: number) {
    this.form = form;
    this.soakMs = soakMs;
  }

  /** A number for each form. */
  pick<T>(short: T, long: T): T {
    return this.form === 'short' ? short : long;
  }

  /**
   * A bar in milliseconds. The short form runs beside other work on machines that are busy, and may not fail for that:
   * its bars are wider, and only the long form's figures are put on the page.
   */
  bar(ms: number): number {
    return this.form === 'short' ? ms * 5 + 200 : ms;
  }

  atEnd(ending: () => unknown): void {
    this.#endings.push(ending);
  }

  async upstream(options: SimulatorOptions = {}): Promise<Upstream> {
    // One seed: all of them would give the same answer to the same question, so that a whole one can be told.
    const simulator = createSimulator({ seed: 7, owner: 'same', ...options });
    const { origin, port } = await simulator.listen();
    this.atEnd(() => simulator.close());
    return { simulator, origin, port };
  }

  /** One in a process of its own, so that what it writes without end takes no time from the callers. */
  async upstreamOutside(): Promise<{ readonly origin: string; readonly port: number }> {
    const child = new Child(process.execPath, [join(import.meta.dirname, 'simulator-process.ts')]);
    this.atEnd(() => child.end());
    const { port } = await child.next<{ port: number }>();
    return { origin: `http://127.0.0.1:${port}`, port };
  }

  async gateway(options: GatewayOptions): Promise<Gateway> {
    const gateway = new Gateway(options);
    this.atEnd(() => gateway.remove());
    await gateway.start();
    return gateway;
  }

  async tcpProxy(port: number, faults: TcpFaults): Promise<TcpProxy> {
    const proxy = new TcpProxy(port, faults);
    await proxy.listen();
    this.atEnd(() => proxy.close());
    return proxy;
  }

  /** Has somebody listen who is no provider; answers with the port. */
  async listen(server: Server): Promise<number> {
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    this.atEnd(() => new Promise<void>((resolve) => void server.close(() => resolve())));
    const place = server.address();
    return typeof place === 'object' && place !== null ? place.port : 0;
  }

  /** The upstream itself, and a bare proxy in front of it: what one would have without gw. */
  async yardsticks(port: number): Promise<{ readonly direct: Running; readonly bare: Running }> {
    const direct = await DIRECT.start(port);
    const bare = await yardstick('request', await bundleYardsticks()).start(port);
    this.atEnd(() => bare.end());
    return { direct, bare };
  }

  async end(): Promise<void> {
    for (const ending of this.#endings.splice(0).reverse()) await ending();
  }
}
