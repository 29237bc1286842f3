import type { AnswerEvent, FinishReason } from '../../core/answer.ts';
import type { OpaqueState } from '../../core/conversation.ts';
import { fault } from '../../core/fault.ts';
import type { TranslationTarget } from '../../core/format.ts';
import type { JsonView } from '../../lib/json-view.ts';
import { lost } from '../hub/lost.ts';
import { readCitations } from './citations.ts';
import { blockedPrompt, classifyInside } from './errors.ts';
import { readFinish } from './finish.ts';
import { stepsIn, unreadIn } from './unread.ts';
import { readUsage } from './usage.ts';
import { inlineOf } from './whole-answer.ts';

const GARBLED = 'the answer ended before it was finished';

/** Reads the pieces of one answer, streamed or whole, as events. */
export class AnswerReader {
  readonly #target: TranslationTarget;
  #open: 'text' | 'reasoning' | undefined;
  /** The open text is signed: it says no more, but its sources may follow. */
  #isSigned = false;
  #started = false;
  #said = false;
  #called = false;
  #finish: string | undefined;
  /** Addresses told already: each chunk repeats the sources of those before it. */
  readonly #cited = new Set<string>();

  constructor(target: TranslationTarget) {
    this.#target = target;
  }

  read(chunk: JsonView): AnswerEvent[] {
    const error = chunk.get('error');
    if (error?.kind === 'object') return [{ is: 'error', fault: classifyInside(error.value()) }];
    const events: AnswerEvent[] = [];
    this.#start(chunk, events);
    const usage = readUsage(chunk.get('usageMetadata')?.value());
    if (usage) events.push({ is: 'usage', usage });
    const [candidate] = chunk.list('candidates');
    if (candidate) {
      // Only the first answer: no more than one is asked for.
      if ((candidate.number('index') ?? 0) === 0) this.#candidate(candidate, events);
      return events;
    }
    const blocked = this.#said
      ? undefined
      : blockedPrompt({ promptFeedback: chunk.get('promptFeedback')?.value() });
    if (blocked) events.push({ is: 'error', fault: blocked });
    return events;
  }

  /**
   * The provider has nothing more to say.
   *
   * @param isWhole It is known to be whole without a finish reason: one JSON text with content.
   */
  end(isWhole = false): AnswerEvent[] {
    const events: AnswerEvent[] = [];
    this.#close(events);
    if (this.#finish === undefined && isWhole && this.#said) {
      events.push({ is: 'finish', reason: this.#called ? 'calls' : 'stop' }, { is: 'end' });
      return events;
    }
    if (this.#finish === undefined) {
      events.push({ is: 'error', fault: fault(this.#said ? 'stream_broken' : 'upstream_garbled', GARBLED) });
      return events;
    }
    const reason: FinishReason = this.#called ? 'calls' : readFinish(this.#finish);
    events.push({ is: 'finish', reason, raw: this.#finish }, { is: 'end' });
    return events;
  }

  #start(chunk: JsonView, events: AnswerEvent[]): void {
    if (this.#started) return;
    this.#started = true;
    const id = chunk.string('responseId');
    const model = chunk.string('modelVersion');
    const created = Date.parse(chunk.string('createTime') ?? '');
    events.push({
      is: 'start',
      ...(id !== undefined && { id }),
      ...(model !== undefined && { model }),
      ...(Number.isFinite(created) && { created: Math.floor(created / 1000) }),
    });
  }

  #candidate(candidate: JsonView, events: AnswerEvent[]): void {
    for (const part of candidate.get('content')?.list('parts') ?? []) this.#part(part, events);
    this.#cite(candidate, events);
    events.push(...lost(stepsIn(candidate)));
    const finish = candidate.get('finishReason');
    const word = finish?.asString() ?? (finish?.kind === 'number' ? finish.text : undefined);
    // Some models of old said `STOP` in every chunk: the last word counts, at the end.
    if (word !== undefined && word !== '' && word !== 'FINISH_REASON_UNSPECIFIED' && word !== '0')
      this.#finish = NUMBERED.get(word) ?? word;
  }

  #part(part: JsonView, events: AnswerEvent[]): void {
    const signature = part.string('thoughtSignature');
    const state = signature === undefined || signature === '' ? undefined : this.#own(signature);
    const call = part.get('functionCall');
    const text = part.string('text');
    if (call) this.#call(call, state, events);
    else if (text !== undefined)
      this.#text(part.flag('thought') === true ? 'reasoning' : 'text', text, state, events);
    else this.#media(part, events);
  }

  /** A signature ends its part: what follows belongs to another. */
  #text(
    kind: 'text' | 'reasoning',
    text: string,
    state: OpaqueState | undefined,
    events: AnswerEvent[],
  ): void {
    if (text === '' && !state) return;
    this.#said = true;
    if (this.#open !== kind || this.#isSigned) {
      this.#close(events);
      this.#open = kind;
      events.push({ is: 'open', part: { kind } });
    }
    if (text !== '') events.push({ is: 'delta', text });
    if (!state) return;
    events.push({ is: 'opaque', state });
    if (kind === 'text') this.#isSigned = true;
    else this.#close(events);
  }

  /** Drafts that are part of a thought are not shown. */
  #media(part: JsonView, events: AnswerEvent[]): void {
    events.push(...lost(unreadIn(part)));
    const [inline] = part.flag('thought') === true ? [] : inlineOf([part]);
    if (!inline) return;
    this.#said = true;
    this.#close(events);
    events.push({ is: 'open', part: { kind: 'media', ...inline } }, { is: 'close' });
  }

  #call(call: JsonView, state: OpaqueState | undefined, events: AnswerEvent[]): void {
    const name = call.string('name');
    // Arguments in pieces are sent only to who asks for them, and gw does not.
    if (name === undefined || call.get('partialArgs') || call.flag('willContinue') === true) {
      events.push({ is: 'malformed' });
      return;
    }
    this.#said = true;
    this.#called = true;
    this.#close(events);
    const id = call.string('id') ?? '';
    events.push(
      { is: 'open', part: { kind: 'call', id, name, ...(state && { opaque: [state] }) } },
      { is: 'delta', text: call.get('args')?.text ?? '{}' },
      { is: 'close' },
    );
  }

  #cite(candidate: JsonView, events: AnswerEvent[]): void {
    for (const citation of readCitations(candidate)) {
      if (citation && this.#cited.has(citation.url)) continue;
      if (!citation || this.#open !== 'text') {
        events.push({ is: 'lost', loss: 'citations' });
        continue;
      }
      this.#cited.add(citation.url);
      events.push({ is: 'citation', citation });
    }
  }

  #close(events: AnswerEvent[]): void {
    if (this.#open) events.push({ is: 'close' });
    this.#open = undefined;
    this.#isSigned = false;
  }

  #own(data: string): OpaqueState {
    const { provider, model } = this.#target;
    return { format: 'gemini', provider, model, kind: 'signature', data };
  }
}

/** Reasons as numbers, where somebody asked for them so; the others differ between Google AI and Vertex AI. */
const NUMBERED: ReadonlyMap<string, string> = new Map([
  ['1', 'STOP'],
  ['2', 'MAX_TOKENS'],
  ['3', 'SAFETY'],
  ['4', 'RECITATION'],
]);
