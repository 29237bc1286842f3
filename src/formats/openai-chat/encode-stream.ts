import type { AnswerEvent, FinishReason, OpenedPart } from '../../core/answer.ts';
import type { Citation, OpaqueState, Part } from '../../core/conversation.ts';
import type { AnswerEcho, StreamEncoder } from '../../core/format.ts';
import type { Usage } from '../../core/usage.ts';
import { type JsonOut, writeJson } from '../../lib/json-write.ts';
import { canShow, type OpenedMedia } from '../hub/answer-media.ts';
import { unwrapInput } from '../hub/custom-tool.ts';
import { callerId } from '../hub/ids.ts';
import { writeAnnotation } from './annotations.ts';
import { type CallerWays, callerWays, envelopeDetail, finishWord } from './caller-ways.ts';
import { carriedOf } from './encode-answer.ts';
import { writeImage } from './images.ts';
import { writeUsage } from './usage.ts';

/** An encoder for one stream of chat completion chunks. */
export function encodeStream(echo: AnswerEcho): StreamEncoder {
  return new ChunkWriter(echo);
}

/** What is known of the part that is open. */
interface OpenPart {
  readonly part: OpenedPart;
  readonly states: OpaqueState[];
  readonly citations: Citation[];
  /** A thought's text, or the input of a tool that takes text: both are needed as a whole. */
  readonly kept: string[];
  /** How the call's arguments are told; undefined for other parts, and for calls the caller cannot be told of. */
  readonly ways: ArgumentWays | undefined;
  length: number;
}

/** A piece of a call's arguments as a delta. */
interface ArgumentWays {
  readonly custom: boolean;
  /** The target was told of a tool that takes JSON: its arguments hold the text. */
  readonly wrapped: boolean;
  delta(text: string): JsonOut;
}

/**
 * Writes chunks as OpenAI does, which is what clients check: the role in the first one, the same id, time and model in
 * all of them, a call's id and name with empty arguments first, the finish reason with an empty delta, usage behind it
 * when it was asked for, and `[DONE]`.
 */
class ChunkWriter implements StreamEncoder {
  readonly #echo: AnswerEcho;
  readonly #ways: CallerWays;
  #before = '';
  #after = '';
  #open: OpenPart | undefined;
  #calls = 0;
  #details = 0;
  #images = 0;
  /** Characters of text in the parts that are closed. */
  #told = 0;
  #refused = false;
  #finished = false;
  #usage: Usage | undefined;

  constructor(echo: AnswerEcho) {
    this.#echo = echo;
    this.#ways = callerWays(echo);
  }

  push(event: AnswerEvent): string {
    switch (event.is) {
      case 'start':
        return this.#start(event.id, event.model, event.created);
      case 'open':
        return this.#begin() + this.#openPart(event.part);
      case 'delta':
        return this.#say(event.text);
      case 'citation':
        this.#open?.citations.push(event.citation);
        return '';
      case 'opaque':
        this.#open?.states.push(event.state);
        return '';
      case 'close':
        return this.#close();
      case 'usage':
        this.#usage = { ...this.#usage, ...event.usage };
        return '';
      case 'finish':
        return this.#begin() + this.#finish(event.reason);
      case 'end':
        return this.#end();
      case 'ping':
        return ': keep-alive\n\n';
      case 'lost':
      case 'malformed':
      case 'error':
        return '';
    }
  }

  #start(id?: string, model?: string, created?: number): string {
    if (this.#before !== '') return '';
    const head = {
      id: id ?? `chatcmpl-${this.#echo.id}`,
      object: 'chat.completion.chunk',
      created: created ?? this.#echo.created,
      model: model ?? this.#echo.model,
    };
    this.#before = `data: ${writeJson(head).slice(0, -1)},"choices":[`;
    this.#after = ']}\n\n';
    return this.#delta({ role: 'assistant', content: '', refusal: null });
  }

  #begin(): string {
    return this.#start();
  }

  #delta(delta: JsonOut, finish: string | null = null): string {
    const choice = { index: 0, delta, logprobs: null, finish_reason: finish };
    return this.#before + writeJson(choice) + this.#after;
  }

  /** What most chunks are; written without a detour. */
  #words(name: string, text: string): string {
    const delta = `{"${name}":${JSON.stringify(text)}}`;
    return `${this.#before}{"index":0,"delta":${delta},"logprobs":null,"finish_reason":null}${this.#after}`;
  }

  #openPart(part: OpenedPart): string {
    const closed = this.#close();
    const ways = part.kind === 'call' ? this.#waysOf(part.name, part.custom === true) : undefined;
    this.#open = { part, states: [], citations: [], kept: [], ways, length: 0 };
    if (part.kind === 'refusal') this.#refused = true;
    if (part.kind === 'media') return closed + this.#picture(part);
    return part.kind === 'call' ? closed + this.#call(part) : closed;
  }

  #picture(part: OpenedMedia): string {
    if (!canShow('openai-chat', part.mime)) return '';
    return this.#delta({ images: [writeImage(part, this.#images++)] });
  }

  #call(part: OpenedPart & { readonly kind: 'call' }): string {
    const position = this.#calls++;
    const { name, opaque } = part;
    const id = callerId(part.id, this.#echo.id, position);
    const state = this.#envelope({ kind: 'call', id, name, arguments: '', ...(opaque && { opaque }) }, id);
    if (this.#ways.old)
      return position > 0 ? state : state + this.#delta({ function_call: { name, arguments: '' } });
    const opened =
      this.#open?.ways?.custom === true
        ? { type: 'custom', custom: { name, input: '' } }
        : { type: 'function', function: { name, arguments: '' } };
    return state + this.#delta({ tool_calls: [{ index: position, id, ...opened }] });
  }

  #waysOf(name: string, isCustom: boolean): ArgumentWays | undefined {
    const index = this.#calls;
    if (this.#ways.old) {
      // One call is all that a caller of this way can be told.
      if (index > 0) return undefined;
      return { custom: false, wrapped: false, delta: (text) => ({ function_call: { arguments: text } }) };
    }
    const custom = isCustom || this.#ways.custom.has(name);
    const told = (text: string): JsonOut =>
      custom ? { index, custom: { input: text } } : { index, function: { arguments: text } };
    return { custom, wrapped: custom && !isCustom, delta: (text) => ({ tool_calls: [told(text)] }) };
  }

  #say(text: string): string {
    const open = this.#open;
    if (!open || text === '') return '';
    open.length += text.length;
    const { kind } = open.part;
    if (kind === 'text') return this.#words('content', text);
    if (kind === 'refusal') return this.#words('refusal', text);
    if (kind === 'reasoning') {
      open.kept.push(text);
      return this.#words('reasoning_content', text);
    }
    if (open.ways?.wrapped !== true) return open.ways ? this.#delta(open.ways.delta(text)) : '';
    open.kept.push(text);
    return '';
  }

  #close(): string {
    const open = this.#open;
    this.#open = undefined;
    if (!open) return '';
    const { part, states: opaque, kept } = open;
    switch (part.kind) {
      case 'text':
        return this.#annotate(open) + this.#envelope({ kind: 'text', text: '', opaque });
      case 'reasoning':
        return this.#envelope({ ...part, text: kept.join(''), opaque });
      case 'refusal':
      case 'media':
        return '';
      case 'call':
        return this.#closeCall(open);
    }
  }

  #closeCall({ ways, kept, length }: OpenPart): string {
    if (!ways) return '';
    if (ways.wrapped) return this.#delta(ways.delta(unwrapInput(kept.join(''))));
    // Clients parse the arguments of every call.
    return length === 0 && !ways.custom ? this.#delta(ways.delta('{}')) : '';
  }

  #annotate({ citations, length }: OpenPart): string {
    const from = this.#told;
    this.#told += length;
    if (citations.length === 0) return '';
    return this.#delta({ annotations: citations.map((citation) => writeAnnotation(citation, from, length)) });
  }

  #envelope(part: Part, callId?: string): string {
    const carried = carriedOf(part);
    if (!carried) return '';
    return this.#delta({ reasoning_details: [envelopeDetail(carried, this.#details++, callId)] });
  }

  #finish(reason: FinishReason): string {
    if (this.#finished) return '';
    this.#finished = true;
    return this.#close() + this.#delta({}, finishWord(reason, this.#refused, this.#ways));
  }

  #end(): string {
    const finish = this.#begin() + this.#finish('stop');
    const usage = this.#echo.conversation.wantsUsage ? writeUsage(this.#usage) : undefined;
    const counted = usage === undefined ? '' : `${this.#before}],"usage":${writeJson(usage ?? null)}}\n\n`;
    return `${finish}${counted}data: [DONE]\n\n`;
  }
}
