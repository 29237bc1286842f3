import type { AnswerEvent, FinishReason } from '../../core/answer.ts';
import { fault } from '../../core/fault.ts';
import type { JsonView } from '../../lib/json-view.ts';
import { withCalls } from '../hub/finish.ts';
import { mimeOfBytes } from '../hub/media-type.ts';
import { PartFlow } from '../hub/part-flow.ts';
import { classifyInside } from './errors.ts';
import { readUsage } from './usage.ts';

/** `load` and `unload` answer a request without messages. */
const REASONS: Readonly<Record<string, FinishReason>> = { stop: 'stop', length: 'length' };

/** Reads the pieces of one answer, streamed or whole, as events. */
export class AnswerReader {
  readonly #parts = new PartFlow();
  #started = false;
  #over = false;

  /** True once the answer has ended, well or not. */
  get over(): boolean {
    return this.#over;
  }

  read(piece: JsonView): AnswerEvent[] {
    const error = piece.get('error');
    if (error) return this.#fail(error);
    const message = piece.get('message');
    const isDone = piece.flag('done') === true;
    if (message?.kind !== 'object' && !isDone) return [{ is: 'malformed' }];
    const events = [...this.#start(piece), ...(message ? this.#say(message) : [])];
    return isDone ? [...events, ...this.#finish(piece)] : events;
  }

  /** The provider has nothing more to say; without a last message the answer is cut off. */
  end(): AnswerEvent[] {
    if (this.#over) return [];
    this.#over = true;
    const code = this.#parts.said ? 'stream_broken' : 'upstream_garbled';
    return [
      ...this.#parts.close(),
      { is: 'error', fault: fault(code, 'the answer ended before it was finished') },
    ];
  }

  #fail(error: JsonView): AnswerEvent[] {
    this.#over = true;
    return [{ is: 'error', fault: classifyInside(error.value()) }];
  }

  #start(piece: JsonView): AnswerEvent[] {
    if (this.#started) return [];
    this.#started = true;
    const model = piece.string('model');
    const created = Date.parse(piece.string('created_at') ?? '');
    return [
      {
        is: 'start',
        ...(model !== undefined && { model }),
        ...(Number.isFinite(created) && { created: Math.floor(created / 1000) }),
      },
    ];
  }

  #say(message: JsonView): AnswerEvent[] {
    return [
      ...this.#parts.text('reasoning', message.string('thinking') ?? ''),
      ...this.#parts.text('text', message.string('content') ?? ''),
      ...message.list('images').flatMap((image) => this.#draw(image.asString() ?? '')),
      ...message.list('tool_calls').flatMap((call) => this.#call(call)),
    ];
  }

  /** Base64 without a word of its kind (https://github.com/ollama/ollama/blob/main/docs/api.md). */
  #draw(image: string): AnswerEvent[] {
    return image === ''
      ? []
      : this.#parts.media({ kind: 'media', mime: mimeOfBytes(image) ?? 'image/png', data: image });
  }

  #call(call: JsonView): AnswerEvent[] {
    const called = call.get('function');
    const name = called?.string('name');
    if (called === undefined || name === undefined) return [{ is: 'malformed' }];
    const given = called.get('arguments');
    // An object; servers that stand in for Ollama's write OpenAI's text.
    return this.#parts.call(call.string('id') ?? '', name, given?.asString() ?? given?.text ?? '{}');
  }

  #finish(piece: JsonView): AnswerEvent[] {
    this.#over = true;
    const usage = readUsage(piece.value());
    const raw = piece.string('done_reason');
    const said = Object.hasOwn(REASONS, raw ?? 'stop') ? REASONS[raw ?? 'stop'] : undefined;
    const reason = withCalls(said ?? 'other', this.#parts.called);
    return [
      ...this.#parts.close(),
      ...(usage ? [{ is: 'usage', usage } as const] : []),
      { is: 'finish', reason, ...(raw !== undefined && { raw }) },
      { is: 'end' },
    ];
  }
}
