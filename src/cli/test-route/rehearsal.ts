import { BASE_PATHS } from '../../core/base-path.ts';
import type { CallerFormatName } from '../../core/operation.ts';
import type { Trail } from '../../core/trail.ts';
import { CALLER_FORMATS } from '../../formats/index.ts';
import type { ChatAnswer } from '../chat/answer.ts';
import type { Caller } from '../chat/caller.ts';
import { SHORT_ANSWER_TOKENS } from '../chat/question.ts';
import type { Ground } from './ground.ts';
import type { TestSubject } from './subject.ts';

// Longer than gw waits for a whole answer while another target remains; a local server may load a model from disk.
const TIMEOUT_MS = 130_000;
// The trail is closed a moment after the last byte of the answer has left.
const TRAIL_MS = 2_000;
const TRAIL_POLL_MS = 10;

/** The names of an answer's limit in OpenAI's chat format; newer models of OpenAI refuse the old one. */
export type TokenLimit = 'max_tokens' | 'max_completion_tokens';

/** One request through gw that counts in no statistic and against nobody's health. */
export interface RehearsalOrder {
  /** Position in the plan, keys counted, from 1 → fault. */
  readonly faults: Readonly<Record<number, string>>;
  readonly dry: boolean;
  readonly stream: boolean;
  readonly limit: TokenLimit;
  /** What the caller speaks. */
  readonly format: CallerFormatName;
  /** Only this target is asked. */
  readonly pinned?: string;
}

/** What a rehearsal showed: what its caller got, and what gw did. */
export interface Rehearsal {
  readonly answer: ChatAnswer;
  readonly trail: Trail | undefined;
}

/** Sends rehearsals for one subject through one gw. */
export class Rehearser {
  readonly #ground: Ground;
  readonly #caller: Caller;
  readonly #subject: TestSubject;

  constructor(ground: Ground, caller: Caller, subject: TestSubject) {
    this.#ground = ground;
    this.#caller = caller;
    this.#subject = subject;
  }

  async send({ faults, dry, stream, limit, format, pinned }: RehearsalOrder): Promise<Rehearsal> {
    const { control, status, headers } = this.#ground;
    const { name, route, model } = this.#subject;
    const { token } = await control.call('drill', { route: name, faults, dry });
    const answer = await this.#caller.ask({
      baseUrl: status.address + BASE_PATHS[format],
      format: CALLER_FORMATS[format],
      question: {
        text: 'Say ok.',
        model,
        stream,
        maxTokens: SHORT_ANSWER_TOKENS,
        quirks: limit === 'max_tokens' ? ['max-tokens-old'] : [],
      },
      headers: {
        ...headers,
        'user-agent': 'gw-test-route',
        'x-gw-drill': token,
        ...(pinned === undefined
          ? route === undefined
            ? {}
            : { 'x-gw-route': route }
          : { 'x-gw-targets': pinned }),
      },
      timeoutMs: TIMEOUT_MS,
    });
    const id = answer.headers['x-gw-request-id'];
    return { answer, trail: id === undefined ? undefined : await this.#trail(id) };
  }

  async #trail(id: string): Promise<Trail | undefined> {
    const deadline = performance.now() + TRAIL_MS;
    for (;;) {
      const trail = (await this.#ground.control.call('exchange', { id })) ?? undefined;
      if ((trail !== undefined && trail.outcome !== 'pending') || performance.now() > deadline) return trail;
      await new Promise((resolve) => setTimeout(resolve, TRAIL_POLL_MS));
    }
  }
}
