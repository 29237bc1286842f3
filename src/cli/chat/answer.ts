import type { AnswerEvent } from '../../core/answer.ts';
import type { CallerFormat, ProviderCodec, StreamDecoder, StreamJudge } from '../../core/format.ts';
import { field, parseJson, stringField } from '../../lib/expect.ts';
import { SseReader } from '../../lib/sse.ts';

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
  /** Which system answered; only OpenAI's chat format has a place for it. */
  readonly fingerprint: string | undefined;
  /** In the format's own word. */
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

/** A format whose answers can be read here. */
export type ReadableFormat = Pick<CallerFormat, 'name' | 'judgeStream'> & {
  readonly toProvider: Pick<ProviderCodec, 'decodeAnswer' | 'decodeStream'> | undefined;
};

// Whose state an answer carries is of no interest to whoever only looks whether it is whole.
const TARGET = { provider: 'gw', model: '', quirks: [], maxOutput: undefined } as const;

/** What the body of a whole answer says, and what is wrong with it, if anything is. */
export function readWhole(
  format: ReadableFormat,
  body: Buffer,
): { readonly content: ChatContent; readonly problem: string | undefined } {
  const reading = new EventReading();
  for (const event of format.toProvider?.decodeAnswer(body, TARGET) ?? []) reading.take(event);
  const content = { ...reading.content, fingerprint: fingerprintIn(body.toString()) };
  if (reading.problem !== undefined) return { content, problem: reading.problem };
  return { content, problem: content.finish === undefined ? 'the body is no whole chat answer' : undefined };
}

/** The message of an error body, or what else it says. */
export function readError(body: string): string {
  const error = field(parseJson(body), 'error');
  return stringField(error, 'message') ?? (typeof error === 'string' ? error : body.trim().slice(0, 200));
}

/** Puts a streamed answer together, event by event. */
export class StreamReading {
  readonly #format: ReadableFormat;
  readonly #now: () => number;
  readonly #reader = new SseReader();
  readonly #reading = new EventReading();
  readonly #judge: StreamJudge;
  readonly #decoder: StreamDecoder | undefined;
  #fingerprint: string | undefined;
  firstContentAt: number | undefined;

  constructor(format: ReadableFormat, now: () => number) {
    this.#format = format;
    this.#now = now;
    this.#judge = format.judgeStream('chat');
    this.#decoder = format.toProvider?.decodeStream(TARGET);
  }

  push(chunk: Buffer): void {
    for (const { data, name } of this.#reader.push(chunk)) {
      this.#judge.judge(data, name);
      if (data === undefined) continue;
      this.#fingerprint ??= fingerprintIn(data);
      for (const event of this.#decoder?.push(data, name) ?? []) this.#take(event);
    }
  }

  /** The stream ended: what it said, and what is wrong with it, if anything is. */
  end(): { readonly content: ChatContent; readonly problem: string | undefined } {
    for (const event of this.#decoder?.end() ?? []) this.#take(event);
    const content = { ...this.#reading.content, fingerprint: this.#fingerprint };
    return { content, problem: this.#reading.problem ?? this.#whatIsMissing(content) };
  }

  #whatIsMissing({ finish }: ChatContent): string | undefined {
    if (finish === undefined) return 'the stream ended without a finish reason';
    // Decoders forgive what some hosts leave out; what gw hands to its callers has it.
    const isMarked = this.#format.name !== 'openai-chat' || this.#judge.ended;
    return isMarked ? undefined : 'the stream ended without [DONE]';
  }

  #take(event: AnswerEvent): void {
    if (event.is === 'delta' && event.text !== '') this.firstContentAt ??= this.#now();
    this.#reading.take(event);
  }
}

/** What the events of an answer come to. */
class EventReading {
  content: ChatContent = NO_CONTENT;
  problem: string | undefined;
  #isText = false;

  take(event: AnswerEvent): void {
    const { content } = this;
    switch (event.is) {
      case 'start':
        this.content = { ...content, id: event.id, model: event.model };
        return;
      case 'open':
        this.#isText = event.part.kind === 'text' || event.part.kind === 'refusal';
        return;
      case 'delta':
        if (this.#isText) this.content = { ...content, text: content.text + event.text };
        return;
      case 'finish':
        this.content = { ...content, finish: event.raw };
        return;
      case 'error':
        this.problem ??= event.fault.message;
        return;
      case 'malformed':
        this.problem ??= 'an event of the stream is not what its format allows';
        return;
      case 'citation':
      case 'opaque':
      case 'close':
      case 'usage':
      case 'lost':
      case 'ping':
      case 'end':
    }
  }
}

function fingerprintIn(text: string): string | undefined {
  return /"system_fingerprint":\s*"([^"]*)"/.exec(text)?.[1];
}
