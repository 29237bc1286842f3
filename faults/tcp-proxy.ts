import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

import { pause } from './pause.ts';

/** What a connection through the proxy suffers. Absent: nothing. */
export interface TcpFaults {
  /** Added to every piece that comes back. */
  readonly latencyMs?: number;
  /** Of what comes back. */
  readonly bytesPerSecond?: number;
  /** Resets both sides after so many bytes came back. */
  readonly resetAfterBytes?: number;
  /** Ends the way back after so many bytes, and goes on listening. */
  readonly halfCloseAfterBytes?: number;
  /** Resets whoever connects. */
  readonly down?: boolean;
  /** Accepts, and passes nothing on. */
  readonly blackHole?: boolean;
  /**
   * Idle for so long, a connection is forgotten as by a firewall: the caller is told nothing, and its next write is
   * answered with a reset.
   */
  readonly forgetAfterMs?: number;
}

/** A wire between a caller and a provider that can be broken in ways no HTTP server can. */
export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  faults: TcpFaults;
  /** Connections accepted. */
  accepted = 0;
  /** Resets sent to callers that wrote on a forgotten connection. */
  resets = 0;
  port = 0;

  constructor(upstreamPort: number, faults: TcpFaults) {
    this.faults = faults;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (caller) =>
      this.#carry(caller, upstreamPort),
    );
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => void this.#server.listen(0, '127.0.0.1', resolve));
    this.port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
  }

  #carry(caller: Socket, upstreamPort: number): void {
    this.accepted += 1;
    this.#track(caller);
    if (this.faults.blackHole === true) return;
    if (this.faults.down === true) {
      caller.resetAndDestroy();
      return;
    }
    const provider = connect({ port: upstreamPort, host: '127.0.0.1', noDelay: true });
    this.#track(provider);
    let forgotten = false;
    let idle: NodeJS.Timeout | undefined;
    // From an answer to the next request: one that waits for its answer is not idle.
    const becomeIdle = (): void => {
      const { forgetAfterMs } = this.faults;
      clearTimeout(idle);
      if (forgetAfterMs === undefined) return;
      idle = setTimeout(() => {
        forgotten = true;
        provider.destroy();
      }, forgetAfterMs);
    };
    caller.on('data', (bytes) => {
      if (forgotten) {
        this.resets += 1;
        caller.resetAndDestroy();
        return;
      }
      clearTimeout(idle);
      provider.write(bytes);
    });
    caller
      .on('end', () => void provider.end())
      .on('close', () => {
        clearTimeout(idle);
        provider.destroy();
      });
    this.#carryBack(provider, caller, () => forgotten, becomeIdle);
  }

  #carryBack(provider: Socket, caller: Socket, forgotten: () => boolean, answered: () => void): void {
    let passed = 0;
    let lastDue = 0;
    let way = Promise.resolve();
    /** In its order, when what came before has arrived: the end too. */
    const arrive = (bytes: number, deliver: () => void): void => {
      const { latencyMs = 0, bytesPerSecond = Infinity } = this.faults;
      lastDue = Math.max(lastDue, performance.now() + latencyMs) + (bytes / bytesPerSecond) * 1000;
      const due = lastDue;
      const before = way;
      way = (async () => {
        await before;
        const waitMs = due - performance.now();
        if (waitMs > 0) await pause(waitMs);
        deliver();
      })();
      way.catch(() => caller.destroy());
    };
    provider.on('data', (bytes) => {
      answered();
      const { bytesPerSecond, resetAfterBytes, halfCloseAfterBytes } = this.faults;
      const limit = resetAfterBytes ?? halfCloseAfterBytes ?? Infinity;
      const part = passed + bytes.length > limit ? bytes.subarray(0, Math.max(0, limit - passed)) : bytes;
      passed += bytes.length;
      const isOver = passed >= limit;
      if (bytesPerSecond !== undefined) provider.pause();
      arrive(part.length, () => {
        provider.resume();
        if (!caller.destroyed && part.length > 0) caller.write(part);
        if (!isOver) return;
        if (resetAfterBytes === undefined) caller.end();
        else caller.resetAndDestroy();
      });
    });
    // A forgotten connection says nothing, and least of all goodbye.
    provider.on('end', () => arrive(0, () => void (forgotten() || caller.end())));
    provider.on('close', () => arrive(0, () => void (forgotten() || caller.destroySoon())));
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
  }
}
