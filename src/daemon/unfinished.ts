import type { Remembered, RememberPort, StoredAge } from '../core/ports.ts';
import type { Trail } from '../core/trail.ts';
import type { Clock } from '../lib/clock.ts';
import { isObject, numberField, stringField } from '../lib/expect.ts';

// What takes less is gone before it is written, and a write a second is nothing to a disk.
const EVERY_MS = 1_000;
// A daemon that is killed with more under way has told enough with these.
const MOST = 200;

/** What is said of a request that a daemon did not live to finish. */
export const KILLED = 'gw was killed while it was under way';

/** Who is asked what is under way, and told that it changed. */
export interface UnfinishedParts {
  readonly clock: Clock;
  readonly live: () => Iterable<Trail>;
  readonly remember: RememberPort;
}

/**
 * Requests under way, kept so that those a killed daemon took with it leave a trace. Looked at once a second while there
 * are any, so that a request costs nothing and an idle daemon does not wake up for it.
 */
export class Unfinished implements Remembered {
  readonly name = 'unfinished';
  readonly #parts: UnfinishedParts;
  #isArmed = false;
  #known = '';
  #left: readonly Trail[] = [];

  constructor(parts: UnfinishedParts) {
    this.#parts = parts;
  }

  /** What the last daemon left, as it ended for its callers. */
  get left(): readonly Trail[] {
    return this.#left;
  }

  /** Something is under way. */
  begun(): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    this.#parts.clock.after(EVERY_MS, () => {
      this.#isArmed = false;
      this.look();
      for (const _ of this.#parts.live()) return this.begun();
    });
  }

  /** Has it written where something of it changed. */
  look(): void {
    const now = this.#old().map(stageOf).join('\n');
    if (now === this.#known) return;
    this.#known = now;
    this.#parts.remember.changed(0);
  }

  snapshot(): unknown {
    return this.#old();
  }

  restore(stored: unknown, { writtenAt }: StoredAge): void {
    if (!Array.isArray(stored)) return;
    this.#left = stored.filter(isTrail).map((trail) => endedByKill(trail, writtenAt));
    // Another kill must not tell of them again.
    if (stored.length > 0) this.#parts.remember.changed();
  }

  #old(): Trail[] {
    const before = this.#parts.clock.now() - EVERY_MS;
    const old: Trail[] = [];
    for (const trail of this.#parts.live()) {
      if (trail.at > before || trail.rehearsal === true) continue;
      old.push(trail);
      if (old.length === MOST) break;
    }
    return old;
  }
}

/** What is worth a write: bytes that come are not. */
function stageOf({ id, attempts }: Trail): string {
  return `${id} ${attempts.length} ${attempts.at(-1)?.firstContentMs ?? ''}`;
}

function isTrail(value: unknown): value is Trail {
  const isWhole =
    isObject(value) &&
    Array.isArray(value['attempts']) &&
    value['attempts'].every((attempt) => isObject(attempt) && isObject(attempt['target'])) &&
    Array.isArray(value['plan']) &&
    isObject(value['client']);
  return (
    isWhole && /^[0-9a-z]{16}$/.test(stringField(value, 'id') ?? '') && numberField(value, 'at') !== undefined
  );
}

/** `lastSeen`: when it was certainly still under way, which is all that is known of how long it took. */
function endedByKill(trail: Trail, lastSeen: number): Trail {
  const first = trail.attempts.findLast(({ firstContentMs }) => firstContentMs !== undefined)?.firstContentMs;
  return {
    ...trail,
    outcome: trail.stream && first !== undefined ? 'cut' : 'failed',
    killed: true,
    message: KILLED,
    ...(first === undefined ? {} : { firstContentMs: first }),
    totalMs: Math.max(0, lastSeen - trail.at),
  };
}
