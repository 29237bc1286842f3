import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  connectControl,
  type ControlClient,
  ControlError,
  type ControlServer,
  type Handlers,
  serveControl,
  type ServerEvent,
  type Subscribe,
} from '../../../src/control/index.ts';
import { declining } from '../cli/answering-daemon.ts';

let folder: string;
let path: string;
const closing: (() => unknown)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gw-control-'));
  path = join(folder, 'state', 'control.sock');
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

function handlers(more: Partial<Handlers> = {}): Handlers {
  return {
    ...declining,
    hello: () => ({ instance: 'abc', version: '1.0.0', pid: 1, protocol: 1 }),
    flush: () => ({ dropped: 3 }),
    models: () => ({ lists: {} }),
    exchange: () => null,
    ...more,
  };
}

async function serve(
  more: Partial<Handlers> = {},
  subscribe: Subscribe = () => () => {},
): Promise<ControlServer> {
  const server = await serveControl({ path, handlers: handlers(more), subscribe });
  closing.push(() => server.close());
  return server;
}

async function connect(): Promise<ControlClient> {
  const outcome = await connectControl(path);
  if (outcome.is === 'failed') throw new Error(outcome.fault);
  closing.push(() => outcome.value.close());
  return outcome.value;
}

async function rawServer(
  onData: (chunk: Buffer, write: (bytes: string | Buffer) => void) => void,
): Promise<Server> {
  mkdirSync(join(folder, 'state'));
  const server = createServer((socket) => {
    socket.on('data', (chunk) => onData(chunk, (bytes) => void socket.write(bytes)));
    socket.on('error', () => {});
  });
  server.listen(path);
  await once(server, 'listening');
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return server;
}

/** A socket file that nobody listens on, as `kill -9` leaves it. */
async function leaveStaleSocket(): Promise<void> {
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', script], { stdio: 'ignore' }), 'exit');
  expect(lstatSync(path).isSocket()).toBe(true);
}

describe('asking the daemon', () => {
  it('answers each call with its own result, however they interleave', async () => {
    const waiting: (() => void)[] = [];
    await serve({ status: () => new Promise((_, reject) => waiting.push(() => reject(new Error('later')))) });
    const client = await connect();
    const slow = client.call('status', {});
    slow.catch(() => {});
    expect(await client.call('flush', {})).toEqual({ dropped: 3 });
    expect((await client.call('hello', {})).instance).toBe('abc');
    waiting[0]?.();
    await expect(slow).rejects.toThrow('later');
  });

  it('hands a declined call over with its fix', async () => {
    await serve({
      reload: () => {
        throw new ControlError('declined', 'no such profile', 'gw profile list');
      },
    });
    const error = await (await connect()).call('reload', { env: {} }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ reason: 'declined', message: 'no such profile', fix: 'gw profile list' });
  });

  it('declines a method it does not know and goes on', async () => {
    await serve();
    const client = await connect();
    const unknown: 'flush' = JSON.parse('"constructor"');
    await expect(client.call(unknown, {})).rejects.toMatchObject({ reason: 'declined' });
    expect(await client.call('exchange', { id: 'x' })).toBeNull();
  });

  it('ends a call that is not answered in time, and only that call', async () => {
    await serve({ status: () => new Promise(() => {}) });
    const client = await connect();
    await expect(client.call('status', {}, 20)).rejects.toMatchObject({ reason: 'timeout' });
    expect((await client.call('hello', {})).instance).toBe('abc');
  });

  it('fails what is still waiting when the daemon goes', async () => {
    const server = await serve({ status: () => new Promise(() => {}) });
    const waiting = (await connect()).call('status', {});
    waiting.catch(() => {});
    await server.close();
    await expect(waiting).rejects.toMatchObject({ reason: 'closed' });
  });

  it('reads answers that arrive a byte at a time', async () => {
    const text = `${JSON.stringify({ id: 1, result: { dropped: 7, note: 'ü' } })}\n`;
    await rawServer((_, write) => {
      for (const byte of Buffer.from(text)) write(Buffer.from([byte]));
    });
    const client = await connect();
    expect(await client.call('flush', {})).toEqual({ dropped: 7, note: 'ü' });
  });

  it('gives up on a message over the bound', async () => {
    const block = 'x'.repeat(1024 * 1024);
    await rawServer((_, write) => {
      for (let i = 0; i < 34; i++) write(block);
    });
    const client = await connect();
    await expect(client.call('hello', {})).rejects.toMatchObject({ reason: 'oversized' });
  });
});

describe('watching the daemon', () => {
  it('sends each event in order and says when a viewer has gone', async () => {
    let gone = 0;
    await serve({}, (send) => {
      send({ event: 'delta', data: { at: 1 } });
      send({ event: 'delta', data: { at: 2 } });
      return () => void gone++;
    });
    const client = await connect();
    const seen: ServerEvent[] = [];
    await client.subscribe(
      (event) => seen.push(event),
      () => {},
    );
    await expect.poll(() => seen.map((event) => event.event === 'delta' && event.data.at)).toEqual([1, 2]);
    client.close();
    await expect.poll(() => gone).toBe(1);
  });

  it('tells a viewer that the daemon ended', async () => {
    const server = await serve();
    const client = await connect();
    const ended = new Promise<ControlError | undefined>((resolve) => {
      void client.subscribe(() => {}, resolve);
    });
    await client.call('hello', {});
    await server.close();
    expect((await ended)?.reason).toBe('closed');
  });

  it('drops a viewer that stopped reading instead of buffering without bound', async () => {
    let send: ((event: ServerEvent) => void) | undefined;
    let gone = false;
    await serve({}, (given) => {
      send = given;
      return () => void (gone = true);
    });
    const { createConnection } = await import('node:net');
    const socket = createConnection(path);
    closing.push(() => socket.destroy());
    socket.on('error', () => {});
    socket.write('{"id":1,"method":"subscribe"}\n');
    await once(socket, 'readable');
    const padding = JSON.parse(JSON.stringify({ at: 1, padding: 'x'.repeat(1024 * 1024) }));
    for (let i = 0; i < 40; i++) send?.({ event: 'delta', data: padding });
    await expect.poll(() => gone).toBe(true);
  });
});

describe('the socket', () => {
  it('is the owner’s alone, in a directory that is the owner’s alone', async () => {
    mkdirSync(join(folder, 'state'), { mode: 0o755 });
    chmodSync(join(folder, 'state'), 0o755);
    await serve();
    expect(statSync(join(folder, 'state')).mode & 0o777).toBe(0o700);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is gone after closing', async () => {
    const server = await serve();
    await server.close();
    expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('replaces a socket that a killed daemon left', async () => {
    mkdirSync(join(folder, 'state'));
    await leaveStaleSocket();
    expect(await connectControl(path)).toEqual({ is: 'failed', fault: 'refused' });
    await serve();
    expect((await (await connect()).call('hello', {})).instance).toBe('abc');
  });

  it('is not taken from a daemon that answers', async () => {
    await serve();
    await expect(
      serveControl({ path, handlers: handlers(), subscribe: () => () => {} }),
    ).rejects.toMatchObject({
      reason: 'occupied',
    });
    expect((await (await connect()).call('hello', {})).instance).toBe('abc');
  });

  it('does not remove a file that is no socket', async () => {
    mkdirSync(join(folder, 'state'));
    writeFileSync(path, 'precious');
    await expect(serve()).rejects.toMatchObject({ reason: 'unusable' });
    expect(lstatSync(path).size).toBe(8);
  });

  it('does not follow a symbolic link, neither of the socket nor of its directory', async () => {
    mkdirSync(join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'state'));
    await expect(serve()).rejects.toMatchObject({ reason: 'unusable' });
    rmSync(join(folder, 'state'));
    mkdirSync(join(folder, 'state'));
    symlinkSync(join(folder, 'elsewhere', 'x.sock'), path);
    await expect(serve()).rejects.toMatchObject({ reason: 'unusable' });
  });

  it('says what to do when its path is too long for the system', async () => {
    path = join(folder, 'd'.repeat(120), 'control.sock');
    const error = await serve().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ reason: 'unusable', fix: expect.stringContaining('GW_HOME') });
  });

  it('tells an absent daemon from one that does not listen', async () => {
    expect(await connectControl(path)).toEqual({ is: 'failed', fault: 'absent' });
    mkdirSync(join(folder, 'state'));
    writeFileSync(path, '');
    expect(await connectControl(path)).toEqual({ is: 'failed', fault: 'refused' });
  });
});
