import { closeSync, fstatSync, statSync, write, writeSync } from 'node:fs';
import { copyFile, rename, rm, truncate } from 'node:fs/promises';
import { promisify } from 'node:util';

import type { LogLevel, LogPort } from '../core/ports.ts';
import type { LogSettings } from '../core/settings.ts';
import type { Clock } from '../lib/clock.ts';
import { errorCode, errorMessage } from '../lib/expect.ts';
import { encodeLogRecord, LOG_LEVELS, type LogRecord } from './log-line.ts';
import { lastLines } from './log-tail.ts';
import { openLogFile } from './open-log.ts';

// Lines wait this long for company: one write per batch instead of one per line.
const FLUSH_MS = 50;
// A disk that takes nothing must not fill the memory instead.
const MAX_PENDING_BYTES = 1024 * 1024;

const writeBytes = promisify(write);

/** The daemon's own log on disk. Never throws and never waits: what cannot be written is counted. */
export interface LogFile extends LogPort {
  /** Lines that were lost because the disk did not take them. */
  readonly dropped: number;
  /** Gets each line as it is written, while somebody watches. */
  listener: ((line: string) => void) | undefined;
  /** The last lines, as they are or will be on disk. */
  tail(count: number): readonly string[];
  /** Why the last write failed, while it does. */
  problem(): string | undefined;
  change(settings: LogSettings): void;
  /** Writes out what waits, before the process ends. */
  flushNow(): void;
  close(): void;
}

/** Opens the log (0600, appending), as one JSON object per line. `echo` also gets each record. */
export function openLog(place: {
  readonly path: string;
  readonly settings: LogSettings;
  readonly clock: Clock;
  readonly echo?: ((record: LogRecord) => void) | undefined;
}): LogFile {
  return new RotatingLog(place);
}

class RotatingLog implements LogFile {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #echo: ((record: LogRecord) => void) | undefined;
  #settings: LogSettings;
  #file: number | undefined;
  #bytes = 0;
  #inode = 0;
  #pending: string[] = [];
  #pendingBytes = 0;
  #scheduled = false;
  #busy = false;
  #problem: string | undefined;
  #unreported = 0;
  dropped = 0;
  listener: ((line: string) => void) | undefined;

  constructor(place: Parameters<typeof openLog>[0]) {
    this.#path = place.path;
    this.#clock = place.clock;
    this.#echo = place.echo;
    this.#settings = place.settings;
    this.#open();
  }

  write(level: LogLevel, event: string, fields: Readonly<Record<string, unknown>> = {}): void {
    if (LOG_LEVELS[level] < LOG_LEVELS[this.#settings.level]) return;
    const record = { at: this.#clock.now(), level, event, fields };
    this.#echo?.(record);
    const line = encode(record);
    this.listener?.(line);
    this.#add(`${line}\n`);
    // An error may be the last thing this process says.
    if (level === 'error' && !this.#busy) this.flushNow();
    else this.#schedule();
  }

  tail(count: number): readonly string[] {
    const waiting = this.#pending.map((line) => line.trimEnd());
    return [...lastLines(this.#path, count), ...waiting].slice(-count);
  }

  problem(): string | undefined {
    return this.#problem;
  }

  change(settings: LogSettings): void {
    this.#settings = settings;
  }

  flushNow(): void {
    const text = this.#take();
    if (text === '') return;
    try {
      if (this.#file === undefined) throw new Error(this.#problem ?? 'the log is not open');
      this.#bytes += writeSync(this.#file, text);
      this.#problem = undefined;
    } catch (error) {
      this.#lost(text, error);
    }
  }

  close(): void {
    this.flushNow();
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #open(): void {
    try {
      this.#file = openLogFile(this.#path);
      const { size, ino } = fstatSync(this.#file);
      this.#bytes = size;
      this.#inode = ino;
    } catch (error) {
      this.#problem = errorMessage(error);
    }
  }

  /** Somebody deleted or replaced the file: what is written to the old one is read by nobody. */
  #wasTakenAway(): boolean {
    return this.#file !== undefined && statSync(this.#path, { throwIfNoEntry: false })?.ino !== this.#inode;
  }

  #reopen(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #add(line: string): void {
    if (this.#pendingBytes + line.length > MAX_PENDING_BYTES) {
      this.dropped++;
      this.#unreported++;
      return;
    }
    this.#pending.push(line);
    this.#pendingBytes += line.length;
  }

  #take(): string {
    const text = this.#pending.join('');
    this.#pending = [];
    this.#pendingBytes = 0;
    return text;
  }

  #lost(text: string, error: unknown): void {
    const lines = text.split('\n').length - 1;
    this.dropped += lines;
    this.#unreported += lines;
    this.#problem = `${errorCode(error) ?? 'error'}: ${errorMessage(error)}`;
  }

  #schedule(): void {
    if (this.#scheduled || this.#busy) return;
    this.#scheduled = true;
    this.#clock.after(FLUSH_MS, () => {
      this.#scheduled = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    const text = this.#take();
    try {
      if (this.#wasTakenAway()) this.#reopen();
      if (this.#file === undefined) this.#open();
      if (this.#file === undefined) throw new Error(this.#problem ?? 'the log is not open');
      if (text !== '') this.#bytes += (await writeBytes(this.#file, text)).bytesWritten;
      this.#problem = undefined;
      this.#reportLost();
    } catch (error) {
      this.#lost(text, error);
    }
    if (this.#bytes >= this.#settings.maxBytes) await this.#rotate();
    this.#busy = false;
    if (this.#pending.length > 0) this.#schedule();
  }

  #reportLost(): void {
    if (this.#unreported === 0) return;
    const count = this.#unreported;
    this.#unreported = 0;
    this.#add(
      `${encode({ at: this.#clock.now(), level: 'warn', event: 'log-dropped', fields: { count } })}\n`,
    );
  }

  /**
   * Copies and empties instead of renaming: the daemon's stdout and stderr are open on the same file, and what
   * Node.js prints when it dies must land in the log that people read. Lines wait in memory meanwhile.
   */
  async #rotate(): Promise<void> {
    try {
      const { keep } = this.#settings;
      for (let age = keep - 1; age >= 1; age--) {
        await rename(`${this.#path}.${age}`, `${this.#path}.${age + 1}`).catch(() => {});
      }
      if (keep > 0) await copyFile(this.#path, `${this.#path}.1`);
      await truncate(this.#path);
      await rm(`${this.#path}.${keep + 1}`, { force: true });
      this.#bytes = 0;
    } catch (error) {
      this.#problem = errorMessage(error);
      // Try again after as much has been written again, not at every line.
      this.#bytes = 0;
    }
  }
}

/** A field that refuses to be written must not cost the line. */
function encode(record: LogRecord): string {
  try {
    return encodeLogRecord(record);
  } catch (error) {
    return encodeLogRecord({ ...record, fields: { unwritable: errorMessage(error) } });
  }
}
