import type { AnswerCachePort, KeptAnswer, LogPort } from '../core/ports.ts';
import type { CacheSettings } from '../core/settings.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import type { Clock } from '../lib/clock.ts';
import { isObject, parseJson, trusted } from '../lib/expect.ts';
import { AnswerThread } from './answer-cache-thread.ts';
import type { AnswerCount, AnswerReply, AnswerRow } from './answer-cache-words.ts';

/** Longer than a healthy disk takes (under a millisecond), shorter than anybody notices before a model answers. */
const PATIENCE_MS = 50;
/** The first question waits for the thread to start, or the first request after every start would find nothing. */
const FIRST_PATIENCE_MS = 1_000;
/** So much may be on its way to the disk; a disk that is slower than the answers come keeps fewer of them. */
const PENDING_BYTES = 16 * 1024 * 1024;
/** What an answer takes beside its bytes, roughly. */
const ROW_BYTES = 1024;
const MOST_ENTRIES = 100_000;

/** What is kept, and what keeps it from working. */
export interface AnswerCacheStatus {
  readonly memory: AnswerCount;
  /** Absent while answers are kept in memory only. */
  readonly disk?: AnswerCount;
  /** Answers that the disk did not take. */
  readonly dropped: number;
  readonly problem?: string;
}

/** Kept answers: those used last in memory, all of them on disk. Nothing it does can slow or fail a request. */
export interface AnswerCache extends AnswerCachePort {
  status(): Promise<AnswerCacheStatus>;
  /** What is in memory now. */
  held(): AnswerCount;
  /** Forgets everything, on disk too; how many answers there were. */
  clear(): Promise<number>;
  /** A sentence, while something is wrong with the disk. */
  problem(): string | undefined;
  close(): Promise<void>;
}

export interface AnswerCacheOptions {
  readonly path: string;
  readonly settings: Omit<CacheSettings, 'answerBytes'>;
  readonly log: LogPort;
  readonly clock: Clock;
}

/** Opens the cache. Touches no disk and starts no thread before the first answer is looked for. */
export function openAnswerCache(options: AnswerCacheOptions): AnswerCache {
  return new TwoLayers(options);
}

class TwoLayers implements AnswerCache {
  readonly #settings: AnswerCacheOptions['settings'];
  readonly #log: LogPort;
  readonly #clock: Clock;
  readonly #thread: AnswerThread | undefined;
  #memory: BoundedMap<KeptAnswer>;
  #pendingBytes = 0;
  #dropped = 0;
  #trouble: string | undefined;
  #setAside: string | undefined;
  /** The disk owes an answer for longer than anybody waits: until it comes, nobody asks it. */
  #isLate = false;
  #hasAnswered = false;
  #isClosed = false;

  constructor({ path, settings, log, clock }: AnswerCacheOptions) {
    this.#settings = settings;
    this.#log = log;
    this.#clock = clock;
    this.#memory = newMemory(settings.memoryBytes);
    this.#thread = settings.disk ? new AnswerThread({ path, maxBytes: settings.maxBytes }, clock) : undefined;
  }

  find(key: string): KeptAnswer | undefined | Promise<KeptAnswer | undefined> {
    const kept = this.#memory.get(key);
    if (kept !== undefined || this.#thread === undefined || this.#isLate || this.#isClosed) return kept;
    return this.#findOnDisk(key, this.#thread);
  }

  peek(key: string): KeptAnswer | undefined {
    return this.#memory.get(key);
  }

  keep(key: string, answer: KeptAnswer): void {
    this.#memory.set(key, answer);
    if (this.#thread === undefined || this.#isClosed) return;
    const bytes = answer.body.length + ROW_BYTES;
    if (this.#pendingBytes + bytes > PENDING_BYTES) {
      this.#dropped++;
      return;
    }
    this.#pendingBytes += bytes;
    void this.#keepOnDisk(key, answer, this.#thread).then(() => (this.#pendingBytes -= bytes));
  }

  problem(): string | undefined {
    return this.#trouble ?? this.#setAside;
  }

  held(): AnswerCount {
    return { entries: this.#memory.size, bytes: this.#memory.weight };
  }

  async status(): Promise<AnswerCacheStatus> {
    const thread = this.#thread;
    const reply = await thread?.ask({ do: 'count', id: thread.nextId(), now: this.#clock.now() });
    if (reply) this.#note(reply);
    const problem = this.problem();
    return {
      memory: this.held(),
      ...(thread && { disk: reply?.count ?? { entries: 0, bytes: 0 } }),
      dropped: this.#dropped,
      ...(problem !== undefined && { problem }),
    };
  }

  async clear(): Promise<number> {
    const entries = this.#memory.size;
    this.#memory = newMemory(this.#settings.memoryBytes);
    const thread = this.#thread;
    if (thread === undefined) return entries;
    const reply = await thread.ask({ do: 'clear', id: thread.nextId(), now: this.#clock.now() });
    this.#note(reply);
    // What was set aside is gone with the rest.
    if (reply.problem === undefined) this.#setAside = undefined;
    return Math.max(entries, reply.count?.entries ?? 0);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#thread?.close();
  }

  #findOnDisk(key: string, thread: AnswerThread): Promise<KeptAnswer | undefined> {
    return new Promise((resolve) => {
      const patienceMs = this.#hasAnswered ? PATIENCE_MS : FIRST_PATIENCE_MS;
      const cancel = this.#clock.after(patienceMs, () => {
        this.#isLate = true;
        resolve(undefined);
      });
      void this.#askDisk(key, thread).then(resolve).finally(cancel);
    });
  }

  async #askDisk(key: string, thread: AnswerThread): Promise<KeptAnswer | undefined> {
    const reply = await thread.ask({ do: 'find', id: thread.nextId(), key });
    this.#isLate = false;
    this.#hasAnswered = true;
    this.#note(reply);
    const kept = reply.row && fromRow(reply.row);
    // A newer one may have come meanwhile.
    const newer = this.#memory.get(key);
    if (kept && !newer) this.#memory.set(key, kept);
    return newer ?? kept;
  }

  async #keepOnDisk(key: string, answer: KeptAnswer, thread: AnswerThread): Promise<void> {
    const { body, ...head } = answer;
    const row = { head: JSON.stringify(head), body };
    const { until } = answer;
    const reply = await thread.ask({
      do: 'keep',
      id: thread.nextId(),
      key,
      until,
      now: this.#clock.now(),
      row,
    });
    this.#note(reply);
    if (reply.problem !== undefined || reply.setAside !== undefined) this.#dropped++;
    else this.#works();
  }

  /** Only what was written proves that writing works again. */
  #works(): void {
    if (this.#trouble !== undefined) this.#log.write('info', 'cache-resumed', { dropped: this.#dropped });
    this.#trouble = undefined;
  }

  /** What goes wrong is said once. */
  #note({ problem, setAside }: AnswerReply): void {
    if (setAside !== undefined) {
      this.#setAside = `the answer cache was damaged; it was set aside as ${setAside} and a new one was begun`;
      this.#log.write('warn', 'cache-set-aside', { path: setAside });
    }
    if (problem !== undefined && problem !== this.#trouble)
      this.#log.write('warn', 'cache-refused', { problem });
    this.#trouble = problem ?? this.#trouble;
  }
}

function newMemory(memoryBytes: number): BoundedMap<KeptAnswer> {
  return new BoundedMap(
    { entries: MOST_ENTRIES, weight: memoryBytes, heaviest: memoryBytes },
    ({ body }) => body.length + ROW_BYTES,
  );
}

function fromRow({ head, body }: AnswerRow): KeptAnswer | undefined {
  const known = parseJson(head);
  if (!isObject(known)) return undefined;
  return {
    ...trusted<Omit<KeptAnswer, 'body'>>(known),
    body: Buffer.from(body.buffer, body.byteOffset, body.length),
  };
}
