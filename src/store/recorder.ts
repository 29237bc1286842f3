import type { Capture } from '../core/capture.ts';
import type { LogPort, RecordPort } from '../core/ports.ts';
import type { RecordSettings } from '../core/settings.ts';
import type { Trail } from '../core/trail.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { Backlog } from './backlog.ts';
import { CaptureQueue } from './capture-queue.ts';
import type { Batch } from './verdict.ts';
import { WriterThread } from './writer-thread.ts';

// Enough rows that the price of a transaction and of a message between threads is spread thin: with 200 the writing
// thread takes a fifth more CPU per row, with 1,000 a tenth less.
const BATCH_ROWS = 500;
const BATCH_DELAY_MS = 200;
// Two seconds of the proxy's full speed. A row is about 900 bytes, so a batch of them fits into its segment.
const LIMITS = { rows: 20_000, bytes: 32 * 1024 * 1024, batchRows: BATCH_ROWS, segmentBytes: 512 * 1024 };
// Bodies of one second on a busy machine; what is over it is kept without them.
const CAPTURE_BYTES = 64 * 1024 * 1024;
const RETRY_MS = 1_000;
const RETRY_CAP_MS = 30_000;
const DAY_MS = 86_400_000;

/** Keeps finished exchanges. Nothing it does can slow or fail a request: what cannot be kept is counted. */
export interface Recorder extends RecordPort {
  /** Resolves when everything recorded before is committed, or when it was tried and `problem()` says why not. */
  flush(): Promise<void>;
  /** Flushes, gives up what could not be written, and ends the writing thread. */
  close(): Promise<void>;
  /** Exchanges that were not kept. */
  readonly dropped: number;
  /** What keeps it from working, or what a person should know about it, as a sentence. */
  problem(): string | undefined;
}

export interface RecorderOptions {
  readonly path: string;
  readonly settings: Pick<RecordSettings, 'maxAgeDays' | 'maxBytes'>;
  readonly log: LogPort;
  readonly clock?: Clock;
}

/** Opens the request log for writing. Touches no disk and starts no thread before the first exchange is recorded. */
export function openRecorder(options: RecorderOptions): Recorder {
  return new QueueingRecorder(options);
}

class QueueingRecorder implements Recorder {
  readonly #log: LogPort;
  readonly #clock: Clock;
  readonly #thread: WriterThread;
  readonly #backlog = new Backlog(LIMITS);
  readonly #captures = new CaptureQueue(CAPTURE_BYTES);
  /** Rows ever taken out of the queue, and how many of all rows someone waits for. */
  #taken = 0;
  #mark = 0;
  /** A batch that was refused and may be accepted later. */
  #kept: Batch | undefined;
  #sending: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #dropped = 0;
  #droppedCapture = false;
  #refusals = 0;
  #trouble: string | undefined;
  #setAside: string | undefined;
  /** False while recording is pointless: rows are dropped at once instead of held. */
  #accepting = true;
  #closing: Promise<void> | undefined;

  constructor({ path, settings, log, clock = systemClock }: RecorderOptions) {
    this.#log = log;
    this.#clock = clock;
    const writer = { path, maxAgeMs: settings.maxAgeDays * DAY_MS, maxBytes: settings.maxBytes };
    this.#thread = new WriterThread(writer, clock, (aside) => this.#wasSetAside(aside));
  }

  get dropped(): number {
    return this.#dropped;
  }

  problem(): string | undefined {
    return this.#trouble ?? this.#setAside;
  }

  record(trail: Trail, capture?: Capture): void {
    if (!this.#accepting || !this.#backlog.add(trail)) {
      this.#drop(1);
      return;
    }
    if (capture !== undefined && !this.#captures.add(trail.id, capture)) this.#captureDropped();
    if (this.#backlog.hasFullBatch && this.#refusals === 0) void this.#send();
    this.#cancelTimer ??= this.#clock.after(BATCH_DELAY_MS, () => this.#timerFired());
  }

  flush(): Promise<void> {
    this.#mark = this.#taken + this.#backlog.rows;
    return this.#send();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#accepting = false;
    await this.flush();
    this.#stopTimer();
    this.#giveUp();
    await this.#thread.close();
  }

  #timerFired(): void {
    this.#cancelTimer = undefined;
    this.#accepting = this.#closing === undefined;
    void this.flush();
  }

  #send(): Promise<void> {
    if (this.#sending === undefined && this.#isDue()) this.#sending = this.#sendAll();
    return this.#sending ?? Promise.resolve();
  }

  /** Whether there is a batch worth its transaction, or one that someone waits for. */
  #isDue(): boolean {
    return this.#kept !== undefined || this.#taken < this.#mark || this.#backlog.hasFullBatch;
  }

  async #sendAll(): Promise<void> {
    while (this.#isDue()) {
      const batch = this.#kept ?? this.#next();
      this.#kept = undefined;
      if (batch === undefined) break;
      const verdict = await this.#thread.write(batch);
      if (verdict.is === 'refused') {
        this.#refused(batch, verdict.keep, verdict.problem);
        break;
      }
      this.#backlog.reuse(batch);
      this.#stored();
    }
    this.#sending = undefined;
  }

  #next(): Batch | undefined {
    const batch = this.#backlog.take(this.#clock.now());
    this.#taken += batch?.rows ?? 0;
    return batch && { ...batch, captures: this.#captures.take() };
  }

  #stored(): void {
    if (this.#trouble !== undefined) this.#log.write('info', 'record-resumed', { dropped: this.#dropped });
    this.#trouble = undefined;
    this.#refusals = 0;
  }

  #refused(batch: Batch, keep: boolean, problem: string): void {
    if (this.#trouble !== problem) this.#log.write('error', 'record-refused', { problem });
    this.#trouble = problem;
    this.#kept = batch;
    if (!keep) {
      this.#accepting = false;
      this.#giveUp();
    }
    const delayMs = keep ? Math.min(RETRY_CAP_MS, RETRY_MS * 2 ** this.#refusals) : RETRY_CAP_MS;
    this.#refusals++;
    this.#stopTimer();
    if (this.#closing === undefined) this.#cancelTimer = this.#clock.after(delayMs, () => this.#timerFired());
  }

  #giveUp(): void {
    const { rows } = this.#backlog;
    this.#drop((this.#kept?.rows ?? 0) + rows);
    this.#taken += rows;
    this.#kept = undefined;
    this.#backlog.clear();
    this.#captures.take();
  }

  #drop(rows: number): void {
    if (rows > 0 && this.#dropped === 0)
      this.#log.write('warn', 'record-dropped', { problem: this.problem() });
    this.#dropped += rows;
  }

  #captureDropped(): void {
    if (!this.#droppedCapture) this.#log.write('warn', 'capture-dropped', { reason: 'too many bodies wait' });
    this.#droppedCapture = true;
  }

  #wasSetAside(path: string): void {
    this.#setAside = `the request log was damaged; it was set aside as ${path} and a new one was begun`;
    this.#log.write('warn', 'record-set-aside', { path });
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}
