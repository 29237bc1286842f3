import type { MetricFamily } from '../core/metric.ts';
import type { LogPort } from '../core/ports.ts';
import type { Trail } from '../core/trail.ts';
import type { Clock } from '../lib/clock.ts';
import { errorCode, errorMessage } from '../lib/expect.ts';
import type { Destination, ExportPlan } from './export-plan.ts';
import { GenAiMetrics } from './genai.ts';
import { metricsMessage, otlpMetric, type Sender, traceMessage } from './otlp.ts';
import { type SpanMaker, spansOf } from './spans.ts';

// As OpenTelemetry's own batch processor: a queue of 2048, batches of 512, sent at the latest after 5 s.
const MOST_WAITING = 2_048;
const BATCH = 512;
const DELAY_MS = 5_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** What the OTLP specification lists as worth another try. */
const PASSING = new Set([429, 502, 503, 504]);

/** Sends one message; rejects when nobody answers in time. */
export type Post = (
  destination: Destination,
  body: string,
) => Promise<{ readonly status: number; readonly retryAfterMs?: number; readonly text: string }>;

/** What an exporter is made from. */
export interface ExporterParts extends SpanMaker {
  readonly plan: ExportPlan;
  readonly sender: Sender;
  readonly post: Post;
  readonly clock: Clock;
  readonly log: LogPort;
  readonly startedAt: number;
  readonly families: () => Promise<readonly MetricFamily[]>;
  readonly random: () => number;
}

/**
 * Sends finished exchanges and metrics to a collector, in batches and off the path of requests. A collector that is down
 * is asked again after longer and longer pauses; what finds no room meanwhile is counted and dropped.
 */
export class Exporter {
  readonly #parts: ExporterParts;
  readonly #genai: GenAiMetrics;
  #waiting: Trail[] = [];
  #cancel: (() => void) | undefined;
  #cancelMetrics: (() => void) | undefined;
  #failures = 0;
  #pauseMs = 0;
  #problem: string | undefined;
  #sending: Promise<void> | undefined;
  #closed = false;
  /** Exchanges that were not told of. */
  dropped = 0;

  constructor(parts: ExporterParts) {
    this.#parts = parts;
    this.#genai = new GenAiMetrics(parts.describe);
    if (parts.plan.metrics) this.#scheduleMetrics();
  }

  /** Why the collector does not take what is sent, while that is so. */
  problem(): string | undefined {
    return this.#problem;
  }

  /** Takes an ended exchange. On the hot path. */
  add(trail: Trail): void {
    if (this.#closed || trail.rehearsal === true) return;
    if (this.#waiting.length >= MOST_WAITING) {
      this.dropped++;
      return;
    }
    this.#waiting.push(trail);
    if (this.#sending) return;
    // A collector that is down is asked again when its pause is over, however many wait.
    if (this.#cancel === undefined) this.#schedule(this.#waiting.length >= BATCH ? 0 : DELAY_MS);
    else if (this.#waiting.length === BATCH && this.#failures === 0) this.#schedule(0);
  }

  /** Sends what is left, once, and ends. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    this.#cancelMetrics?.();
    await this.#sending;
    while (this.#waiting.length > 0 && this.#failures === 0) await this.#sendBatch();
    this.dropped += this.#waiting.length;
    this.#waiting = [];
    if (this.#problem === undefined) await this.#sendMetrics();
  }

  #schedule(delayMs: number): void {
    this.#cancel?.();
    this.#cancel = this.#parts.clock.after(delayMs, () => {
      this.#cancel = undefined;
      this.#sending = this.#sendBatch().finally(() => {
        this.#sending = undefined;
        if (!this.#closed && this.#waiting.length > 0) this.#schedule(this.#nextDelay());
      });
    });
  }

  #nextDelay(): number {
    if (this.#failures > 0) return this.#pauseMs;
    return this.#waiting.length >= BATCH ? 0 : DELAY_MS;
  }

  async #sendBatch(): Promise<void> {
    const batch = this.#waiting.slice(0, BATCH);
    const { plan, sender } = this.#parts;
    const spans = plan.traces ? batch.flatMap((trail) => spansOf(trail, this.#parts)) : [];
    const answer =
      plan.traces && spans.length > 0 ? await this.#send(plan.traces, traceMessage(sender, spans)) : TAKEN;
    if (answer.is === 'later') {
      this.#pause(answer.afterMs);
      return;
    }
    this.#failures = 0;
    for (const trail of batch) this.#genai.add(trail);
    this.#waiting.splice(0, batch.length);
    if (answer.is === 'refused') this.dropped += batch.length;
  }

  /** Longer each time, and between half and all of that, so that many senders do not come back at once. */
  #pause(askedMs: number | undefined): void {
    this.#failures++;
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#failures - 1));
    this.#pauseMs = askedMs ?? pause * (0.5 + this.#parts.random() / 2);
  }

  #scheduleMetrics(): void {
    this.#cancelMetrics = this.#parts.clock.after(this.#parts.plan.intervalMs, () => {
      void this.#sendMetrics().finally(() => {
        if (!this.#closed) this.#scheduleMetrics();
      });
    });
  }

  /** Metrics are cumulative: what did not arrive is in the next message. */
  async #sendMetrics(): Promise<void> {
    const { plan, sender, families, startedAt, clock } = this.#parts;
    if (!plan.metrics) return;
    const time = { from: startedAt, to: clock.now() };
    const metrics = [...this.#genai.families(), ...(await families())]
      .filter(({ samples }) => samples.length > 0)
      .map((family) => otlpMetric(family, time));
    await this.#send(plan.metrics, metricsMessage(sender, metrics));
  }

  async #send(destination: Destination, message: object): Promise<Answer> {
    try {
      const { status, retryAfterMs, text } = await this.#parts.post(destination, JSON.stringify(message));
      if (status >= 200 && status < 300) {
        this.#worked();
        return TAKEN;
      }
      this.#failed(`${destination.url} answered ${status}${text === '' ? '' : `: ${text.slice(0, 200)}`}`);
      return PASSING.has(status) ? { is: 'later', afterMs: retryAfterMs } : { is: 'refused' };
    } catch (error) {
      this.#failed(`${destination.url}: ${innermost(error)}`);
      return { is: 'later', afterMs: undefined };
    }
  }

  #worked(): void {
    if (this.#problem === undefined) return;
    this.#problem = undefined;
    this.#parts.log.write('info', 'export-recovered', { dropped: this.dropped });
  }

  #failed(why: string): void {
    if (this.#problem === undefined) this.#parts.log.write('warn', 'export-failed', { reason: why });
    this.#problem = why;
  }
}

/** `fetch failed` says nothing; what it is caused by does. */
function innermost(error: unknown): string {
  if (error instanceof Error && error.cause !== undefined) return innermost(error.cause);
  return errorMessage(error) || errorCode(error) || 'no answer';
}

/** What a collector made of a message. */
type Answer =
  | { readonly is: 'taken' }
  | { readonly is: 'refused' }
  | { readonly is: 'later'; readonly afterMs: number | undefined };

const TAKEN: Answer = { is: 'taken' };
