import type { MetricFamily } from '../core/metric.ts';
import type { LogPort } from '../core/ports.ts';
import type { Trail } from '../core/trail.ts';
import type { Clock } from '../lib/clock.ts';
import { errorCode, errorMessage } from '../lib/expect.ts';
import type { Destination, ExportPlan } from './export-plan.ts';
import { GenAiMetrics } from './genai.ts';
import { metricsMessage, otlpMetric, type Sender, traceMessage } from './otlp.ts';
import { readPartialSuccess } from './partial-success.ts';
import { type SpanMaker, spansOf } from './spans.ts';

// As OpenTelemetry's own batch processor: a queue of 2048, batches of 512 spans, sent at the latest after 5 s. A request
// is two spans and more. More of them at once would hold up the requests under way (512 requests with a failover each are
// 1.8 MB and take 20 ms to write), and a message above 1 MB is refused by many a proxy before a collector.
const MOST_WAITING = 2_048;
const BATCH = 128;
/** So many messages in a row that were small enough make a larger one worth a try: one exchange may have been the large one. */
const TAKEN_TO_GROW = 16;
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
 * is asked again after longer and longer pauses; what finds no room meanwhile is counted and dropped. The metrics count
 * every exchange, whether or not its spans arrive.
 */
export class Exporter {
  readonly #parts: ExporterParts;
  readonly #genai: GenAiMetrics;
  #waiting: Trail[] = [];
  #cancel: (() => void) | undefined;
  #cancelMetrics: (() => void) | undefined;
  #failures = 0;
  #pauseMs = 0;
  /** Why a destination does not take what is sent, while that is so. */
  readonly #problems = new Map<Destination, { readonly is: Answer['is']; readonly why: string }>();
  /** Exchanges at the head of those waiting that are in the metrics already. */
  #counted = 0;
  /** Smaller once the collector, or a proxy before it, said that a message was too large. */
  #batch = BATCH;
  /** Messages that were small enough since then. */
  #fitting = 0;
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
    return this.#problems.values().next().value?.why;
  }

  /** Takes an ended exchange. On the hot path. */
  add(trail: Trail): void {
    if (this.#closed || trail.rehearsal === true) return;
    if (this.#waiting.length >= MOST_WAITING) {
      this.dropped++;
      this.#genai.add(trail);
      return;
    }
    this.#waiting.push(trail);
    if (this.#sending) return;
    // A collector that is down is asked again when its pause is over, however many wait.
    if (this.#cancel === undefined) this.#schedule(this.#waiting.length >= this.#batch ? 0 : DELAY_MS);
    else if (this.#waiting.length === this.#batch && this.#failures === 0) this.#schedule(0);
  }

  /** Sends what is left, once, and ends. A collector that was down may be back by now, so that is tried too. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    this.#cancelMetrics?.();
    await this.#sending;
    this.#failures = 0;
    while (this.#waiting.length > 0 && this.#failures === 0) await this.#sendBatch();
    this.giveUp();
    await this.#sendMetrics();
  }

  /** Lets go of what still waits, and says how much that was. */
  giveUp(): void {
    const lost = this.#waiting.length;
    if (lost === 0) return;
    this.#count(lost);
    this.#waiting = [];
    this.#counted = 0;
    this.dropped += lost;
    this.#parts.log.write('warn', 'export-lost', { requests: lost, reason: this.problem() });
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
    return this.#waiting.length >= this.#batch ? 0 : DELAY_MS;
  }

  async #sendBatch(): Promise<void> {
    const batch = this.#waiting.slice(0, this.#batch);
    this.#count(batch.length);
    const answer = await this.#sendSpans(batch);
    if (answer.is === 'later') {
      this.#pause(answer.afterMs);
      return;
    }
    this.#failures = 0;
    if (answer.is === 'too-large' && batch.length > 1) {
      this.#batch = Math.ceil(batch.length / 2);
      this.#fitting = 0;
      return;
    }
    if (answer.is === 'taken') this.#grow();
    this.#waiting.splice(0, batch.length);
    this.#counted = Math.max(0, this.#counted - batch.length);
    // Of spans that were left out nobody says which they were: at most an exchange each.
    if (answer.is === 'taken') this.dropped += Math.min(answer.rejected, batch.length);
    else this.#refused(answer.why, batch.length);
  }

  #grow(): void {
    if (this.#batch >= BATCH || ++this.#fitting < TAKEN_TO_GROW) return;
    this.#batch = Math.min(BATCH, this.#batch * 2);
    this.#fitting = 0;
  }

  async #sendSpans(batch: readonly Trail[]): Promise<Answer> {
    const { plan, sender } = this.#parts;
    const spans = plan.traces ? batch.flatMap((trail) => spansOf(trail, this.#parts)) : [];
    if (!plan.traces || spans.length === 0) return TAKEN;
    return this.#send(plan.traces, traceMessage(sender, spans));
  }

  #refused(why: string, requests: number): void {
    this.dropped += requests;
    const { traces } = this.#parts.plan;
    if (traces) this.#failed(traces, 'refused', why);
  }

  /** Puts the first of those waiting into the metrics, each once however often it is sent. */
  #count(first: number): void {
    for (const trail of this.#waiting.slice(this.#counted, first)) this.#genai.add(trail);
    this.#counted = Math.max(this.#counted, first);
  }

  /** Longer each time, and between half and all of that, so that many senders do not come back at once. */
  #pause(askedMs: number | undefined): void {
    this.#failures++;
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#failures - 1));
    // Who asks for no pause at all is not asked without one.
    this.#pauseMs = Math.max(askedMs ?? 0, pause * (0.5 + this.#parts.random() / 2));
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
    const answer = await this.#send(plan.metrics, metricsMessage(sender, metrics));
    if (answer.is === 'refused' || answer.is === 'too-large')
      this.#failed(plan.metrics, 'refused', answer.why);
  }

  async #send(destination: Destination, message: object): Promise<Answer> {
    try {
      const { status, retryAfterMs, text } = await this.#parts.post(destination, JSON.stringify(message));
      if (status >= 200 && status < 300) return this.#taken(destination, text);
      const why = `${destination.url} answered ${status}${text === '' ? '' : `: ${text.slice(0, 200)}`}`;
      if (!PASSING.has(status)) return { is: isTooLarge(status, text) ? 'too-large' : 'refused', why };
      this.#failed(destination, 'later', why);
      return { is: 'later', afterMs: retryAfterMs };
    } catch (error) {
      this.#failed(destination, 'later', `${destination.url}: ${innermost(error)}`);
      return { is: 'later', afterMs: undefined };
    }
  }

  /** What is left out of a message that was taken is not to be sent again (OTLP's partial success). */
  #taken(destination: Destination, text: string): Answer {
    const partial = readPartialSuccess(text);
    if (partial === undefined) {
      this.#worked(destination);
      return TAKEN;
    }
    const { rejected, message } = partial;
    const said = message === '' ? '' : `: ${message.slice(0, 200)}`;
    this.#failed(
      destination,
      'taken',
      rejected > 0
        ? `${destination.url} left out ${rejected} of what it was sent${said}`
        : `${destination.url} warns${said}`,
    );
    return { is: 'taken', rejected };
  }

  #worked(destination: Destination): void {
    if (!this.#problems.delete(destination)) return;
    this.#parts.log.write('info', 'export-recovered', { to: destination.url, dropped: this.dropped });
  }

  /** Says in the log that something is wrong, and once more where what follows from it is another: waiting, or losing. */
  #failed(destination: Destination, is: Answer['is'], why: string): void {
    const before = this.#problems.get(destination);
    if (before?.is !== is) this.#parts.log.write('warn', 'export-failed', { reason: why });
    this.#problems.set(destination, { is, why });
  }
}

/** By HTTP a 413; OpenTelemetry's own collector says 400 with the words of Go's `http.MaxBytesReader`. */
function isTooLarge(status: number, text: string): boolean {
  return (
    status === 413 || (status === 400 && /\b(?:body|message|payload|entity) (?:is )?too large\b/i.test(text))
  );
}

/** `fetch failed` says nothing; what it is caused by does. */
function innermost(error: unknown): string {
  if (error instanceof Error && error.cause !== undefined) return innermost(error.cause);
  return errorMessage(error) || errorCode(error) || 'no answer';
}

/** What a collector made of a message. */
type Answer =
  | { readonly is: 'taken'; readonly rejected: number }
  | { readonly is: 'refused' | 'too-large'; readonly why: string }
  | { readonly is: 'later'; readonly afterMs: number | undefined };

const TAKEN: Answer = { is: 'taken', rejected: 0 };
