import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';

import { ensurePrivateDirectory, type Hello, type Status } from '../control/index.ts';
import type { Paths } from '../core/paths.ts';
import type { Clock } from '../lib/clock.ts';
import { errorMessage } from '../lib/expect.ts';
import { DaemonError } from './error.ts';
import { findDaemon } from './find.ts';
import { tryLock } from './lock.ts';
import { lastLines, readableLine } from './log-tail.ts';
import { openLogFile } from './open-log.ts';
import { askPort, splitAddress } from './port-check.ts';
import { readReady, type Ready, READY_VARIABLE } from './ready.ts';
import { type Overrides, readState } from './state-file.ts';
import { TIE_VARIABLE } from './tie.ts';

// A cold disk and a busy machine included; a keychain that asks its owner for a password takes the longest.
const CHILD_MS = 90_000;
// Fifty starts at once wait for one, and a daemon that drains may take its half minute.
const PATIENCE_MS = 120_000;
const POLL_MS = 50;
/**
 * Flags for the Node.js that runs a daemon. A proxy's garbage is young and short-lived: with V8's own bound the daemon
 * holds 80 MB more after a busy hour, for no less CPU (measured: 264 MB and 1.94 s for 8,000 requests against 182 MB and
 * 1.83 s).
 */
export const RUNTIME_FLAGS = ['--max-semi-space-size=8'];

/** How to start a daemon in the background. */
export interface Launch {
  readonly paths: Paths;
  readonly clock: Clock;
  /** The script that `serve` is an argument of: `bin/gw.js`. */
  readonly program: string;
  readonly overrides: Overrides;
  /** The whole environment of the child: see `daemonEnvironment`. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether the daemon ends when this process does. */
  readonly isTied?: boolean;
}

/** A daemon that answers on its control socket and on its port. */
export interface Started {
  readonly hello: Hello;
  readonly status: Status;
  /** It was running before. */
  readonly already: boolean;
}

/** A start that did not work, with what the daemon said last. */
export class StartError extends DaemonError {
  readonly logLines: readonly string[];

  constructor(error: DaemonError, logLines: readonly string[]) {
    super(error.kind, error.message, { why: error.why, fix: error.fix, cause: error });
    this.logLines = logLines;
  }
}

/**
 * Starts a daemon unless one answers, and returns when it answers. However many starts run at once, one of them
 * launches and the others wait for it. Rejects with a `DaemonError`.
 */
export async function startDaemon(launch: Launch): Promise<Started> {
  const { paths, clock } = launch;
  ensurePrivateDirectory(paths.stateDir);
  const deadline = clock.monotonic() + PATIENCE_MS;
  for (;;) {
    const running = await findRunning(paths);
    if (running) return running;
    const lock = await tryLock(paths.startLock);
    if (lock) {
      try {
        const started = await launchUnlessRunning(launch);
        if (started) return started;
      } finally {
        lock.release();
      }
    }
    if (clock.monotonic() > deadline) throw unresponsive(paths);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** The daemon that answers and is not about to end. */
export async function findRunning(paths: Paths): Promise<Started | undefined> {
  const found = await findDaemon(paths);
  if (found.is === 'failed') return undefined;
  const { client, hello } = found.value;
  try {
    const status = await client.call('status', {});
    return status.draining ? undefined : { hello, status, already: true };
  } catch {
    return undefined;
  } finally {
    client.close();
  }
}

/** Undefined when another daemon still holds its lock without answering: it is starting or ending. */
async function launchUnlessRunning(launch: Launch): Promise<Started | undefined> {
  const running = await findRunning(launch.paths);
  if (running) return running;
  const offset = statSync(launch.paths.log, { throwIfNoEntry: false })?.size ?? 0;
  const ready = await launchChild(launch);
  if (ready.is === 'failed') {
    if (ready.error.kind === 'running') return undefined;
    throw new StartError(ready.error, lastLines(launch.paths.log, 10, offset).map(readableLine));
  }
  const started = await findRunning(launch.paths);
  if (started?.hello.instance !== ready.instance) throw unresponsive(launch.paths);
  const { host, port } = splitAddress(ready.address);
  if ((await askPort(host, port, 5_000)) === undefined) {
    throw new DaemonError('start', `the daemon started, but ${ready.address} does not answer`, {
      why: 'a firewall or security program may be in the way',
      fix: 'gw logs',
    });
  }
  return { ...started, already: false };
}

async function launchChild(launch: Launch): Promise<Ready> {
  const log = openForChild(launch.paths.log);
  try {
    const child = spawn(
      process.execPath,
      [...RUNTIME_FLAGS, launch.program, ...serveWords(launch.overrides)],
      {
        detached: true,
        windowsHide: true,
        cwd: launch.paths.stateDir,
        env: { ...launch.env, [READY_VARIABLE]: '3', ...(launch.isTied ? { [TIE_VARIABLE]: '4' } : {}) },
        stdio: ['ignore', log, log, 'pipe', launch.isTied ? 'pipe' : 'ignore'],
      },
    );
    loosenFromLoop(child.stdio[4]);
    return await waitUntilReady(child);
  } finally {
    closeSync(log);
  }
}

/** The tie lasts as long as this process, and must not make it last. */
function loosenFromLoop(tie: unknown): void {
  if (tie instanceof Socket) tie.on('error', () => undefined).unref();
}

function openForChild(path: string): number {
  try {
    return openLogFile(path);
  } catch (error) {
    throw new DaemonError('start', `the log ${path} cannot be written`, {
      why: errorMessage(error),
      fix: `look at what it is, then remove it: ${path}`,
      cause: error,
    });
  }
}

function waitUntilReady(child: ChildProcess): Promise<Ready> {
  const pipe = child.stdio[3];
  return new Promise((resolve) => {
    let said = '';
    const finish = (ready: Ready): void => {
      clearTimeout(timer);
      if (pipe instanceof Readable) pipe.destroy();
      child.removeAllListeners();
      child.unref();
      resolve(ready);
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      finish(failedStart('the daemon did not become ready in time'));
    }, CHILD_MS);
    child.on('error', (error) => finish(failedStart(`the daemon could not be run: ${errorMessage(error)}`)));
    child.on('exit', (code, signal) => {
      // What it said on the pipe may still be on its way.
      setImmediate(() =>
        finish(readReady(said) ?? failedStart(`the daemon ended at once (${signal ?? code})`)),
      );
    });
    if (!(pipe instanceof Readable)) return;
    pipe.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      const ready = said.includes('\n') ? readReady(said) : undefined;
      if (ready) finish(ready);
    });
  });
}

function failedStart(message: string): Ready {
  return { is: 'failed', error: new DaemonError('start', message, { fix: 'gw serve (shows what happens)' }) };
}

/** The command line that serves so. */
export function serveWords({ port, host, profile, capture, socket }: Overrides): string[] {
  return [
    'serve',
    ...(port === undefined ? [] : ['--port', String(port)]),
    ...(host === undefined ? [] : ['--host', host]),
    ...(profile === undefined ? [] : ['--profile', profile]),
    ...(capture === undefined ? [] : ['--capture', capture]),
    ...(socket === undefined ? [] : ['--socket', socket]),
  ];
}

function unresponsive(paths: Paths): DaemonError {
  const state = readState(paths.state);
  return new DaemonError('start', 'a daemon is there, but it does not answer', {
    why: `it holds ${paths.stateDir}${state === undefined ? '' : `; its state file says pid ${state.pid}`}`,
    fix: 'look at that process and end it, then gw start',
  });
}
