const OPENING = '<think>';
const CLOSING = '</think>';
/** White space before the tag, at most. */
const LONGEST_LEAD = 64;

/** A piece of a text that has its thoughts in it. */
export interface Piece {
  readonly kind: 'reasoning' | 'text';
  readonly text: string;
}

/**
 * Parts a thought at the beginning of a text from the rest, for servers that leave it there between tags. Only what may
 * be the beginning of a tag is held back.
 */
export class ThinkTags {
  #place: 'before' | 'inside' | 'after-tag' | 'after' = 'before';
  #held = '';

  push(text: string): Piece[] {
    this.#held += text;
    if (this.#place === 'before') this.#open();
    if (this.#place === 'inside') return this.#inside();
    return this.#outside();
  }

  /** What is left when the text is over. */
  rest(): Piece[] {
    const text = this.#held;
    this.#held = '';
    return pieces(this.#place === 'inside' ? 'reasoning' : 'text', text);
  }

  #open(): void {
    const start = this.#held.trimStart();
    if (start.startsWith(OPENING)) {
      this.#place = 'inside';
      this.#held = start.slice(OPENING.length);
    } else if (!OPENING.startsWith(start) || this.#held.length > LONGEST_LEAD) {
      this.#place = 'after';
    }
  }

  #inside(): Piece[] {
    const end = this.#held.indexOf(CLOSING);
    if (end === -1) return pieces('reasoning', this.#release(tailLength(this.#held)));
    const thought = this.#held.slice(0, end);
    this.#held = this.#held.slice(end + CLOSING.length);
    this.#place = 'after-tag';
    return [...pieces('reasoning', thought), ...this.#outside()];
  }

  /** The blank lines after the tag belong to it. */
  #outside(): Piece[] {
    if (this.#place === 'before') return [];
    if (this.#place === 'after-tag') {
      this.#held = this.#held.trimStart();
      if (this.#held === '') return [];
      this.#place = 'after';
    }
    return pieces('text', this.#release(0));
  }

  #release(kept: number): string {
    const end = this.#held.length - kept;
    const text = this.#held.slice(0, end);
    this.#held = this.#held.slice(end);
    return text;
  }
}

/** How much of the end may be the beginning of the closing tag. */
function tailLength(text: string): number {
  for (let length = Math.min(text.length, CLOSING.length - 1); length > 0; length--)
    if (CLOSING.startsWith(text.slice(-length))) return length;
  return 0;
}

function pieces(kind: Piece['kind'], text: string): Piece[] {
  return text === '' ? [] : [{ kind, text }];
}
