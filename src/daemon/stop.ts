import type { Paths } from '../core/paths.ts';
import type { Clock } from '../lib/clock.ts';
import { DaemonError } from './error.ts';
import { findDaemon } from './find.ts';
import { tryLock } from './lock.ts';
import { serveLockPath } from './serve-lock.ts';
import { type Overrides, readState } from './state-file.ts';

// After draining: closing connections, committing the last rows, leaving.
const LEAVE_MS = 15_000;
const POLL_MS = 25;

/** A daemon that is gone. */
export interface Stopped {
  /** Exchanges that were running when it was asked to stop, and those that had not finished when it did. */
  readonly live: number;
  readonly cutOff: number;
  readonly address: string | undefined;
  readonly overrides: Overrides;
}

/**
 * Asks the daemon to drain and end, and returns when it is gone: when the operating system has taken its lock back.
 * Undefined when none runs. Rejects with a `DaemonError` when one is there and does not listen to us.
 */
export async function stopDaemon(place: {
  readonly paths: Paths;
  readonly clock: Clock;
  readonly drainMs: number;
  /** Called once draining began and something still runs. */
  readonly onDraining?: (live: number) => void;
}): Promise<Stopped | undefined> {
  const { paths, drainMs } = place;
  const found = await findDaemon(paths);
  if (found.is === 'failed') {
    if (found.fault !== 'timeout') return undefined;
    throw stuck(paths, 'it does not answer on its control socket');
  }
  const { client, state } = found.value;
  try {
    const { live } = await client.call('stop', { drainMs });
    if (live > 0 && drainMs > 0) place.onDraining?.(live);
    // A daemon that is gone before it could answer has finished too.
    const drained = await client.call('drained', {}, drainMs + LEAVE_MS).catch(() => ({ live: 0 }));
    await waitUntilGone(place, state?.instance);
    return { live, cutOff: drained.live, address: state?.address, overrides: state?.overrides ?? {} };
  } finally {
    client.close();
  }
}

/** Gone is also a daemon whose place another one has taken: a start may wait for ours to end, and then be quicker. */
async function waitUntilGone(
  { paths, clock }: { paths: Paths; clock: Clock },
  instance: string | undefined,
): Promise<void> {
  const deadline = clock.monotonic() + LEAVE_MS;
  for (;;) {
    const lock = await tryLock(serveLockPath(paths));
    if (lock) {
      lock.release();
      return;
    }
    const now = readState(paths.state)?.instance;
    if (now !== undefined && instance !== undefined && now !== instance) return;
    if (clock.monotonic() > deadline) throw stuck(paths, 'it said that it would end, and did not');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function stuck(paths: Paths, why: string): DaemonError {
  const state = readState(paths.state);
  return new DaemonError('start', 'the daemon does not stop', {
    why,
    fix: `end the process yourself${state === undefined ? '' : ` (its state file says pid ${state.pid})`}: see ${paths.log}`,
  });
}
