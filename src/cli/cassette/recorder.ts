import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { headLine, keepable, readCassette } from '../../cassette/index.ts';
import { type ControlClient, ControlError } from '../../control/index.ts';
import type { LeftOut, RecordingOrder, TakenExchange } from '../../core/cassette.ts';

/** Where a cassette stops growing: larger ones are no pleasure in a repository. */
const MOST_BYTES = 64 * 1024 * 1024;
// The daemon answers after two seconds when there is nothing.
const PATIENCE_MS = 10_000;

/** What came of a recording. */
export interface Recorded {
  readonly exchanges: number;
  readonly bytes: number;
  /** By how they failed; those that did not are not there. */
  readonly faults: Readonly<Record<string, number>>;
  readonly leftOut: readonly LeftOut[];
  /** The daemon went away before the recording was ended. */
  readonly lost?: string;
}

/** A recording under way: what the daemon hands over is written down line by line. */
export interface CassetteRecording {
  readonly id: string;
  /** Resolves when it is over, whoever ended it. */
  readonly over: Promise<Recorded>;
  /** Has what is under way end, and no more begin. */
  stop(): Promise<void>;
}

/** Begins a recording into a file, which is made where it is not there, for its owner alone. */
export async function startRecording(
  daemon: ControlClient,
  order: RecordingOrder,
  {
    file,
    now,
    onTaken,
  }: { readonly file: string; readonly now: number; readonly onTaken?: (count: number) => void },
): Promise<CassetteRecording> {
  const isNew = !existsSync(file);
  const bytes = openFile(file, now);
  const { id } = await daemon.call('start-recording', order);
  const writer = new CassetteWriter(file, bytes, onTaken);
  return {
    id,
    over: follow(daemon, id, writer).then((recorded) => {
      // An empty one would only stand in the way of the next try.
      if (isNew && recorded.exchanges === 0) rmSync(file, { force: true });
      return recorded;
    }),
    stop: async () => {
      // A daemon that is gone has ended it in its own way.
      await daemon.call('stop-recording', { id }).catch(() => undefined);
    },
  };
}

/** Makes the file, or looks whether what is there can be gone on with; answers with its size. */
function openFile(file: string, now: number): number {
  if (existsSync(file)) {
    const text = readFileSync(file, 'utf8');
    readCassette(text);
    if (!text.endsWith('\n')) appendFileSync(file, '\n');
    return Buffer.byteLength(text);
  }
  mkdirSync(dirname(file), { recursive: true });
  const head = `${headLine(new Date(now))}\n`;
  writeFileSync(file, head, { mode: 0o600 });
  return head.length;
}

async function follow(daemon: ControlClient, id: string, writer: CassetteWriter): Promise<Recorded> {
  try {
    for (;;) {
      const { exchanges, leftOut, over } = await daemon.call('take-recorded', { id }, PATIENCE_MS);
      for (const taken of exchanges) writer.write(taken);
      writer.leaveOut(leftOut);
      if (over) return writer.recorded();
    }
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    return { ...writer.recorded(), lost: error.message };
  }
}

class CassetteWriter {
  readonly #file: string;
  readonly #onTaken: ((count: number) => void) | undefined;
  readonly #leftOut: LeftOut[] = [];
  readonly #faults = new Map<string, number>();
  #bytes: number;
  #exchanges = 0;

  constructor(file: string, bytes: number, onTaken: ((count: number) => void) | undefined) {
    this.#file = file;
    this.#bytes = bytes;
    this.#onTaken = onTaken;
  }

  write(taken: TakenExchange): void {
    const kept = keepable(taken);
    if (kept.is === 'failed') {
      this.leaveOut([kept.fault]);
      return;
    }
    const line = `${JSON.stringify(kept.value)}\n`;
    if (this.#bytes + Buffer.byteLength(line) > MOST_BYTES) {
      this.leaveOut([{ path: kept.value.url, why: 'the cassette would be larger than 64 MB' }]);
      return;
    }
    appendFileSync(this.#file, line);
    this.#bytes += Buffer.byteLength(line);
    this.#exchanges++;
    const { fault } = kept.value;
    if (fault) this.#faults.set(fault.is, (this.#faults.get(fault.is) ?? 0) + 1);
    this.#onTaken?.(this.#exchanges);
  }

  leaveOut(exchanges: readonly LeftOut[]): void {
    this.#leftOut.push(...exchanges);
  }

  recorded(): Recorded {
    const faults = Object.fromEntries(this.#faults);
    return { exchanges: this.#exchanges, bytes: this.#bytes, faults, leftOut: this.#leftOut };
  }
}
