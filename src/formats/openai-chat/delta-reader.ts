import { type AnswerEvent, LONGEST_ANSWER, type OpenedPart } from '../../core/answer.ts';
import type { Citation, OpaqueState } from '../../core/conversation.ts';
import { isObject, type JsonObject, stringField } from '../../lib/expect.ts';
import type { OpenedMedia } from '../hub/answer-media.ts';
import { partEvents } from '../hub/fold.ts';
import { lost } from '../hub/lost.ts';
import { PartSequencer } from '../hub/sequencer.ts';
import { originalToolName } from '../hub/tool-names.ts';
import { readAnnotation } from './annotations.ts';
import {
  type CallDraft,
  CallDrafts,
  type CallPiece,
  openedCall,
  type Owner,
  readCallPiece,
} from './call-drafts.ts';
import { mediaEvents, readImages } from './images.ts';
import { type Detail, joinShapes, readDetail, stateOfShape } from './reasoning-details.ts';
import { Sound } from './sound.ts';
import { type Piece, ThinkTags } from './think-tags.ts';
import { contentPieces, plainThought } from './thought-words.ts';
import { unreadIn } from './unread.ts';

type SpokenKind = 'text' | 'reasoning' | 'refusal';

/** The part that is being said; calls are beside it. */
interface Speech {
  readonly kind: SpokenKind;
  readonly key: string;
  /** What the entries of `reasoning_details` say of it besides its text. */
  shape: JsonObject | undefined;
  index: number | undefined;
  /** What is encrypted of it; told at its end, where the shape is whole too. */
  readonly encrypted: OpaqueState[];
}

/**
 * Reads the deltas of one answer, or its whole message as if it were one delta, into parts. Chat completions do not say
 * where a part begins and ends: another kind of content ends the one before.
 */
export class DeltaReader {
  readonly #owner: Owner;
  readonly #parts = new PartSequencer<string>();
  readonly #calls = new CallDrafts();
  readonly #tags: ThinkTags | undefined;
  #speech: Speech | undefined;
  #spoken = 0;
  #opened = 0;
  /** Characters of thought that came outside of `reasoning_details`. */
  #plain = 0;
  /** State that came after the thought it belongs to. */
  readonly #late: OpaqueState[] = [];
  #citations: Citation[] = [];
  /** Addresses of sources that were told. */
  readonly #cited = new Set<string>();
  readonly #sound = new Sound();
  /** Pictures that came when a call was not whole yet: they would stand between its pieces. */
  readonly #held: OpenedMedia[] = [];
  #heldBytes = 0;
  #texts = 0;
  #refused = false;

  constructor(owner: Owner, tagged: boolean) {
    this.#owner = owner;
    this.#tags = tagged ? new ThinkTags() : undefined;
  }

  /** What kinds of parts there were. */
  get seen(): { readonly any: boolean; readonly calls: boolean; readonly refused: boolean } {
    return {
      any: this.#spoken + this.#opened > 0 || this.#sound.heard,
      calls: this.#opened > 0,
      refused: this.#refused && this.#texts === 0,
    };
  }

  /** There is sound, or a picture, that is told at the end. */
  get isGathering(): boolean {
    return this.#sound.heard || this.#held.length > 0;
  }

  /** What is told at the end is longer than an answer may be. */
  get isTooLong(): boolean {
    return this.#sound.isTooLong || this.#heldBytes > LONGEST_ANSWER;
  }

  /** A whole message. Its calls are what the list says, whatever hosts write into `index` there. */
  pushWhole(message: unknown): AnswerEvent[] {
    if (!isObject(message)) return [];
    const list = message['tool_calls'];
    const calls = Array.isArray(list) ? list.map((entry, index) => ({ ...asObject(entry), index })) : [];
    return this.push({ ...message, tool_calls: calls });
  }

  push(delta: JsonObject): AnswerEvent[] {
    const events = this.#think(delta);
    for (const piece of contentPieces(delta['content'])) events.push(...this.#content(piece));
    if (delta['audio'] !== undefined) events.push(...this.#speak(delta['audio']));
    events.push(...this.#say('refusal', stringField(delta, 'refusal') ?? ''));
    events.push(...this.#cite(delta['annotations']));
    events.push(...this.#draw(delta['images']));
    events.push(...this.#call(delta), ...lost(unreadIn(delta)));
    return events;
  }

  /** Sources of the answer as a whole: those that were not told yet. */
  cite(sources: readonly Citation[]): AnswerEvent[] {
    return this.#place(sources.filter(({ url }) => !this.#cited.has(url)));
  }

  #draw(list: unknown): AnswerEvent[] {
    const images = readImages(list);
    if (images.length === 0) return [];
    this.#spoken++;
    if (this.#opened > 0) {
      this.#held.push(...images);
      for (const { data } of images) this.#heldBytes += data.length;
      return [];
    }
    return [...this.#hush(), ...mediaEvents(images)];
  }

  /** What is said in it is text, there and everywhere else. */
  #speak(audio: unknown): AnswerEvent[] {
    this.#sound.push(audio);
    return this.#say('text', stringField(audio, 'transcript') ?? '');
  }

  /** Closes what is open, when the answer is over. */
  finish(): AnswerEvent[] {
    const events: AnswerEvent[] = [];
    for (const piece of this.#tags?.rest() ?? []) events.push(...this.#say(piece.kind, piece.text));
    events.push(...this.#hush(), ...this.#parts.closeAll());
    if (this.#late.length > 0)
      events.push(...partEvents({ kind: 'reasoning', text: '', opaque: this.#late }));
    events.push(...mediaEvents([...this.#held, ...this.#sound.finish()]));
    // Sources of a text that never came.
    if (this.#citations.length > 0) events.push(...lost(['citations']));
    for (const _ of this.#calls.unnamed()) events.push({ is: 'malformed' });
    return events;
  }

  #think(delta: JsonObject): AnswerEvent[] {
    const plain = plainThought(delta);
    const list = delta['reasoning_details'];
    if (!Array.isArray(list)) {
      this.#plain += plain.length;
      return this.#say('reasoning', plain);
    }
    const details = list.flatMap((entry) => readDetail(entry) ?? []);
    const told = details.reduce((length, { text }) => length + text.length, 0);
    // The text of a thought that was told before is sometimes told again with its signature.
    const again = plain === '' && told > 0 && told === this.#plain;
    const events = told === 0 ? this.#say('reasoning', plain) : [];
    if (told === 0) this.#plain += plain.length;
    for (const detail of details) events.push(...this.#detail(again ? { ...detail, text: '' } : detail));
    return events;
  }

  #detail(detail: Detail): AnswerEvent[] {
    if (detail.encrypted || detail.text === '') return this.#state(detail);
    const now = this.#speech;
    const isOther = now?.shape !== undefined && now.index !== detail.index;
    const isNext = now?.kind === 'reasoning' && (isOther || (!now.shape && now.encrypted.length > 0));
    const events = [
      ...(isNext ? this.#hush() : []),
      ...this.#turnTo({ kind: 'reasoning', ...(detail.summary && { summary: true }) }),
      ...this.#say('reasoning', detail.text),
    ];
    this.#shape(detail);
    return events;
  }

  /** State without words: of the thought that is being told, else of one of its own. */
  #state(detail: Detail): AnswerEvent[] {
    const begun = this.#speech !== undefined || this.#opened > 0;
    if (begun && this.#speech?.kind !== 'reasoning') {
      this.#late.push({ ...this.#owner, ...stateOfShape(detail.shape, detail.encrypted) });
      return [];
    }
    const events = this.#turnTo({ kind: 'reasoning' });
    if (detail.encrypted)
      this.#speech?.encrypted.push({ ...this.#owner, ...stateOfShape(detail.shape, true) });
    else this.#shape(detail);
    return events;
  }

  #shape({ shape, index }: Detail): void {
    if (!this.#speech) return;
    this.#speech.shape = joinShapes(this.#speech.shape, shape);
    this.#speech.index = index;
  }

  #content({ kind, text }: Piece): AnswerEvent[] {
    if (kind === 'reasoning' || !this.#tags) return this.#say(kind, text);
    return this.#tags.push(text).flatMap((piece) => this.#say(piece.kind, piece.text));
  }

  #say(kind: SpokenKind, text: string): AnswerEvent[] {
    if (text === '') return [];
    const events = this.#turnTo({ kind });
    return [...events, ...this.#parts.delta(this.#speech?.key ?? '', text)];
  }

  #turnTo(part: OpenedPart & { readonly kind: SpokenKind }): AnswerEvent[] {
    if (this.#speech?.kind === part.kind) return [];
    const events = this.#hush();
    const key = `${part.kind}:${this.#spoken++}`;
    this.#speech = { kind: part.kind, key, shape: undefined, index: undefined, encrypted: [] };
    events.push(...this.#parts.open(key, part));
    if (part.kind === 'refusal') this.#refused = true;
    if (part.kind !== 'text') return events;
    this.#texts++;
    for (const citation of this.#citations) events.push(...this.#parts.citation(key, citation));
    this.#citations = [];
    return events;
  }

  /** The part that is being said is over. */
  #hush(): AnswerEvent[] {
    const over = this.#speech;
    this.#speech = undefined;
    if (!over) return [];
    const states = over.encrypted;
    if (over.shape) states.unshift({ ...this.#owner, ...stateOfShape(over.shape, false) });
    return [
      ...states.flatMap((state) => this.#parts.opaque(over.key, state)),
      ...this.#parts.close(over.key),
    ];
  }

  #cite(list: unknown): AnswerEvent[] {
    if (!Array.isArray(list)) return [];
    return this.#place(list.flatMap((entry) => readAnnotation(entry) ?? []));
  }

  /** Sources belong to the text that is being said, else to the next. */
  #place(citations: readonly Citation[]): AnswerEvent[] {
    for (const { url } of citations) this.#cited.add(url);
    const { kind, key } = this.#speech ?? {};
    if (kind === 'text' && key !== undefined)
      return citations.flatMap((citation) => this.#parts.citation(key, citation));
    this.#citations.push(...citations);
    return [];
  }

  #call(delta: JsonObject): AnswerEvent[] {
    const { tool_calls: list, function_call: old } = delta;
    const events = (Array.isArray(list) ? list : []).flatMap((entry) => this.#piece(readCallPiece(entry)));
    if (!isObject(old)) return events;
    // The way of before 2023, which a few hosts fill with empty strings to this day.
    const piece = readCallPiece({ index: 0, function: old });
    if (piece.name !== '' || piece.text !== '') events.push(...this.#piece(piece));
    return events;
  }

  #piece(piece: CallPiece): readonly AnswerEvent[] {
    const draft = this.#calls.of(piece);
    if (draft.opened) return this.#parts.delta(draft.key, piece.text);
    draft.held += piece.text;
    return piece.name === '' ? [] : this.#open(draft, piece);
  }

  #open(draft: CallDraft, piece: CallPiece): AnswerEvent[] {
    draft.opened = true;
    this.#opened++;
    const events = this.#hush();
    const part = openedCall(draft.id, piece, originalToolName(piece.name), this.#owner);
    events.push(...this.#parts.open(draft.key, part), ...this.#parts.delta(draft.key, draft.held));
    draft.held = '';
    return events;
  }
}

function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
