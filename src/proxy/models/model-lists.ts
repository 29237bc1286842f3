import { readModelNames } from '../../core/model-list.ts';
import type { LogPort } from '../../core/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import { errorMessage } from '../../lib/expect.ts';
import type { Fleet, ModelSource } from '../fleet.ts';

/** New models appear a few times a month; a list this old is read again in the background. */
const FRESH_MS = 60 * 60_000;
const LIMIT_MS = 5_000;
/** The longest real list (an aggregator's, with prices) is under 2 MB. */
const LONGEST_BODY = 8 * 1024 * 1024;

/**
 * What models the providers say they have. Read in the background and kept in memory, so that `/v1/models` is answered
 * at once and never fails because a provider is down; what cannot be read keeps its last list.
 */
export class ModelLists {
  readonly #clock: Clock;
  readonly #log: LogPort;
  readonly #names = new Map<string, readonly string[]>();
  readonly #reads: boolean;
  #readAt = -Infinity;

  /** With `reads` false no provider is ever asked, and every list stays empty. */
  constructor(clock: Clock, log: LogPort, reads: boolean) {
    this.#clock = clock;
    this.#log = log;
    this.#reads = reads;
  }

  /** The last list of a provider; empty while none was read. */
  names(provider: string): readonly string[] {
    return this.#names.get(provider) ?? [];
  }

  /** Every list that was read, by provider. */
  all(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries(this.#names);
  }

  /** Reads the lists again when they are old; callers do not wait for it. */
  refreshWhenOld(fleet: Fleet): void {
    if (this.#clock.monotonic() - this.#readAt > FRESH_MS) void this.refresh(fleet);
  }

  /** Reads every provider's list. Never rejects. */
  async refresh(fleet: Fleet): Promise<void> {
    if (!this.#reads) return;
    this.#readAt = this.#clock.monotonic();
    await Promise.all(fleet.modelSources().map((source) => this.#read(source)));
  }

  async #read({ provider, upstream, path, headers }: ModelSource): Promise<void> {
    try {
      const answer = await upstream.pool.request({
        method: 'GET',
        path,
        headers: ['accept-encoding', 'identity', ...headers],
        signal: AbortSignal.timeout(LIMIT_MS),
      });
      const chunks: Buffer[] = [];
      let length = 0;
      for await (const chunk of answer.body) {
        if (!Buffer.isBuffer(chunk)) continue;
        length += chunk.length;
        if (length > LONGEST_BODY) throw new RangeError('the list is too long');
        chunks.push(chunk);
      }
      const names = readModelNames(Buffer.concat(chunks).toString('utf8'));
      if (answer.statusCode === 200 && names) this.#names.set(provider, names);
    } catch (error) {
      this.#log.write('debug', 'models-unread', { provider, reason: errorMessage(error) });
    }
  }
}
