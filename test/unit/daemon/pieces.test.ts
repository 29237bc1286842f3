import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { guardProcess } from '../../../src/daemon/crash.ts';
import { daemonEnvironment } from '../../../src/daemon/environment.ts';
import { DaemonError } from '../../../src/daemon/error.ts';
import { tryLock } from '../../../src/daemon/lock.ts';
import { addressOf, askPort, splitAddress } from '../../../src/daemon/port-check.ts';
import { findPortOwner, listenError } from '../../../src/daemon/port-owner.ts';
import { readReady } from '../../../src/daemon/ready.ts';
import { type DaemonState, readState, removeState, writeState } from '../../../src/daemon/state-file.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gw-daemon-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the lock', () => {
  it('has one holder at a time, and leaves nothing beside its file', async () => {
    const path = join(folder, 'a.lock');
    const first = await tryLock(path);
    expect(first).toBeDefined();
    expect(await tryLock(path)).toBeUndefined();
    first?.release();
    const second = await tryLock(path);
    expect(second).toBeDefined();
    expect(existsSync(`${path}-journal`)).toBe(false);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    second?.release();
  });

  it('is free again when its holder was killed', async () => {
    const path = join(folder, 'a.lock');
    const script = `
      const { tryLock } = await import(${JSON.stringify(join(import.meta.dirname, '../../../src/daemon/lock.ts'))});
      await tryLock(${JSON.stringify(path)});
      console.log('held');
      setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    expect(await tryLock(path)).toBeUndefined();
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const lock = await tryLock(path);
    expect(lock).toBeDefined();
    lock?.release();
  });

  it('says what is wrong when its file cannot be used', async () => {
    const path = join(folder, 'a.lock');
    writeFileSync(path, 'this is some other file, and it is not a database at all'.repeat(100));
    await expect(tryLock(path)).rejects.toBeInstanceOf(DaemonError);
    await expect(tryLock(join(folder, 'no', 'a.lock'))).rejects.toMatchObject({ kind: 'start' });
  });
});

describe('the state file', () => {
  const state: DaemonState = {
    pid: 4711,
    instance: 'abc',
    address: 'http://127.0.0.1:4499',
    version: '1.0.0',
    profile: 'work',
    log: '/somewhere/gw.log',
    startedAt: 5,
    overrides: { port: 4499 },
  };

  it('comes back as it was written, for its owner alone', () => {
    const path = join(folder, 'daemon.json');
    writeState(path, state);
    expect(readState(path)).toEqual(state);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is nothing when it is absent, torn or something else', () => {
    const path = join(folder, 'daemon.json');
    expect(readState(path)).toBeUndefined();
    for (const text of ['', '{"pid": 1', '[]', '{"pid":1}', 'null']) {
      writeFileSync(path, text);
      expect(readState(path)).toBeUndefined();
    }
  });

  it('is removed only by the daemon that wrote it', () => {
    const path = join(folder, 'daemon.json');
    writeState(path, state);
    removeState(path, 'another');
    expect(existsSync(path)).toBe(true);
    removeState(path, 'abc');
    expect(existsSync(path)).toBe(false);
  });
});

describe('what a daemon is given of the environment', () => {
  it('is what it needs, and no runtime flags', () => {
    const env = {
      PATH: '/bin',
      NODE_OPTIONS: '--inspect',
      XDG_STATE_HOME: '/s',
      LC_ALL: 'C',
      AWS_SECRET: 'x',
      TZ: '',
    };
    expect(daemonEnvironment(env, 'linux')).toEqual({
      PATH: '/bin',
      XDG_STATE_HOME: '/s',
      LC_ALL: 'C',
      TZ: '',
    });
  });

  it('knows that Windows does not tell capitals apart', () => {
    expect(daemonEnvironment({ Path: 'C:\\', SystemRoot: 'C:\\W', Secret: 'x' }, 'win32')).toEqual({
      Path: 'C:\\',
      SystemRoot: 'C:\\W',
    });
  });
});

/** Two servers on ports that follow each other. */
async function neighbours(): Promise<[Server, Server]> {
  for (;;) {
    const first = createServer().listen(0, '127.0.0.1');
    await once(first, 'listening');
    const second = createServer().listen((first.address() as AddressInfo).port + 1, '127.0.0.1');
    const isListening = await new Promise((resolve) => {
      second.once('listening', () => resolve(true)).once('error', () => resolve(false));
    });
    if (isListening) return [first, second];
    first.close();
  }
}

describe('a port', () => {
  it('is said to be held by the process that holds it', async () => {
    const server = createServer((socket) => socket.resume().end('HTTP/1.1 200 OK\r\nServer: thing\r\n\r\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      expect(await findPortOwner(port)).toMatchObject({ pid: process.pid });
      const error = await listenError(
        Object.assign(new Error('x'), { code: 'EADDRINUSE' }),
        '127.0.0.1',
        port,
      );
      expect(error.message).toBe(`port ${port} is in use`);
      expect(error.why).toContain(`pid ${process.pid}`);
      const offered = Number(/^gw start --port (\d+)$/.exec(error.fix ?? '')?.[1]);
      expect(offered).toBeGreaterThan(port);
      expect(await askPort('127.0.0.1', offered)).toBeUndefined();
      expect(await askPort('127.0.0.1', port)).toMatchObject({ isGw: false });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    expect(await findPortOwner(port)).toBeUndefined();
    expect(await askPort('127.0.0.1', port)).toBeUndefined();
  });

  it('is offered only where nobody listens', async () => {
    const [first, second] = await neighbours();
    const { port } = first.address() as AddressInfo;
    try {
      const busy = Object.assign(new Error('x'), { code: 'EADDRINUSE' });
      const error = await listenError(busy, '127.0.0.1', port);
      expect(error.fix).toMatch(/^gw start --port \d+$/);
      expect(error.fix).not.toBe(`gw start --port ${port + 1}`);
    } finally {
      first.close();
      second.close();
    }
  });

  it('tells other reasons apart', async () => {
    const because = (code: string) => listenError(Object.assign(new Error(code), { code }), '10.9.8.7', 80);
    expect((await because('EACCES')).why).toContain('1024');
    expect((await because('EADDRNOTAVAIL')).message).toContain('10.9.8.7');
    expect((await because('EMFILE')).why).toBe('EMFILE');
  });

  it('is written as an address that clients on this machine can use', () => {
    expect(addressOf('0.0.0.0', 4499)).toBe('http://127.0.0.1:4499');
    expect(addressOf('localhost', 4499)).toBe('http://127.0.0.1:4499');
    expect(addressOf('::1', 4499)).toBe('http://[::1]:4499');
    expect(splitAddress('http://[::1]:4499')).toEqual({ host: '::1', port: 4499 });
  });
});

describe('what a daemon tells its starter', () => {
  it('is understood, and anything else is not', () => {
    expect(readReady('{"is":"ready","instance":"a","address":"b"}\n')).toEqual({
      is: 'ready',
      instance: 'a',
      address: 'b',
    });
    const failure = readReady('{"is":"failed","kind":"config","message":"m","why":"w","fix":"f"}');
    expect(failure).toMatchObject({
      is: 'failed',
      error: { kind: 'config', message: 'm', why: 'w', fix: 'f' },
    });
    for (const line of ['', 'Segmentation fault', '{}', '{"is":"ready"}'])
      expect(readReady(line)).toBeUndefined();
  });
});

describe('a defect that nobody caught', () => {
  function guarded(serving: boolean): { emitter: EventEmitter; events: string[]; gaveUp: () => boolean } {
    const emitter = new EventEmitter();
    const events: string[] = [];
    let gaveUp = false;
    guardProcess(emitter, {
      log: {
        write: (_level, event, fields) =>
          void events.push(`${event} ${String(fields?.['stack']).split('\n', 1)[0]}`),
      },
      isServing: () => Promise.resolve(serving),
      giveUp: () => (gaveUp = true),
    });
    return { emitter, events, gaveUp: () => gaveUp };
  }

  it('goes to the log with its stack, and requests are served on', async () => {
    const { emitter, events, gaveUp } = guarded(true);
    emitter.emit('uncaughtException', new Error('oops'));
    emitter.emit('unhandledRejection', new Error('again'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(events).toEqual(['defect-met Error: oops', 'defect-met Error: again']);
    expect(gaveUp()).toBe(false);
  });

  it('ends a daemon that no longer answers, with the reason in the log', async () => {
    const { emitter, events, gaveUp } = guarded(false);
    emitter.emit('uncaughtException', 'not even an error');
    await expect.poll(gaveUp).toBe(true);
    expect(events.map((event) => event.split(' ')[0])).toEqual(['defect-met', 'daemon-gave-up']);
  });
});
