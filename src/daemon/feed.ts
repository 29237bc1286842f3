import type { Delta, LogEntry, ServerEvent, Snapshot } from '../control/index.ts';
import type { Trail } from '../core/trail.ts';
import type { Clock } from '../lib/clock.ts';
import { logEntry } from './log-line.ts';
import type { LogFile } from './log.ts';
import type { Listener, Observatory } from './observatory.ts';

/** Ten times a second is as fast as a person can see. */
const DELTA_MS = 100;
const STATUS_MS = 1_000;
const LIVE_SHOWN = 100;
const RECENT_SHOWN = 200;
// Of a busy daemon's exchanges a viewer gets the latest; writing out thousands a second would cost the proxy.
const ENDED_PER_DELTA = 50;
const LOG_SHOWN = 200;
const LOG_PER_DELTA = 50;

/** Where the feed takes what it sends. */
export interface FeedSource {
  readonly clock: Clock;
  readonly observatory: Observatory;
  readonly status: () => Snapshot['status'];
  readonly incidents: () => Snapshot['incidents'];
  readonly log: Pick<LogFile, 'tail' | 'listener'>;
}

/**
 * Tells viewers what changed: a snapshot at first, then deltas, at most ten a second and only when something did.
 * With nobody watching it does nothing at all: no timer runs and the hot path meets one undefined check.
 */
export class Feed implements Listener {
  readonly #source: FeedSource;
  readonly #viewers = new Set<(event: ServerEvent) => void>();
  #ended: Trail[] = [];
  #log: LogEntry[] = [];
  #liveChanged = false;
  #incidents = '[]';
  #pending = false;
  #stopStatus: (() => void) | undefined;

  constructor(source: FeedSource) {
    this.#source = source;
  }

  /** Takes a viewer in; the answer takes it out again. */
  subscribe(send: (event: ServerEvent) => void): () => void {
    const { observatory, status, incidents, log } = this.#source;
    send({
      event: 'snapshot',
      data: {
        status: status(),
        live: observatory.live(LIVE_SHOWN),
        recent: observatory.newest(RECENT_SHOWN),
        incidents: incidents(),
        log: log.tail(LOG_SHOWN).map(logEntry),
      },
    });
    this.#viewers.add(send);
    if (this.#viewers.size === 1) this.#begin();
    return () => {
      this.#viewers.delete(send);
      if (this.#viewers.size === 0) this.#end();
    };
  }

  /** Sends the status now, whatever the clock says: a reload or a drain has begun. */
  statusChanged(): void {
    this.#send({ at: this.#source.clock.now(), status: this.#source.status() });
  }

  liveChanged(): void {
    this.#liveChanged = true;
    this.#schedule();
  }

  ended(trail: Trail): void {
    this.#liveChanged = true;
    if (this.#ended.length >= ENDED_PER_DELTA) this.#ended.shift();
    this.#ended.push(trail);
    this.#schedule();
  }

  #begin(): void {
    this.#source.observatory.listener = this;
    this.#source.log.listener = (line) => this.#logged(line);
    this.#scheduleStatus();
  }

  #end(): void {
    this.#source.observatory.listener = undefined;
    this.#source.log.listener = undefined;
    this.#stopStatus?.();
    this.#stopStatus = undefined;
    this.#ended = [];
    this.#log = [];
    this.#liveChanged = false;
  }

  #logged(line: string): void {
    if (this.#log.length >= LOG_PER_DELTA) this.#log.shift();
    this.#log.push(logEntry(line));
    this.#schedule();
  }

  #schedule(): void {
    if (this.#pending) return;
    this.#pending = true;
    this.#source.clock.after(DELTA_MS, () => {
      this.#pending = false;
      if (this.#viewers.size > 0) this.#flush();
    });
  }

  #scheduleStatus(): void {
    this.#stopStatus = this.#source.clock.after(STATUS_MS, () => {
      this.#send({
        at: this.#source.clock.now(),
        status: this.#source.status(),
        ...this.#changedIncidents(),
      });
      this.#scheduleStatus();
    });
  }

  /** Time alone can end an incident, so they are looked at with every status and sent when they differ. */
  #changedIncidents(): Pick<Delta, 'incidents'> {
    const incidents = this.#source.incidents();
    const text = JSON.stringify(incidents);
    if (text === this.#incidents) return {};
    this.#incidents = text;
    return { incidents };
  }

  #flush(): void {
    const ended = this.#ended;
    const log = this.#log;
    const liveChanged = this.#liveChanged;
    this.#ended = [];
    this.#log = [];
    this.#liveChanged = false;
    if (!liveChanged && ended.length === 0 && log.length === 0) return;
    this.#send({
      at: this.#source.clock.now(),
      ...(liveChanged ? { live: this.#source.observatory.live(LIVE_SHOWN) } : {}),
      ...(ended.length === 0 ? {} : { ended }),
      ...(log.length === 0 ? {} : { log }),
    });
  }

  #send(delta: Delta): void {
    for (const send of this.#viewers) send({ event: 'delta', data: delta });
  }
}
