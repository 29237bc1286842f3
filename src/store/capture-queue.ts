import type { Capture } from '../core/capture.ts';
import type { CaptureRow } from './verdict.ts';

/**
 * Headers and bodies that wait to be written. Each body is put together once, into memory that is shared with the
 * writing thread: a message with it copies nothing.
 */
export class CaptureQueue {
  readonly #maxBytes: number;
  #rows: CaptureRow[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** False when there is no room. */
  add(id: string, { head, request, answer, hidden }: Capture): boolean {
    if (this.#bytes >= this.#maxBytes) return false;
    const row = {
      id,
      head: JSON.stringify(head),
      request: joined(request),
      answer: joined(answer),
      hidden,
    };
    this.#rows.push(row);
    this.#bytes += row.request.length + row.answer.length;
    return true;
  }

  /** Removes all of them. */
  take(): readonly CaptureRow[] {
    const rows = this.#rows;
    this.#rows = [];
    this.#bytes = 0;
    return rows;
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const whole = new Uint8Array(new SharedArrayBuffer(length));
  let end = 0;
  for (const chunk of chunks) {
    whole.set(chunk, end);
    end += chunk.length;
  }
  return whole;
}
