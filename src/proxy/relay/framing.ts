import type { Format } from '../../core/format.ts';
import { SseReader } from '../../lib/sse.ts';
import { AwsEventReader } from './aws-event-stream.ts';

/** One event of a stream, whatever its framing. */
export interface Frame {
  readonly data: string;
  readonly name: string | undefined;
}

/** Cuts the bytes of a stream into its events. */
export interface FrameReader {
  /** Throws a `RangeError` with a sentence when the bytes cannot be what they should. */
  push(chunk: Buffer): readonly Frame[];
  /** What is left at the end, when it is an event that only lacks its end mark. */
  rest(): readonly Frame[];
  readonly heldBytes: number;
}

/** The reader for one stream of a format. */
export function frameReader(frames: Format['frames']): FrameReader {
  switch (frames) {
    case 'sse':
      return new SseFrames();
    case 'ndjson':
      return new LineFrames();
    case 'aws-event-stream':
      return new AwsEventReader();
  }
}

class SseFrames implements FrameReader {
  readonly #reader = new SseReader();

  get heldBytes(): number {
    return this.#reader.heldBytes;
  }

  push(chunk: Buffer): readonly Frame[] {
    const frames: Frame[] = [];
    for (const { data, name } of this.#reader.push(chunk)) {
      if (data !== undefined) frames.push({ data, name });
    }
    return frames;
  }

  rest(): readonly Frame[] {
    return this.#reader.heldBytes === 0 ? [] : this.push(Buffer.from('\n\n'));
  }
}

/** One JSON text per line (https://github.com/ndjson/ndjson-spec). */
class LineFrames implements FrameReader {
  #parts: Buffer[] = [];
  #held = 0;

  get heldBytes(): number {
    return this.#held;
  }

  push(chunk: Buffer): readonly Frame[] {
    const frames: Frame[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      this.#take(chunk.subarray(start, end), frames);
      start = end + 1;
    }
    if (start < chunk.length) {
      this.#parts.push(chunk.subarray(start));
      this.#held += chunk.length - start;
    }
    return frames;
  }

  rest(): readonly Frame[] {
    return this.push(Buffer.from('\n'));
  }

  #take(end: Buffer, frames: Frame[]): void {
    const line = this.#parts.length === 0 ? end : Buffer.concat([...this.#parts, end]);
    this.#parts = [];
    this.#held = 0;
    const data = line.toString('utf8').trim();
    if (data !== '') frames.push({ data, name: undefined });
  }
}
