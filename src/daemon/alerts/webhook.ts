import type { Clock } from '../../lib/clock.ts';
import { errorCode, errorMessage } from '../../lib/expect.ts';
import type { Alert, AlertSink } from './alert.ts';

/** Before the second and the third try. */
const WAITS_MS = [1_000, 5_000] as const;
/** A receiver that is down for long gets the latest ones only. */
const MOST_QUEUED = 50;

/** Posts JSON and answers with the status. Rejects when no answer comes in time; follows no redirect. */
export type Post = (url: string, body: string) => Promise<{ readonly status: number }>;

/** What a webhook works with. */
export interface WebhookParts {
  /** Such addresses often are credentials: it stands in no log and no message. */
  readonly url: string;
  readonly post: Post;
  readonly clock: Clock;
  readonly version: string;
}

/** Posts alerts to an address, one after the other, each up to three times. */
export class WebhookSink implements AlertSink {
  readonly name = 'webhook';
  readonly #parts: WebhookParts;
  readonly #queue: { readonly alert: Alert; readonly done: (problem?: string) => void }[] = [];
  #busy = false;

  constructor(parts: WebhookParts) {
    this.#parts = parts;
  }

  send(alert: Alert): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#queue.push({ alert, done: resolve });
      if (this.#queue.length > MOST_QUEUED) this.#queue.shift()?.done('too many alerts wait for the webhook');
      if (!this.#busy) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift())
      next.done(await this.#deliver(next.alert));
    this.#busy = false;
  }

  async #deliver(alert: Alert): Promise<string | undefined> {
    const body = JSON.stringify(payload(alert, this.#parts.version));
    let problem = '';
    for (const waitMs of [0, ...WAITS_MS]) {
      if (waitMs > 0) await this.#pause(waitMs);
      const outcome = await this.#try(body);
      if (outcome === undefined) return undefined;
      problem = outcome.problem;
      // What was refused for what it is would be refused again. Whoever asks for a test wants to hear at once.
      if (outcome.final || alert.kind === 'test') break;
    }
    return problem;
  }

  async #try(body: string): Promise<{ problem: string; final: boolean } | undefined> {
    try {
      const { status } = await this.#parts.post(this.#parts.url, body);
      if (status >= 200 && status < 300) return undefined;
      if (status >= 300 && status < 400)
        return { problem: `it answered ${status}; redirects are not followed`, final: true };
      return { problem: `it answered ${status}`, final: status < 500 && status !== 429 && status !== 408 };
    } catch (error) {
      // Messages of the network repeat the address; its code does not.
      return {
        problem: errorCode(error) ?? withoutAddress(errorMessage(error), this.#parts.url),
        final: false,
      };
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#parts.clock.after(ms, resolve));
  }
}

/** `text` is what Slack, Mattermost and others show; the rest is for programs. */
function payload({ kind, title, message, at }: Alert, version: string): Readonly<Record<string, unknown>> {
  return {
    text: `${title}: ${message}`,
    event: kind,
    title,
    message,
    at: new Date(at).toISOString(),
    source: 'gw',
    version,
  };
}

function withoutAddress(text: string, url: string): string {
  return text.replaceAll(url, 'the address').split('\n')[0] ?? text;
}
