import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';

import { isNamedPipe } from '../core/paths.ts';
import {
  errorCode,
  errorMessage,
  isKeyOf,
  numberField,
  parseJson,
  field,
  stringField,
  trusted,
} from '../lib/expect.ts';
import { LineSplitter } from '../lib/lines.ts';
import { connectControl } from './client.ts';
import { ensurePrivateDirectory } from './directory.ts';
import { ControlError } from './error.ts';
import type { MethodName, Methods, ServerEvent } from './protocol.ts';

// The largest request is `reload` with a few environment values.
const MAX_REQUEST_BYTES = 1024 * 1024;
// A viewer that stopped reading is dropped before its backlog weighs on the daemon; it reconnects for a snapshot.
const MAX_BACKLOG_BYTES = 16 * 1024 * 1024;
const PROBE_MS = 2_000;

/** What the daemon does for each method; throwing a `ControlError` (or anything) answers with its message and fix. */
export type Handlers = {
  readonly [M in Exclude<MethodName, 'subscribe'>]: (
    params: Methods[M]['params'],
  ) => Methods[M]['result'] | Promise<Methods[M]['result']>;
};

/** Takes a viewer in: `send` reaches it; the returned function is called once when it has gone. */
export type Subscribe = (send: (event: ServerEvent) => void) => () => void;

export interface ControlServer {
  /** Stops listening, ends every connection, removes the socket. */
  close(): Promise<void>;
}

/**
 * Listens on the control socket: directory 0700, socket 0600. A socket left by a killed daemon is removed, but only
 * when nobody answers on it; anything else in its place is refused. Rejects with a `ControlError`.
 */
export async function serveControl(place: {
  readonly path: string;
  readonly handlers: Handlers;
  readonly subscribe: Subscribe;
}): Promise<ControlServer> {
  const { path } = place;
  const isPipe = isNamedPipe(path);
  if (!isPipe) {
    ensurePrivateDirectory(dirname(path));
    await removeStaleSocket(path);
  }
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    converse(socket, place.handlers, place.subscribe);
  });
  await listen(server, path);
  if (!isPipe) chmodSync(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of connections) endSoon(socket);
      }),
  };
}

/** What was written still arrives; a peer that does not read is not waited for. */
function endSoon(socket: Socket): void {
  socket.end();
  setTimeout(() => socket.destroy(), 200).unref();
}

async function removeStaleSocket(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new ControlError('unusable', `${path} is not a socket`, `look at what it is, then remove it`);
  }
  const answer = await connectControl(path, { timeoutMs: PROBE_MS });
  if (answer.is === 'ok') {
    answer.value.close();
    throw new ControlError('occupied', `another daemon answers on ${path}`, 'gw status');
  }
  if (answer.fault === 'timeout') {
    throw new ControlError('occupied', `another daemon holds ${path} and does not pick up`, 'gw stop --now');
  }
  if (answer.fault === 'refused') unlinkSync(path);
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, path)));
    server.listen(path, () => resolve());
  });
}

function listenError(error: Error, path: string): ControlError {
  const code = errorCode(error);
  if (code === 'EADDRINUSE')
    return new ControlError('occupied', `another process holds ${path}`, 'gw status');
  // Kernels keep socket addresses in about a hundred bytes (108 on Linux, 104 on macOS).
  if (code === 'EINVAL' || code === 'ENAMETOOLONG') {
    return new ControlError(
      'unusable',
      `the path ${path} is too long for a socket`,
      'set GW_HOME to a shorter path',
    );
  }
  return new ControlError('unusable', `cannot listen on ${path}: ${error.message}`);
}

function converse(socket: Socket, handlers: Handlers, subscribe: Subscribe): void {
  const lines = new LineSplitter(MAX_REQUEST_BYTES);
  let leave: (() => void) | undefined;
  const send = (message: unknown): void => {
    if (socket.destroyed) return;
    socket.write(`${JSON.stringify(message)}\n`);
    if (socket.writableLength > MAX_BACKLOG_BYTES) socket.destroy();
  };
  const handle = async (request: unknown): Promise<void> => {
    const id = numberField(request, 'id') ?? 0;
    const method = stringField(request, 'method') ?? '';
    if (method === 'subscribe') {
      send({ id, result: {} });
      leave ??= subscribe(send);
      return;
    }
    send({ id, ...(await answer(handlers, method, field(request, 'params') ?? {})) });
  };
  socket.on('data', (chunk) => {
    try {
      for (const line of lines.push(chunk)) void handle(parseJson(line));
    } catch {
      socket.destroy();
    }
  });
  // A viewer that dies mid-write is no news: its `close` follows.
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    leave?.();
    leave = undefined;
  });
}

async function answer(handlers: Handlers, method: string, params: unknown): Promise<object> {
  if (!isKeyOf(handlers, method)) {
    return { error: { message: `this daemon knows no method "${method}"`, fix: 'gw restart' } };
  }
  try {
    // The table's own type ties each handler to its parameters; the name read from the wire cannot.
    const handler = trusted<(params: unknown) => unknown>(handlers[method]);
    return { result: (await handler(params)) ?? null };
  } catch (error) {
    const fix = error instanceof ControlError ? error.fix : undefined;
    return { error: { message: errorMessage(error), ...(fix === undefined ? {} : { fix }) } };
  }
}
