import { lstatSync } from 'node:fs';

import { type ControlServer, ensurePrivateDirectory } from '../control/index.ts';
import { isNamedPipe, type Paths } from '../core/paths.ts';
import type { LogPort } from '../core/ports.ts';
import type { Clock } from '../lib/clock.ts';
import { errorMessage } from '../lib/expect.ts';
import { type Lock, tryLock } from './lock.ts';
import { serveLockPath } from './serve-lock.ts';

// One system call each time. Somebody who sees "not running" waits no longer than this before trying again.
const CHECK_MS = 2_000;

/** What a daemon is found by, and how to make it anew. */
export interface Reachable {
  readonly paths: Paths;
  readonly clock: Clock;
  readonly log: LogPort;
  readonly control: () => ControlServer | undefined;
  /** Opens the control socket again, and writes the state file. */
  readonly reopen: () => Promise<void>;
  /** True once the daemon has begun to end: then its socket goes away rightly. */
  readonly isEnding: () => boolean;
}

/**
 * Makes the control socket anew when somebody deleted it, or its whole directory: a daemon that no command finds holds
 * its port and cannot be stopped. The returned function ends the watch.
 */
export function keepReachable(place: Reachable): () => void {
  const watch = new Watch(place);
  watch.arm();
  return () => watch.end();
}

class Watch {
  readonly #place: Reachable;
  readonly #socket: () => number | undefined;
  readonly #lockInode: number | undefined;
  #known: number | undefined;
  #lock: Lock | undefined;
  #cancel: (() => void) | undefined;
  #ended = false;

  constructor(place: Reachable) {
    this.#place = place;
    this.#socket = () => (isNamedPipe(place.paths.socket) ? undefined : inodeOf(place.paths.socket));
    this.#known = this.#socket();
    this.#lockInode = inodeOf(serveLockPath(place.paths));
  }

  arm(): void {
    // A pipe of Windows has no file that could be deleted.
    if (this.#ended || this.#known === undefined) return;
    this.#cancel = this.#place.clock.after(CHECK_MS, () => void this.#check().then(() => this.arm()));
  }

  end(): void {
    this.#ended = true;
    this.#cancel?.();
    this.#lock?.release();
  }

  async #check(): Promise<void> {
    const { log, isEnding } = this.#place;
    if (isEnding() || this.#socket() === this.#known) return;
    try {
      await this.#restore();
    } catch (error) {
      log.write('warn', 'control-lost', { reason: errorMessage(error) });
    }
  }

  async #restore(): Promise<void> {
    const { paths, log, control, reopen } = this.#place;
    ensurePrivateDirectory(paths.stateDir);
    if (!(await this.#holdsLock())) {
      log.write('warn', 'control-lost', { reason: `another daemon has taken over ${paths.stateDir}` });
      this.end();
      return;
    }
    // The old one first: closing it removes whatever is at its path.
    await control()?.close();
    await reopen();
    this.#known = this.#socket();
    log.write('warn', 'control-reopened', { path: paths.socket });
  }

  /** The lock is on a file; where that is gone too, a new one decides. */
  async #holdsLock(): Promise<boolean> {
    const path = serveLockPath(this.#place.paths);
    if (this.#lock !== undefined || inodeOf(path) === this.#lockInode) return true;
    this.#lock = await tryLock(path);
    return this.#lock !== undefined;
  }
}

function inodeOf(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.ino;
}
