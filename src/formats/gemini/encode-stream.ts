import type { AnswerEvent } from '../../core/answer.ts';
import type { AnswerEcho, StreamEncoder, StreamFraming } from '../../core/format.ts';
import { reframe, sseEvent } from './framing.ts';
import { PartsWriter } from './parts-writer.ts';

/** An encoder for one stream; how it is framed stands in the caller's path. */
export function encodeStream(echo: AnswerEcho): StreamEncoder {
  const framing = reframe(echo.path);
  return framing ? new FramedEncoder(echo, framing) : new ChunkEncoder(echo, sseEvent);
}

/** Writes each piece as a response of its own. */
class ChunkEncoder implements StreamEncoder {
  readonly #writer: PartsWriter;
  readonly #frame: (json: string) => string;

  constructor(echo: AnswerEcho, frame: (json: string) => string) {
    this.#writer = new PartsWriter(echo);
    this.#frame = frame;
  }

  push(event: AnswerEvent): string {
    const parts = this.#writer.push(event);
    if (event.is === 'end') return this.#frame(this.#writer.lastChunk(parts));
    return parts.length === 0 ? '' : this.#frame(this.#writer.chunk(parts));
  }
}

class FramedEncoder extends ChunkEncoder {
  readonly contentType: string;
  readonly framing: StreamFraming;

  constructor(echo: AnswerEcho, framing: StreamFraming) {
    super(echo, (json) => framing.event(json));
    this.contentType = framing.contentType;
    this.framing = framing;
  }

  override push(event: AnswerEvent): string {
    const text = super.push(event);
    return event.is === 'end' ? text + this.framing.close() : text;
  }
}
