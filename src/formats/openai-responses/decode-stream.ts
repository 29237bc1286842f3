import type { AnswerEvent } from '../../core/answer.ts';
import { fault } from '../../core/fault.ts';
import type { StreamDecoder, TranslationTarget } from '../../core/format.ts';
import { field, isObject, type JsonObject, numberField, parseJson, stringField } from '../../lib/expect.ts';
import { lost } from '../hub/lost.ts';
import { PartSequencer } from '../hub/sequencer.ts';
import { readCitation } from './citations.ts';
import { readStart } from './decode-answer.ts';
import { openedCall, readContent, readItem, type ReadPart } from './decode-items.ts';
import { readFailure } from './failure.ts';
import { readFinish } from './finish.ts';
import { unreadAnnotation, unreadIn } from './unread.ts';
import { readUsage } from './usage.ts';

/** A decoder for one stream of the Responses API. */
export function decodeStream(target: TranslationTarget): StreamDecoder {
  return new ResponseDecoder(target);
}

type Handler = (decoder: ResponseDecoder, event: JsonObject) => readonly AnswerEvent[];

/** What is known of a part that is being told. */
interface Told {
  /** Characters that came in deltas; what comes at the end as a whole is told only if there were none. */
  length: number;
  citations: number;
  /** Which paragraph of a thought the last delta belonged to. */
  paragraph: number;
  /** A thought is told in its own words or in a summary: the first kind that comes. */
  readonly summary: boolean | undefined;
  closed: boolean;
}

/**
 * Items grow one after the other nearly always, and side by side in rare streams of OpenAI: the sequencer sorts them.
 * Everything is told up to three times (in deltas, at the end of the part, at the end of the item or of the response),
 * and hosts leave out one or the other, so what was not told by the first is taken from the next.
 */
class ResponseDecoder implements StreamDecoder {
  readonly target: TranslationTarget;
  readonly #parts = new PartSequencer<string>();
  readonly #told = new Map<string, Told>();
  #started = false;
  #done = false;
  readonly #calls = new Set<string>();
  #refusal = false;
  #drew = false;

  constructor(target: TranslationTarget) {
    this.target = target;
  }

  push(text: string, _name: string | undefined): readonly AnswerEvent[] {
    if (this.#done || text === '' || text === '[DONE]') return [];
    const event = parseJson(text);
    if (!isObject(event)) return [{ is: 'malformed' }];
    const type = stringField(event, 'type') ?? (isObject(event['error']) ? 'error' : '');
    if (type === '') return [{ is: 'malformed' }];
    const handler = HANDLERS.get(type);
    return handler ? handler(this, event) : [];
  }

  end(): readonly AnswerEvent[] {
    if (this.#done) return [];
    this.#done = true;
    const why = 'the stream ended before its last event';
    const code = this.#told.size > 0 ? 'stream_broken' : 'upstream_garbled';
    return [...this.#parts.closeAll(), { is: 'error', fault: fault(code, why) }];
  }

  start(response: unknown): readonly AnswerEvent[] {
    if (this.#started) return [];
    this.#started = true;
    return [readStart(response)];
  }

  /** The part of a delta, begun if it was not. */
  tell(
    key: string,
    part: ReadPart['part'],
  ): { readonly told: Told; readonly events: readonly AnswerEvent[] } {
    const told = this.#told.get(key);
    if (told) return { told, events: [] };
    const summary = part.kind === 'reasoning' ? part.summary === true : undefined;
    const fresh: Told = { length: 0, citations: 0, paragraph: 0, summary, closed: false };
    this.#told.set(key, fresh);
    if (part.kind === 'call') this.#calls.add(part.id);
    this.#refusal ||= part.kind === 'refusal';
    this.#drew ||= part.kind === 'media';
    return { told: fresh, events: [...this.start(undefined), ...this.#parts.open(key, part)] };
  }

  delta(key: string, part: ReadPart['part'], text: string, paragraph = 0): readonly AnswerEvent[] {
    if (text === '') return [];
    const { told, events } = this.tell(key, part);
    if (part.kind === 'reasoning' && told.summary !== (part.summary === true)) return events;
    const joint = told.length > 0 && paragraph !== told.paragraph ? '\n\n' : '';
    told.length += text.length;
    told.paragraph = paragraph;
    return [...events, ...this.#parts.delta(key, joint + text)];
  }

  /** More of a call's arguments; of a call that nobody announced they wait for its item. */
  argue(key: string, text: string): readonly AnswerEvent[] {
    const told = this.#told.get(key);
    if (!told) return [];
    told.length += text.length;
    return this.#parts.delta(key, text);
  }

  cite(key: string, annotation: unknown): readonly AnswerEvent[] {
    const citation = readCitation(annotation);
    if (!citation) return lost(unreadAnnotation(annotation));
    const { told, events } = this.tell(key, { kind: 'text' });
    told.citations++;
    return [...events, ...this.#parts.citation(key, citation)];
  }

  /** The part as a whole: what of it was not told yet, and its end. */
  finish(key: string, { part, text, citations, states }: ReadPart): readonly AnswerEvent[] {
    const { told, events } = this.tell(key, part);
    if (told.closed) return [];
    told.closed = true;
    const all = [...events];
    if (told.length === 0) all.push(...this.#parts.delta(key, text));
    for (const citation of citations.slice(told.citations)) all.push(...this.#parts.citation(key, citation));
    for (const state of states) all.push(...this.#parts.opaque(key, state));
    all.push(...this.#parts.close(key));
    return all;
  }

  finishItem(item: unknown, place: string): readonly AnswerEvent[] {
    const isMessage = stringField(item, 'type') === 'message';
    const parts = readItem(item, this.target);
    const events = parts.flatMap((part) => this.finish(isMessage ? `${place}:${part.index}` : place, part));
    // A thought that was told and is not repeated ends with its item all the same.
    return [...events, ...(isMessage ? [] : this.#parts.close(place)), ...lost(unreadIn(item))];
  }

  complete(response: unknown): readonly AnswerEvent[] {
    const events = [...this.start(response)];
    const output = field(response, 'output');
    if (Array.isArray(output)) events.push(...this.#tellLate(output), ...lost(output.flatMap(unreadIn)));
    events.push(...this.#parts.closeAll());
    const usage = readUsage(field(response, 'usage'));
    if (usage) events.push({ is: 'usage', usage });
    this.#done = true;
    const finish = readFinish(response, { calls: this.#calls.size > 0, refusal: this.#refusal });
    // Nothing was said and no limit was met: an empty 200, which another target may better.
    if (this.#told.size === 0 && finish.is === 'finish' && finish.reason === 'stop')
      return [
        ...events,
        { is: 'error', fault: fault('upstream_garbled', 'the answer ended without any content') },
      ];
    events.push(finish, { is: 'end' });
    return events;
  }

  /** What only the last event tells: everything, or a call, or a picture. Hosts number items differently there. */
  #tellLate(output: readonly unknown[]): readonly AnswerEvent[] {
    const isSilent = this.#told.size === 0;
    return output.flatMap((item, index) => {
      const call = openedCall(item);
      const isPicture = !this.#drew && stringField(item, 'type') === 'image_generation_call';
      const isOwed = call?.kind === 'call' ? !this.#calls.has(call.id) : isSilent || isPicture;
      return isOwed ? this.finishItem(item, `late ${index}`) : [];
    });
  }

  fail(event: JsonObject): readonly AnswerEvent[] {
    this.#done = true;
    const usage = readUsage(field(event['response'], 'usage'));
    const why = readFailure(event) ?? fault('upstream_overloaded', 'the provider gave the answer up');
    const failed: AnswerEvent = { is: 'error', fault: why };
    return usage ? [{ is: 'usage', usage }, failed] : [failed];
  }
}

const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['response.created', (decoder, event) => decoder.start(event['response'])],
  ['response.in_progress', (decoder, event) => decoder.start(event['response'])],
  ['response.queued', (decoder, event) => decoder.start(event['response'])],
  ['keepalive', () => [{ is: 'ping' }]],
  ['response.output_item.added', addItem],
  ['response.output_item.done', (decoder, event) => decoder.finishItem(event['item'], placeOf(event))],
  ['response.content_part.done', finishContent],
  ['response.output_text.delta', (decoder, event) => tellContent(decoder, event, 'text')],
  ['response.refusal.delta', (decoder, event) => tellContent(decoder, event, 'refusal')],
  ['response.output_text.annotation.added', annotate],
  ['response.reasoning_summary_text.delta', (decoder, event) => think(decoder, event, 'summary_index')],
  ['response.reasoning_text.delta', (decoder, event) => think(decoder, event, 'content_index')],
  // The name Open Responses gives it.
  ['response.reasoning.delta', (decoder, event) => think(decoder, event, 'content_index')],
  ['response.function_call_arguments.delta', argue],
  ['response.custom_tool_call_input.delta', argue],
  ['response.completed', (decoder, event) => decoder.complete(event['response'])],
  ['response.incomplete', (decoder, event) => decoder.complete(event['response'])],
  ['response.failed', (decoder, event) => decoder.fail(event)],
  ['response.cancelled', (decoder, event) => decoder.fail(event)],
  ['error', (decoder, event) => decoder.fail(event)],
]);

function addItem(decoder: ResponseDecoder, event: JsonObject): readonly AnswerEvent[] {
  const call = openedCall(event['item']);
  return call ? decoder.tell(placeOf(event), call).events : [];
}

function tellContent(
  decoder: ResponseDecoder,
  event: JsonObject,
  kind: 'text' | 'refusal',
): readonly AnswerEvent[] {
  return decoder.delta(contentPlaceOf(event), { kind }, stringField(event, 'delta') ?? '');
}

function finishContent(decoder: ResponseDecoder, event: JsonObject): readonly AnswerEvent[] {
  // Thoughts have parts too; they end with their item, which has what must be sent back.
  if (stringField(event['part'], 'type') === 'reasoning_text') return [];
  const content = readContent(event['part'], 0);
  return content ? decoder.finish(contentPlaceOf(event), content) : [];
}

function annotate(decoder: ResponseDecoder, event: JsonObject): readonly AnswerEvent[] {
  return decoder.cite(contentPlaceOf(event), event['annotation']);
}

function think(
  decoder: ResponseDecoder,
  event: JsonObject,
  index: 'summary_index' | 'content_index',
): readonly AnswerEvent[] {
  const summary = index === 'summary_index' ? { summary: true } : {};
  const text = stringField(event, 'delta') ?? '';
  return decoder.delta(placeOf(event), { kind: 'reasoning', ...summary }, text, numberField(event, index));
}

function argue(decoder: ResponseDecoder, event: JsonObject): readonly AnswerEvent[] {
  return decoder.argue(placeOf(event), stringField(event, 'delta') ?? '');
}

/** Items are told apart by their index; hosts that leave it out give ids. */
function placeOf(event: JsonObject): string {
  const index = numberField(event, 'output_index');
  return index === undefined
    ? (stringField(event, 'item_id') ?? stringField(event['item'], 'id') ?? '0')
    : String(index);
}

function contentPlaceOf(event: JsonObject): string {
  return `${placeOf(event)}:${numberField(event, 'content_index') ?? 0}`;
}
