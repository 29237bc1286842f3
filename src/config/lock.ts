import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';

import { errorCode, numberField, parseJson, stringField } from '../lib/expect.ts';

/** A held lock. */
export interface Lock {
  /** False when another process took the lock over, because this one was suspended for too long. */
  stillHeld(): boolean;
  release(): void;
}

export interface LockTiming {
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** A change takes milliseconds; a lock this old belongs to a process that was suspended or lives elsewhere. */
const OLD_MS = 30_000;
/** Between two looks at a lock that another holds. */
const POLL_MS = 15;

/**
 * Holds `path` (a file made with `O_EXCL`) until released; undefined when others held it for all of `patienceMs`.
 * A lock whose owner is dead, or that is older than half a minute, is taken over.
 */
export async function acquireLock(
  path: string,
  patienceMs: number,
  timing: LockTiming,
): Promise<Lock | undefined> {
  const id = randomUUID();
  const deadline = timing.now() + patienceMs;
  for (;;) {
    if (create(path, id, timing.now())) return held(path, id);
    if (isAbandoned(path, timing.now())) breakLock(path, timing.now());
    else if (timing.now() >= deadline) return undefined;
    // Uneven waits keep twenty writers from looking at the same moment.
    else await timing.sleep(POLL_MS * (0.5 + Math.random()));
  }
}

function held(path: string, id: string): Lock {
  const stillHeld = (): boolean => stringField(readLock(path), 'id') === id;
  return {
    stillHeld,
    release() {
      if (stillHeld()) rmSync(path, { force: true });
    },
  };
}

function create(path: string, id: string, now: number): boolean {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
  writeSync(file, JSON.stringify({ id, pid: process.pid, host: hostname(), at: now }));
  closeSync(file);
  return true;
}

/**
 * Removes an abandoned lock. Two who find the same one must not remove each other's fresh lock, so the removal is
 * itself guarded by a lock, and what is removed is looked at once more under it.
 */
function breakLock(path: string, now: number): void {
  const guard = `${path}.break`;
  if (!create(guard, randomUUID(), now)) {
    if (isOld(guard, now)) rmSync(guard, { force: true });
    return;
  }
  try {
    if (isAbandoned(path, now)) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

function isAbandoned(path: string, now: number): boolean {
  const lock = readLock(path);
  const pid = numberField(lock, 'pid');
  if (pid !== undefined && stringField(lock, 'host') === hostname() && !isAlive(pid)) return true;
  return isOld(path, now);
}

function isOld(path: string, now: number): boolean {
  const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return modified !== undefined && now - modified > OLD_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return errorCode(error) !== 'ESRCH';
  }
}

function readLock(path: string): unknown {
  try {
    return parseJson(readFileSync(path, 'utf8'));
  } catch {
    // Released between two looks.
    return undefined;
  }
}
