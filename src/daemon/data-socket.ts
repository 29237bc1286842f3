import { chmodSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';

import type { Problem } from '../control/index.ts';
import { isNamedPipe } from '../core/paths.ts';
import type { LogPort } from '../core/ports.ts';
import { errorCode, errorMessage } from '../lib/expect.ts';
import type { Proxy } from '../proxy/index.ts';
import { DaemonError } from './error.ts';

const PROBE_MS = 2_000;

/** The Unix socket on which the proxy listens beside its port. */
export interface DataSocket {
  readonly path: string;
  /** Stops taking connections, and removes the socket. Those that are open stay the proxy's. */
  close(): Promise<void>;
}

/**
 * Listens on the socket that the settings name; undefined when they name none. The socket is 0600 in a directory that
 * only its owner may enter. One that a dead daemon left is replaced; whatever else stands there is refused. Rejects with
 * a `DaemonError`.
 */
export async function openDoor(
  path: string | undefined,
  place: { readonly home: string; readonly proxy: Pick<Proxy, 'accept'>; readonly log: LogPort },
): Promise<DataSocket | undefined> {
  if (path === undefined) return undefined;
  const whole = path.startsWith('~/') ? join(place.home, path.slice(2)) : path;
  const isPipe = isNamedPipe(whole);
  try {
    if (!isPipe) {
      preparePrivateDirectory(dirname(whole));
      await removeStale(whole);
    }
    const server = createServer((connection) => place.proxy.accept(connection));
    await listen(server, whole);
    if (!isPipe) chmodSync(whole, 0o600);
    place.log.write('info', 'socket-opened', { path: whole });
    return { path: whole, close: () => close(server) };
  } catch (error) {
    throw error instanceof DaemonError ? error : unusable(whole, errorMessage(error), error);
  }
}

/** A socket that is listened on cannot move. */
export function socketMoved(now: string | undefined): Problem {
  return {
    message: `the profile now names another socket, and gw still listens on ${now ?? 'none'}`,
    fix: 'gw restart',
  };
}

/** Nobody else may put something in the socket's place, or connect through a socket whose own mode a system ignores. */
function preparePrivateDirectory(path: string): void {
  if (process.platform === 'win32') return;
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  if (found.isSymbolicLink()) throw unusable(path, 'the directory is a symbolic link');
  if (found.uid !== process.getuid?.()) throw unusable(path, 'the directory belongs to another user');
  // Closing a directory that others work in would be a surprise; one of our own is closed when it is made.
  if ((found.mode & 0o077) !== 0)
    throw unusable(
      path,
      'others may enter the directory',
      undefined,
      `chmod 700 ${path}, or name another directory`,
    );
}

async function removeStale(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket())
    throw unusable(
      path,
      found.isSymbolicLink() ? 'it is a symbolic link' : 'it is there already, and no socket',
    );
  if (await isAnswered(path)) throw unusable(path, 'another process listens on it');
  unlinkSync(path);
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    const done = (answered: boolean) => (): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(PROBE_MS, done(true));
    socket.once('connect', done(true));
    // A full backlog means that somebody is there.
    socket.once('error', (error) => done(errorCode(error) === 'EAGAIN')());
  });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Its connections are the proxy's to end; what is left of the server is only the waiting for them. */
function close(server: Server): Promise<void> {
  server.close();
  return Promise.resolve();
}

function unusable(path: string, why: string, cause?: unknown, fix?: string): DaemonError {
  return new DaemonError('start', `gw cannot listen on the socket ${path}`, {
    why,
    fix: fix ?? 'gw config set listen.socket <another path>, or --unset',
    cause,
  });
}
