import { lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

import type { LogPort, Remembered, RememberPort } from '../core/ports.ts';
import type { Clock } from '../lib/clock.ts';
import { errorMessage, field, isObject, numberField, parseJson } from '../lib/expect.ts';

// Soon enough that hardly anything is lost with `kill -9`, late enough that an outage is one write and not hundreds.
const WRITE_AFTER_MS = 200;
// A thousand targets take about 400 KB.
const LARGEST_FILE = 16 * 1024 * 1024;
const VERSION = 1;

/**
 * What outlives a restart, in one file (0600): each part by its name. Replaced in one step soon after a change. Losing
 * it costs a few calls to providers that are down, so nothing about it ever stops a daemon.
 */
export class HealthFile implements RememberPort {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #log: LogPort;
  readonly #parts: Remembered[] = [];
  readonly #stored: unknown;
  #due: { readonly at: number; readonly cancel: () => void } | undefined;
  #written = '';
  #problem: string | undefined;

  constructor(path: string, clock: Clock, log: LogPort) {
    this.#path = path;
    this.#clock = clock;
    this.#log = log;
    this.#stored = this.#read();
  }

  keep(part: Remembered): void {
    this.#parts.push(part);
    const stored = field(field(this.#stored, 'parts'), part.name);
    if (stored === undefined) return;
    const writtenAt = numberField(this.#stored, 'writtenAt') ?? 0;
    part.restore(stored, { writtenAt, now: this.#clock.now() });
  }

  changed(withinMs = WRITE_AFTER_MS): void {
    const at = this.#clock.monotonic() + withinMs;
    if (this.#due !== undefined && this.#due.at <= at) return;
    this.#due?.cancel();
    this.#due = { at, cancel: this.#clock.after(withinMs, () => this.flush()) };
  }

  /** Writes what has changed and is not written yet, now. Never throws. */
  flush(): void {
    if (this.#due === undefined) return;
    this.#due.cancel();
    this.#due = undefined;
    const known = Object.fromEntries(this.#parts.map((part) => [part.name, part.snapshot()]));
    // What another version of gw remembered is not ours to forget.
    const others = field(this.#stored, 'parts');
    const text = JSON.stringify(isObject(others) ? { ...others, ...known } : known);
    if (text === this.#written) return;
    const problem = this.#write(`{"version":${VERSION},"writtenAt":${this.#clock.now()},"parts":${text}}\n`);
    if (problem === undefined) this.#written = text;
    else if (this.#problem === undefined)
      this.#log.write('warn', 'health-not-written', { path: this.#path, reason: problem });
    this.#problem = problem;
  }

  #write(text: string): string | undefined {
    const draft = `${this.#path}.${process.pid}`;
    try {
      // Whatever stands there, be it a link, is not to be written through.
      rmSync(draft, { force: true });
      writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
      renameSync(draft, this.#path);
      return undefined;
    } catch (error) {
      rmSync(draft, { force: true });
      return errorMessage(error);
    }
  }

  #read(): unknown {
    const found = readOwn(this.#path);
    if (found.is === 'absent') return undefined;
    if (found.is === 'read') return found.stored;
    this.#setAside(found.why);
    return undefined;
  }

  /** Kept for whoever wants to know what happened; the next one takes its place. */
  #setAside(reason: string): void {
    const aside = `${this.#path}.set-aside`;
    try {
      rmSync(aside, { force: true, recursive: true });
      renameSync(this.#path, aside);
      this.#log.write('warn', 'health-set-aside', { path: this.#path, aside, reason });
    } catch (error) {
      this.#log.write('warn', 'health-unreadable', {
        path: this.#path,
        reason: `${reason}; ${errorMessage(error)}`,
      });
    }
  }
}

type Found =
  | { readonly is: 'absent' }
  | { readonly is: 'read'; readonly stored: unknown }
  | { readonly is: 'unusable'; readonly why: string };

/** Reads the file when it is one that a daemon of this user wrote. */
function readOwn(path: string): Found {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return { is: 'absent' };
    const foreign = whyForeign(stat);
    if (foreign !== undefined) return { is: 'unusable', why: foreign };
    const stored = parseJson(readFileSync(path, 'utf8'));
    if (stored === undefined) return { is: 'unusable', why: 'it is not JSON' };
    const version = numberField(stored, 'version');
    if (version !== VERSION) return { is: 'unusable', why: 'it is not of this version of gw' };
    return { is: 'read', stored };
  } catch (error) {
    return { is: 'unusable', why: errorMessage(error) };
  }
}

function whyForeign(stat: NonNullable<ReturnType<typeof lstatSync>>): string | undefined {
  if (!stat.isFile()) return 'it is not a plain file';
  if (Number(stat.size) > LARGEST_FILE) return 'it is too large to be one of gw';
  const own = process.getuid?.();
  return own === undefined || Number(stat.uid) === own ? undefined : 'it belongs to somebody else';
}
