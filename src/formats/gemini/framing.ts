import type { StreamFraming } from '../../core/format.ts';
import { wantsArray } from './path.ts';

/** How a caller of this path wants its stream, when not as server-sent events. */
export function reframe(path: string): StreamFraming | undefined {
  return wantsArray(path) ? new ArrayFraming() : undefined;
}

/** The events as elements of one JSON array, as Google writes it; each is whole when its closing brace is there. */
export class ArrayFraming implements StreamFraming {
  readonly contentType = 'application/json; charset=UTF-8';
  /** Space between elements means nothing. */
  readonly keepAlive = '\n';
  #isOpen = false;

  event(data: string): string {
    const before = this.#isOpen ? '\n,\n' : '[';
    this.#isOpen = true;
    return `${before}${data}`;
  }

  close(): string {
    return this.#isOpen ? '\n]' : '[]';
  }
}

/** The usual framing. */
export function sseEvent(data: string): string {
  return `data: ${data}\n\n`;
}
