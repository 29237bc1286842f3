import type { AnswerEvent, FinishReason, OpenedPart } from '../../core/answer.ts';
import type { Citation, OpaqueState } from '../../core/conversation.ts';
import type { AnswerEcho, CarriedState } from '../../core/format.ts';
import type { Usage } from '../../core/usage.ts';
import { isObject, parseJson } from '../../lib/expect.ts';
import { type JsonOut, Verbatim, writeJson } from '../../lib/json-write.ts';
import { seal } from '../hub/carry.ts';
import { wrapInput } from '../hub/custom-tool.ts';
import { callerId } from '../hub/ids.ts';
import { writeCitations } from './citations.ts';
import { writeFinish } from './finish.ts';
import { EMPTY_ENVELOPE_TEXT } from './signatures.ts';
import { writeUsage } from './usage.ts';

/** A part of an answer as it goes out. */
export interface AnswerPart {
  readonly text?: string;
  readonly thought?: true;
  readonly functionCall?: JsonOut;
  readonly inlineData?: JsonOut;
  readonly thoughtSignature?: string;
}

/**
 * Makes parts of an answer's events. Callers may drop thoughts from their history (gemini-cli does), so what has to come
 * back travels on the text or call after them; every thought is marked, so that it can be told from Google's own.
 */
export class PartsWriter {
  readonly #echo: AnswerEcho;
  #open: OpenedPart | undefined;
  #pieces: string[] = [];
  #states: OpaqueState[] = [];
  /** State on its way to the next part that can hold it. */
  #carried: CarriedState[] = [];
  /** What the open text carries already. */
  #onText: CarriedState[] = [];
  #calls = 0;
  #isSigned = false;
  #garbledCall = false;
  #id: string | undefined;
  #model: string | undefined;
  #usage: Usage | undefined;
  #finish: FinishReason | undefined;
  readonly #citations: Citation[] = [];

  constructor(echo: AnswerEcho) {
    this.#echo = echo;
  }

  /** The parts that are whole with this event. */
  push(event: AnswerEvent): readonly AnswerPart[] {
    switch (event.is) {
      case 'start':
        this.#id ??= event.id;
        this.#model = event.model ?? this.#model;
        return [];
      case 'open':
        // What was told once does not change, even when the provider names its answer late.
        this.#id ??= this.#echo.id;
        this.#open = event.part;
        this.#pieces = [];
        this.#onText = [];
        this.#states = event.part.kind === 'call' ? [...(event.part.opaque ?? [])] : [];
        return [];
      case 'delta':
        return this.#delta(event.text);
      case 'opaque':
        this.#states.push(event.state);
        return [];
      case 'citation':
        this.#citations.push(event.citation);
        return [];
      case 'close':
        return this.#close();
      case 'usage':
        this.#usage = { ...this.#usage, ...event.usage };
        return [];
      case 'finish':
        this.#finish = event.reason;
        return [];
      case 'end':
      case 'error':
      case 'lost':
      case 'malformed':
      case 'ping':
        return [];
    }
  }

  /** A `GenerateContentResponse` with these parts. */
  chunk(parts: readonly AnswerPart[]): string {
    return writeJson({
      candidates: [{ content: { parts: parts.map(toJson), role: 'model' }, index: 0 }],
      modelVersion: this.#model ?? this.#echo.model,
      responseId: this.#id ?? this.#echo.id,
    });
  }

  /**
   * The last one, with the finish reason and usage. It has a part in any case: Google's SDK drops a whole turn from its
   * history when a chunk has none (js-genai `chats.ts`, `isValidResponse`).
   */
  lastChunk(parts: readonly AnswerPart[]): string {
    const rest = this.#carried.length > 0 ? [{ text: '', thoughtSignature: this.#envelope([]) }] : [];
    const all = [...parts, ...rest];
    const usage = this.#usage && writeUsage(this.#usage);
    return writeJson({
      candidates: [
        {
          content: { parts: (all.length > 0 ? all : [{ text: '' }]).map(toJson), role: 'model' },
          finishReason: this.#finishWord(),
          index: 0,
          groundingMetadata: writeCitations(this.#citations),
        },
      ],
      usageMetadata: usage,
      modelVersion: this.#model ?? this.#echo.model,
      responseId: this.#id ?? this.#echo.id,
    });
  }

  #delta(text: string): readonly AnswerPart[] {
    if (text === '') return [];
    if (this.#open?.kind === 'reasoning') {
      this.#pieces.push(text);
      const isHidden = this.#echo.conversation.reasoning?.show === false;
      return isHidden ? [] : [{ text, thought: true, thoughtSignature: EMPTY_ENVELOPE_TEXT }];
    }
    if (this.#open?.kind === 'call') {
      this.#pieces.push(text);
      return [];
    }
    if (this.#carried.length === 0) return [{ text }];
    this.#onText = this.#carried;
    return [{ text, thoughtSignature: this.#envelope([]) }];
  }

  #close(): readonly AnswerPart[] {
    const part = this.#open;
    this.#open = undefined;
    if (part?.kind === 'call') return this.#closeCall(part);
    if (part?.kind === 'media') return [{ inlineData: { mimeType: part.mime, data: part.data } }];
    if (part?.kind === 'reasoning') {
      const summary = part.summary === true ? { summary: true } : {};
      this.#carried.push({ on: 'reasoning', text: this.#pieces.join(''), ...summary, states: this.#states });
    } else if (this.#states.length > 0) {
      // Of several signatures on one text the AI SDK keeps the last, so it says again what the first one said.
      const all: CarriedState[] = [...this.#onText, { on: 'text', states: this.#states }];
      return [{ text: '', thoughtSignature: this.#envelope(all) }];
    }
    return [];
  }

  /** The first call is always marked: a model that wants signatures must be told that this one has none of its own. */
  #closeCall(part: OpenedPart & { readonly kind: 'call' }): readonly AnswerPart[] {
    const id = callerId(part.id, this.#echo.id, this.#calls++);
    const given = this.#pieces.join('');
    const args = part.custom === true ? wrapInput(given) : argumentsText(given);
    if (args === undefined) {
      // Half a call must not be carried out with half its arguments.
      this.#garbledCall = true;
      return [];
    }
    const state: CarriedState[] = this.#states.length > 0 ? [{ on: 'call', states: this.#states }] : [];
    const isMarked = !this.#isSigned || state.length > 0 || this.#carried.length > 0;
    this.#isSigned = true;
    const functionCall = { id, name: part.name, args: new Verbatim(args) };
    return [{ functionCall, ...(isMarked && { thoughtSignature: this.#envelope(state) }) }];
  }

  #envelope(more: readonly CarriedState[]): string {
    const carried = [...this.#carried, ...more];
    this.#carried = [];
    return seal(carried);
  }

  #finishWord(): string {
    if (this.#garbledCall && this.#finish !== 'length') return 'MALFORMED_FUNCTION_CALL';
    return writeFinish(this.#finish ?? 'other');
  }
}

/** The arguments when they are an object, which is all that can be said there. */
function argumentsText(given: string): string | undefined {
  const text = given.trim();
  if (text === '' || text === 'null') return '{}';
  return isObject(parseJson(text)) ? text : undefined;
}

function toJson(part: AnswerPart): JsonOut {
  return { ...part };
}
