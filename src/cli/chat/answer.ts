import { field, parseJson, stringField } from '../../lib/expect.ts';
import { type SseEvent, SseReader } from '../../lib/sse.ts';

/** What a caller got for one chat request, and whether it is whole by the rules of the format. */
export interface ChatAnswer {
  /** `whole`: finished as it should; `refused`: an error instead; `broken`: it began and did not finish; `none`: nothing came. */
  readonly is: 'whole' | 'refused' | 'broken' | 'none';
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: ChatContent;
  /** What the caller was told, or found missing; undefined for a whole answer. */
  readonly problem: string | undefined;
  readonly totalMs: number;
  /** Until the first content of a stream; undefined when not streamed. */
  readonly firstContentMs: number | undefined;
}

/** What an answer says, streamed or not. */
export interface ChatContent {
  readonly text: string;
  readonly id: string | undefined;
  readonly model: string | undefined;
  readonly fingerprint: string | undefined;
  readonly finish: string | undefined;
}

/** An answer that said nothing. */
export const NO_CONTENT: ChatContent = {
  text: '',
  id: undefined,
  model: undefined,
  fingerprint: undefined,
  finish: undefined,
};

/** What the body of a whole answer says; undefined when it is not a chat answer. */
export function readWhole(body: string): ChatContent | undefined {
  const parsed = parseJson(body);
  const choices = field(parsed, 'choices');
  const first: unknown = Array.isArray(choices) ? choices[0] : undefined;
  if (first === undefined) return undefined;
  return {
    text: stringField(field(first, 'message'), 'content') ?? '',
    id: stringField(parsed, 'id'),
    model: stringField(parsed, 'model'),
    fingerprint: stringField(parsed, 'system_fingerprint'),
    finish: stringField(first, 'finish_reason'),
  };
}

/** The message of an error body in OpenAI's shape, or what else it says. */
export function readError(body: string): string {
  const error = field(parseJson(body), 'error');
  return stringField(error, 'message') ?? (typeof error === 'string' ? error : body.trim().slice(0, 200));
}

/** Puts a streamed answer together, event by event. */
export class StreamReading {
  readonly #reader = new SseReader();
  readonly #now: () => number;
  #content: ChatContent = NO_CONTENT;
  #error: string | undefined;
  #ended = false;
  firstContentAt: number | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  push(chunk: Buffer): void {
    for (const event of this.#reader.push(chunk)) this.#take(event);
  }

  get content(): ChatContent {
    return this.#content;
  }

  /** What is wrong with what came so far; undefined when it is a whole answer. */
  problem(): string | undefined {
    if (this.#error !== undefined) return this.#error;
    if (this.#content.finish === undefined) return 'the stream ended without a finish reason';
    return this.#ended ? undefined : 'the stream ended without [DONE]';
  }

  #take({ data }: SseEvent): void {
    if (data === undefined) return;
    if (data === '[DONE]') {
      this.#ended = true;
      return;
    }
    const parsed = parseJson(data);
    if (parsed === undefined) {
      this.#error ??= 'an event of the stream is not JSON';
      return;
    }
    if (field(parsed, 'error') !== undefined) this.#error ??= readError(data);
    const choices = field(parsed, 'choices');
    this.#takeChoice(parsed, Array.isArray(choices) ? choices[0] : undefined);
  }

  #takeChoice(parsed: unknown, choice: unknown): void {
    const delta = field(choice, 'delta');
    const text = stringField(delta, 'content') ?? '';
    const reasoning = stringField(delta, 'reasoning_content') ?? stringField(delta, 'reasoning') ?? '';
    if (text !== '' || reasoning !== '') this.firstContentAt ??= this.#now();
    const { content } = this;
    this.#content = {
      text: content.text + text,
      id: content.id ?? stringField(parsed, 'id'),
      model: content.model ?? stringField(parsed, 'model'),
      fingerprint: content.fingerprint ?? stringField(parsed, 'system_fingerprint'),
      finish: content.finish ?? stringField(choice, 'finish_reason'),
    };
  }
}
