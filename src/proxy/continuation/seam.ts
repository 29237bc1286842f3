import type { ContinuedHow } from '../../core/trail.ts';
import { overlap } from './overlap.ts';

/** What the two sides of a seam are made of. */
export interface SeamSides {
  readonly how: ContinuedHow;
  /** What the caller has. */
  readonly delivered: string;
  /** What of it the model was given as the beginning of its answer. */
  readonly prefilled: string;
  /** The model is known to go on from what it is given. */
  readonly isSure: boolean;
}

/** An answer that begins with so many characters of the first one is that answer once more. */
const RESTART = 32;
/** Of a text shorter than this a model that is known to go on may well begin with the same letters. */
const TOO_SHORT = 16;

/**
 * Joins what one model said to what another one (or the same) says next: finds out whether that goes on from the first,
 * begins again from the start, or is something else, and lets through only what the caller does not have.
 */
export class Seam {
  readonly #sides: SeamSides;
  readonly #checksRestart: boolean;
  #state: 'beginning' | 'matching' | 'through' | 'other';
  #held = '';
  #matched = 0;
  /** Characters left out because the caller has them. */
  dropped = 0;
  /** The model began its answer again although it was asked to go on. */
  restarted = false;
  /** The model was seen to go on from the middle of a sentence. */
  goesOn = false;

  constructor(sides: SeamSides) {
    const { how, delivered, isSure } = sides;
    this.#sides = sides;
    this.#checksRestart = delivered !== '' && (!isSure || delivered.length >= TOO_SHORT);
    this.#state = delivered === '' ? 'through' : how === 'replay' ? 'matching' : 'beginning';
  }

  /** What comes is neither the rest of the answer nor the same answer again. */
  get isOther(): boolean {
    return this.#state === 'other';
  }

  /** From here on all that comes is new. */
  get isThrough(): boolean {
    return this.#state === 'through';
  }

  /** More of the answer; returns what of it is new to the caller. */
  push(text: string): string {
    switch (this.#state) {
      case 'through':
        return text;
      case 'matching':
        return this.#match(text);
      case 'beginning':
        this.#held += text;
        return this.#decide(false);
      case 'other':
        return '';
    }
  }

  /** The model has nothing more to say as text; returns what was held back. */
  end(): string {
    if (this.#state === 'beginning') return this.#held === '' ? this.#endEmpty() : this.#decide(true);
    if (this.#state === 'matching') this.#state = 'other';
    return '';
  }

  /** Who is known to go on and says nothing had said all. */
  #endEmpty(): string {
    const { how, isSure } = this.#sides;
    this.#state = how === 'prefill' && isSure ? 'through' : 'other';
    return '';
  }

  #match(text: string): string {
    const { delivered } = this.#sides;
    const part = delivered.slice(this.#matched, this.#matched + text.length);
    if (!text.startsWith(part)) {
      this.#state = 'other';
      return '';
    }
    this.#matched += part.length;
    this.dropped += part.length;
    if (this.#matched === delivered.length) this.#state = 'through';
    return text.slice(part.length);
  }

  #decide(isWhole: boolean): string {
    const again = this.#checksRestart ? this.#again() : 'no';
    if (again === 'perhaps') {
      if (isWhole) this.#state = 'other';
      return '';
    }
    if (again === 'no')
      return this.#sides.how === 'prefill' ? this.#goOn(isWhole) : this.#join(this.#held, isWhole);
    this.restarted = true;
    this.#state = 'matching';
    return this.#match(this.#held);
  }

  /** Whether the answer begins as the first one did. */
  #again(): 'yes' | 'no' | 'perhaps' {
    const start = this.#sides.delivered.slice(0, RESTART);
    if (this.#held.startsWith(start)) return 'yes';
    return start.startsWith(this.#held) ? 'perhaps' : 'no';
  }

  /** The space at the end of what was delivered was not given to the model, which says it itself. */
  #goOn(isWhole: boolean): string {
    const { delivered, prefilled, isSure } = this.#sides;
    const space = delivered.slice(prefilled.length);
    const owed = commonStart(space, this.#held);
    if (owed === this.#held.length && owed < space.length && !isWhole) return '';
    const rest = this.#held.slice(owed);
    if (isSure) return this.#through(rest, owed);
    if (beginsAnew(delivered, rest)) {
      this.#state = 'other';
      return '';
    }
    return this.#join(rest, isWhole, owed);
  }

  #join(text: string, isWhole: boolean, owed = 0): string {
    const same = overlap(this.#sides.delivered, text, isWhole);
    if (same === undefined) return '';
    this.goesOn = same === 0 && isMidSentence(this.#sides.delivered) && text !== '';
    return this.#through(text.slice(same), owed + same);
  }

  #through(text: string, dropped: number): string {
    this.#state = 'through';
    this.dropped += dropped;
    this.#held = '';
    return text;
  }
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

function isMidSentence(text: string): boolean {
  return /[\p{L}\p{N},;(-]$/u.test(text);
}

/** A capital right behind half a sentence: somebody begins another one. */
function beginsAnew(delivered: string, text: string): boolean {
  return isMidSentence(delivered) && /^\s*\p{Lu}\p{Ll}/u.test(text);
}
