import {
  accessSync,
  appendFileSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
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
  /** Nothing came that could take the place of what was in the file. */
  readonly asBefore?: true;
}

/** A recording under way: what the daemon hands over is written down line by line. */
export interface CassetteRecording {
  readonly id: string;
  /** Resolves when it is over, whoever ended it. */
  readonly over: Promise<Recorded>;
  /** Has what is under way end, and no more begin. */
  stop(): Promise<void>;
}

interface RecordingPlace {
  readonly file: string;
  readonly now: number;
  /** What is in the file goes, once there is something to take its place. */
  readonly overwrite?: boolean;
  readonly onTaken?: (count: number) => void;
}

/** Begins a recording into a file, which is made where it is not there, for its owner alone. */
export async function startRecording(
  daemon: ControlClient,
  order: RecordingOrder,
  place: RecordingPlace,
): Promise<CassetteRecording> {
  const { file, onTaken } = place;
  const isNew = !existsSync(file);
  // An empty one would only stand in the way of the next try.
  const removeEmpty = (): void => {
    if (isNew) rmSync(file, { force: true });
  };
  const writer = new CassetteWriter(file, openFile(place), onTaken);
  const { id } = await daemon.call('start-recording', order).catch((error: unknown) => {
    removeEmpty();
    throw error;
  });
  return {
    id,
    over: follow(daemon, id, writer).then((recorded) => {
      if (recorded.exchanges === 0) removeEmpty();
      return recorded;
    }),
    stop: async () => {
      // A daemon that is gone has ended it in its own way.
      await daemon.call('stop-recording', { id }).catch(() => undefined);
    },
  };
}

interface OpenFile {
  readonly bytes: number;
  /** What the file begins with, to be written with the first exchange. */
  readonly head?: string;
}

/** Makes the file, or looks whether what is there can be gone on with. */
function openFile({ file, now, overwrite = false }: RecordingPlace): OpenFile {
  const head = `${headLine(new Date(now))}\n`;
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, head, { mode: 0o600 });
    return { bytes: head.length };
  }
  if (overwrite) {
    accessSync(file, constants.W_OK);
    return { bytes: head.length, head };
  }
  const text = readFileSync(file, 'utf8');
  readCassette(text);
  if (!text.endsWith('\n')) appendFileSync(file, '\n');
  return { bytes: Buffer.byteLength(text) };
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
  #head: string | undefined;
  #bytes: number;
  #exchanges = 0;

  constructor(file: string, { bytes, head }: OpenFile, onTaken: ((count: number) => void) | undefined) {
    this.#file = file;
    this.#bytes = bytes;
    this.#head = head;
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
    this.#begin();
    appendFileSync(this.#file, line);
    this.#bytes += Buffer.byteLength(line);
    this.#exchanges++;
    const { fault } = kept.value;
    if (fault) this.#faults.set(fault.is, (this.#faults.get(fault.is) ?? 0) + 1);
    this.#onTaken?.(this.#exchanges);
  }

  /** What was there goes now, as this is the first exchange of what comes instead. */
  #begin(): void {
    if (this.#head === undefined) return;
    rmSync(this.#file);
    writeFileSync(this.#file, this.#head, { mode: 0o600 });
    this.#head = undefined;
  }

  leaveOut(exchanges: readonly LeftOut[]): void {
    this.#leftOut.push(...exchanges);
  }

  recorded(): Recorded {
    const faults = Object.fromEntries(this.#faults);
    const asBefore = this.#head !== undefined && { asBefore: true as const };
    return { exchanges: this.#exchanges, bytes: this.#bytes, faults, leftOut: this.#leftOut, ...asBefore };
  }
}
