import type { AnswerEvent, OpenedPart } from '../../core/answer.ts';
import type { Citation, OpaqueState } from '../../core/conversation.ts';
import { isObject, parseJson } from '../../lib/expect.ts';
import { ObjectEnd } from './object-end.ts';

/** One part of a stream whose parts may overlap. */
interface Lane {
  readonly part: OpenedPart;
  /** What came while another part was open. */
  readonly waiting: AnswerEvent[];
  /** A call's arguments, to know when they are whole. */
  readonly text: string[];
  readonly objectEnd: ObjectEnd;
  closed: boolean;
}

/**
 * Puts the parts of a stream one after the other, for formats in which several may grow at once (parallel calls of
 * OpenAI's chat, output items of Responses). The first open part passes at once; what belongs to others waits until it
 * is whole.
 */
export class PartSequencer<Key> {
  readonly #lanes = new Map<Key, Lane>();

  /** A part begins, or nothing when that key has one already. */
  open(key: Key, part: OpenedPart): readonly AnswerEvent[] {
    if (this.#lanes.has(key)) return [];
    const before = this.#closeWhole();
    const lane: Lane = { part, waiting: [], text: [], objectEnd: new ObjectEnd(), closed: false };
    this.#lanes.set(key, lane);
    const opening: AnswerEvent = { is: 'open', part };
    if (this.#first() === lane) return [...before, opening];
    lane.waiting.push(opening);
    return before;
  }

  has(key: Key): boolean {
    return this.#lanes.has(key);
  }

  delta(key: Key, text: string): readonly AnswerEvent[] {
    const lane = this.#lanes.get(key);
    if (!lane || text === '') return [];
    if (lane.part.kind === 'call') {
      lane.text.push(text);
      lane.objectEnd.push(text);
    }
    return this.#pass(lane, { is: 'delta', text });
  }

  opaque(key: Key, state: OpaqueState): readonly AnswerEvent[] {
    return this.#pass(this.#lanes.get(key), { is: 'opaque', state });
  }

  citation(key: Key, citation: Citation): readonly AnswerEvent[] {
    return this.#pass(this.#lanes.get(key), { is: 'citation', citation });
  }

  /** The part is whole. */
  close(key: Key): readonly AnswerEvent[] {
    const lane = this.#lanes.get(key);
    if (!lane) return [];
    lane.closed = true;
    return this.#drain();
  }

  /** Every part is whole: the stream is over, or another kind of part begins. */
  closeAll(): readonly AnswerEvent[] {
    for (const lane of this.#lanes.values()) lane.closed = true;
    return this.#drain();
  }

  #pass(lane: Lane | undefined, event: AnswerEvent): readonly AnswerEvent[] {
    if (!lane) return [];
    if (this.#first() === lane) return [event];
    lane.waiting.push(event);
    return [];
  }

  #first(): Lane | undefined {
    for (const lane of this.#lanes.values()) return lane;
    return undefined;
  }

  /** A call whose arguments are a whole JSON object cannot grow any more, and need not hold up the next one. */
  #closeWhole(): readonly AnswerEvent[] {
    const events: AnswerEvent[] = [];
    for (let first = this.#first(); first && isWhole(first); first = this.#first()) {
      first.closed = true;
      events.push(...this.#drain());
    }
    return events;
  }

  #drain(): AnswerEvent[] {
    const events: AnswerEvent[] = [];
    for (const [key, lane] of this.#lanes) {
      events.push(...lane.waiting);
      lane.waiting.length = 0;
      if (!lane.closed) break;
      events.push({ is: 'close' });
      this.#lanes.delete(key);
    }
    return events;
  }
}

function isWhole({ part, objectEnd, text }: Lane): boolean {
  if (part.kind !== 'call' || part.custom === true || !objectEnd.reached) return false;
  return isObject(parseJson(text.join('')));
}
