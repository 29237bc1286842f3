import type { AnswerEvent, FinishReason, OpenedPart } from '../../core/answer.ts';
import type { Citation, OpaqueState, Part } from '../../core/conversation.ts';
import type { Fault } from '../../core/fault.ts';
import type { Usage } from '../../core/usage.ts';
import { mediaPart, openedMedia } from './answer-media.ts';

/** A whole answer: what its events come to. */
export interface FoldedAnswer {
  readonly id: string | undefined;
  readonly model: string | undefined;
  readonly created: number | undefined;
  readonly parts: readonly Part[];
  readonly usage: Usage | undefined;
  readonly finish: Finish | undefined;
  readonly fault: Fault | undefined;
}

export interface Finish {
  readonly reason: FinishReason;
  readonly raw: string | undefined;
  readonly stopSequence: string | undefined;
}

/** Collects the events of one answer. */
export class AnswerFold {
  readonly #parts: Part[] = [];
  #id: string | undefined;
  #model: string | undefined;
  #created: number | undefined;
  #open: OpenPart | undefined;
  #usage: Usage | undefined;
  #finish: Finish | undefined;
  #fault: Fault | undefined;

  push(event: AnswerEvent): void {
    switch (event.is) {
      case 'start':
        this.#id = event.id ?? this.#id;
        this.#model = event.model ?? this.#model;
        this.#created = event.created ?? this.#created;
        return;
      case 'open':
        this.#close();
        this.#open = new OpenPart(event.part);
        return;
      case 'delta':
        this.#open?.text.push(event.text);
        return;
      case 'citation':
        this.#open?.citations.push(event.citation);
        return;
      case 'opaque':
        this.#open?.opaque.push(event.state);
        return;
      case 'close':
        this.#close();
        return;
      case 'usage':
        this.#usage = { ...this.#usage, ...event.usage };
        return;
      case 'finish':
        this.#finish = { reason: event.reason, raw: event.raw, stopSequence: event.stopSequence };
        return;
      case 'error':
        this.#fault = event.fault;
        return;
      case 'end':
      case 'ping':
      case 'lost':
      case 'malformed':
    }
  }

  get folded(): FoldedAnswer {
    return {
      id: this.#id,
      model: this.#model,
      created: this.#created,
      parts: this.#parts,
      usage: this.#usage,
      finish: this.#finish,
      fault: this.#fault,
    };
  }

  #close(): void {
    if (this.#open) this.#parts.push(this.#open.finish());
    this.#open = undefined;
  }
}

/** The answer that these events tell. */
export function foldAnswer(events: readonly AnswerEvent[]): FoldedAnswer {
  const fold = new AnswerFold();
  for (const event of events) fold.push(event);
  return fold.folded;
}

class OpenPart {
  readonly #part: OpenedPart;
  readonly text: string[] = [];
  readonly citations: Citation[] = [];
  readonly opaque: OpaqueState[] = [];

  constructor(part: OpenedPart) {
    this.#part = part;
    if (part.kind === 'call' && part.opaque) this.opaque.push(...part.opaque);
  }

  finish(): Part {
    const part = this.#part;
    const text = this.text.join('');
    const opaque = this.opaque.length > 0 ? { opaque: this.opaque } : {};
    switch (part.kind) {
      case 'text':
        return {
          kind: 'text',
          text,
          ...(this.citations.length > 0 && { citations: this.citations }),
          ...opaque,
        };
      case 'reasoning':
        return { kind: 'reasoning', text, ...(part.summary === true && { summary: true }), ...opaque };
      case 'refusal':
        return { kind: 'refusal', text, ...opaque };
      case 'call':
        return {
          kind: 'call',
          id: part.id,
          name: part.name,
          arguments: text,
          ...(part.custom === true && { custom: true }),
          ...opaque,
        };
      case 'media':
        return mediaPart(part);
    }
  }
}

/** The events of a part that is there as a whole. */
export function partEvents(part: Part): AnswerEvent[] {
  const opaque = (part.opaque ?? []).map((state): AnswerEvent => ({ is: 'opaque', state }));
  switch (part.kind) {
    case 'text':
      return [
        { is: 'open', part: { kind: 'text' } },
        ...textDelta(part.text),
        ...(part.citations ?? []).map((citation): AnswerEvent => ({ is: 'citation', citation })),
        ...opaque,
        { is: 'close' },
      ];
    case 'reasoning': {
      const opened: OpenedPart = { kind: 'reasoning', ...(part.summary === true && { summary: true }) };
      return [{ is: 'open', part: opened }, ...textDelta(part.text), ...opaque, { is: 'close' }];
    }
    case 'refusal':
      return [{ is: 'open', part: { kind: 'refusal' } }, ...textDelta(part.text), ...opaque, { is: 'close' }];
    case 'call': {
      const { id, name, custom } = part;
      const opened: OpenedPart = {
        kind: 'call',
        id,
        name,
        ...(custom === true && { custom }),
        ...(part.opaque && { opaque: part.opaque }),
      };
      return [{ is: 'open', part: opened }, ...textDelta(part.arguments), { is: 'close' }];
    }
    case 'media':
      return openedMedia(part).flatMap((opened): AnswerEvent[] => [
        { is: 'open', part: opened },
        { is: 'close' },
      ]);
    case 'result':
      return [];
  }
}

function textDelta(text: string): AnswerEvent[] {
  return text === '' ? [] : [{ is: 'delta', text }];
}
