import type { Splice } from '../lib/splice.ts';
import type { AnswerEvent, DeliveredStream } from './answer.ts';
import type { Conversation, JsonText, Loss, OpaqueState } from './conversation.ts';
import type { Fault, UpstreamAnswer } from './fault.ts';
import type { CallerFormatName, FormatName, Operation } from './operation.ts';
import type { Outcome } from './outcome.ts';
import type { Quirk } from './profile.ts';
import type { Usage } from './usage.ts';

/** A wire dialect as providers speak it. Pure: no clock, no I/O, no vendor names. */
export interface Format {
  readonly name: FormatName;
  /** Which fault an answer other than 2xx means. */
  classify(answer: UpstreamAnswer): Fault;
  /** How the events of a stream are told apart: server-sent events, a JSON text per line, AWS's binary messages. */
  readonly frames: 'sse' | 'ndjson' | 'aws-event-stream';
  /** Headers a request in this format must carry that the caller's format does not have; flat names and values. */
  readonly requestHeaders: readonly string[];
  /** How a caller of another format is served; undefined while the format has no codec. */
  readonly toProvider: ProviderCodec | undefined;
}

/** How the events of one stream are put one after the other, where they are no server-sent events. */
export interface StreamFraming {
  readonly contentType: string;
  /** What keeps a silent connection alive and means nothing to a client. */
  readonly keepAlive: string;
  /** One event's data in its place; an error body is one too. */
  event(data: string): string;
  /** What ends the stream, after an error too. */
  close(): string;
}

/** The provider's side of a translation. */
export interface ProviderCodec {
  /** The request for one target, always made anew from the caller's conversation. */
  encodeRequest(conversation: Conversation, target: TranslationTarget): WireRequest;
  /** A whole 2xx answer as events; an answer that is none ends in `error`. */
  decodeAnswer(body: Buffer, target: TranslationTarget): readonly AnswerEvent[];
  /** A decoder for one stream. */
  decodeStream(target: TranslationTarget): StreamDecoder;
}

/** What a translation needs to know of its target. */
export interface TranslationTarget {
  /** Name in the profile: owns the opaque state that comes back. */
  readonly provider: string;
  readonly model: string;
  readonly quirks: readonly Quirk[];
  /** The most tokens the model can answer with, where known; formats that demand a limit need one. */
  readonly maxOutput: number | undefined;
  /** Whether the model thinks, where known: hosts refuse a wish for thought that it cannot grant. */
  readonly reasons?: boolean | undefined;
  /** Whether temperature, top_p and penalties may be set, where known: models that think refuse them. */
  readonly samples?: boolean | undefined;
}

/** A request as it goes to the provider. */
export interface WireRequest {
  /** Below the provider's base address, query included: `/chat/completions`. */
  readonly path: string;
  readonly body: Buffer;
  /** What the target cannot be told. */
  readonly losses: readonly Loss[];
}

/** Turns the events of one provider's stream into gw's own. */
export interface StreamDecoder {
  /** One event's data, and its name where the framing has one. */
  push(data: string, name: string | undefined): readonly AnswerEvent[];
  /** The stream ended: what is still owed. The last event is `end` when the answer is whole, else `error`. */
  end(): readonly AnswerEvent[];
  /** Something came that can only be told once it is whole: the events so far are not all that came. */
  readonly isGathering?: boolean;
}

/**
 * A wire dialect as callers speak it. The first half is what serving a provider of the same format needs: read what
 * routing needs, edit what must be edited, judge what comes back, and leave every other byte alone.
 */
export interface CallerFormat extends Format {
  readonly name: CallerFormatName;
  /** Reads the envelope of a request without parsing the whole of it. `path` is below the version prefix. */
  readEnvelope(
    operation: Operation,
    contentType: string,
    body: Buffer,
    path: string,
  ): Outcome<Envelope, Fault>;
  /** The request for one target, always made from the caller's own bytes: what stays of them is not copied. */
  renderRequest(envelope: Envelope, body: Buffer, target: RenderTarget): readonly Buffer[];
  /** The path for one target, below its base address: the caller's own, but for a model's name in it. */
  renderPath(path: string, envelope: Envelope, target: RenderTarget): string;
  /** A judge for one streamed answer. */
  judgeStream(operation: Operation, keep?: ItemKeeper): StreamJudge;
  /** What a whole 2xx answer is worth. */
  judgeAnswer(operation: Operation, body: Buffer, keep?: ItemKeeper): AnswerVerdict;
  /** An error answer's body, in the shape this format's clients expect. */
  renderError(report: ErrorReport): Buffer;
  /** The error event that ends a stream which broke after content was delivered. */
  renderStreamError(report: ErrorReport): Buffer;
  /** Whether the connection is then reset, not closed, because clients ask again after the one and not after the other. */
  readonly breaksByReset?: true;
  /** Bytes that keep a silent connection alive and mean nothing to a client. */
  readonly keepAlive: Buffer;
  /**
   * Another framing than server-sent events, for callers who ask for one in their path; one for each stream. The
   * provider is always asked for server-sent events.
   */
  readonly reframe?: (path: string) => StreamFraming | undefined;
  /** How a provider of another format serves this caller; undefined while the format has no codec. */
  readonly toCaller: CallerCodec | undefined;
}

/** The caller's side of a translation. */
export interface CallerCodec {
  /** The caller's request in gw's own words. A body that cannot be read is a `bad_request`. */
  decodeRequest(body: Buffer, asked: AskedConversation): Outcome<Conversation, Fault>;
  /** A whole answer (the events up to `end`) as the caller's format writes it. */
  encodeAnswer(events: readonly AnswerEvent[], echo: AnswerEcho): Buffer;
  /** An encoder for one stream. */
  encodeStream(echo: AnswerEcho): StreamEncoder;
  /**
   * A writer that goes on with a stream which passed through until it broke, in the state it would be in had it written
   * all of it; undefined when there is something in it that nobody else could go on with.
   */
  resumeStream(echo: AnswerEcho, delivered: DeliveredStream): StreamEncoder | undefined;
  /** The answer to a question how many tokens a request has; undefined where callers have no such question. */
  readonly encodeTokenCount?: (tokens: number) => Buffer;
  /**
   * The same request for a provider of this very format, with state that travelled in gw's envelope given back to its
   * owner and taken out for everybody else. Asked only for bodies in which an envelope was seen.
   */
  restoreState(body: Buffer, target: TranslationTarget): Buffer;
  /**
   * The same request with items in place of their ids, where `recall` knows them: those the target does not have.
   * Absent in formats whose callers send everything in full.
   */
  readonly recallItems?: (request: readonly Buffer[], recall: ItemRecall) => readonly Buffer[];
  /**
   * The same request with the conversation it goes on from in it, given as JSON items with commas between them. Absent
   * in formats without answers to go on from.
   */
  readonly resume?: (body: Buffer, said: string) => Buffer;
}

/** Told of each item of an answer that the caller may later name by its id alone. */
export type ItemKeeper = (id: string, item: JsonText) => void;

/** What such an item said. */
export type ItemRecall = (id: string) => JsonText | undefined;

/** Told of the answers that gw makes itself, in formats whose callers count on a provider that keeps them. */
export interface AnswerKeeper {
  readonly item: ItemKeeper;
  /** The answer is whole: the conversation with it, as JSON items with commas between them. */
  answer(id: string, said: string): void;
}

/** What a decoder knows besides the body. */
export interface AskedConversation {
  readonly model: string;
  readonly stream: boolean;
  /** Opaque state of the turn in which this call was made, for callers whose format has no place for it. */
  recall(callId: string): readonly CarriedState[] | undefined;
  /** For callers that name items of the conversation by their id. */
  readonly recallItem?: ItemRecall;
}

/** State on its way through a foreign format, with the place it belongs to. */
export interface CarriedState {
  /**
   * - `reasoning`: a thought of its own, standing where the envelope stands.
   * - `call`: state of the next call.
   * - `text`: state of the text before it, or of an empty one.
   */
  readonly on: 'reasoning' | 'call' | 'text';
  /** The thought's text, where the slot itself does not show it. */
  readonly text?: string;
  readonly summary?: boolean;
  readonly states: readonly OpaqueState[];
}

/** What an answer repeats of its request. */
export interface AnswerEcho {
  /** Unique to the exchange; what ids in the answer are made from when the provider gave none. */
  readonly id: string;
  /** Epoch seconds. */
  readonly created: number;
  /** The model that serves, in the provider's words. */
  readonly model: string;
  readonly conversation: Conversation;
  /** The caller's request, for formats whose answers repeat fields of it. */
  readonly body: Buffer;
  /** The caller's path with its query, for formats that say there how a stream is framed. */
  readonly path: string;
  readonly keeper?: AnswerKeeper;
}

/** Writes one stream in the caller's format. */
export interface StreamEncoder {
  /** Server-sent events unless said otherwise. */
  readonly contentType?: string;
  /** Where the stream is no server-sent events: how an error or a sign of life is put into it. */
  readonly framing?: StreamFraming;
  /** What the event adds to the stream; empty when nothing is to be written (yet). */
  push(event: AnswerEvent): string;
}

/** What routing needs to know of a request. */
export interface Envelope {
  readonly model: string;
  readonly stream: boolean;
  /** How hard the model is asked to think, in the request's own word. */
  readonly effort: string | undefined;
  /** The most tokens the answer may have, where the caller set a bound; what a model thinks is among them. */
  readonly answerTokens?: number | undefined;
  /** Model names the body brought as its own fallbacks; stripped before forwarding. */
  readonly fallbacks: readonly string[];
  /** What the body says about the conversation it belongs to. */
  readonly session: string | undefined;
  /** The id of an earlier answer that only the provider that gave it can go on from. */
  readonly pinned?: string;
  /** The caller wants nothing of the answer to be stored. */
  readonly unstored?: true;
  /** Whether the caller asked for usage at the end of the stream. */
  readonly wantsUsage: boolean;
  /** Edits every target needs. */
  readonly always: readonly Splice[];
  /** Where the model's name stands; undefined when the body has none. */
  readonly modelAt: { readonly start: number; readonly end: number; readonly json: boolean } | undefined;
  /** The edit that asks for usage on a stream; undefined when it is asked for already or not to be had. */
  readonly askUsage: Splice | undefined;
}

export interface RenderTarget {
  readonly model: string;
  readonly quirks: readonly Quirk[];
}

/**
 * - `opening`: nothing a reader would miss (role, ids, comments): held back until there is content.
 * - `content`: text, a tool call, reasoning.
 * - `usage`: carries nothing but usage.
 * - `end`: the format's own end mark.
 * - `error`: the provider reports a failure inside its stream.
 * - `malformed`: not what the format allows; left out of the answer.
 */
export type EventKind = 'opening' | 'content' | 'usage' | 'end' | 'error' | 'malformed';

/** Judges the events of one stream in order. */
export interface StreamJudge {
  judge(data: string | undefined, name: string | undefined): EventKind;
  /** True once the format's terminal event, or a finish reason for every choice, was seen. */
  readonly finished: boolean;
  /** True once the format's own end mark was seen. */
  readonly ended: boolean;
  /** The last usage seen anywhere in the stream. */
  readonly usage: Usage | undefined;
  /** What the last `error` event means. */
  readonly fault: Fault | undefined;
  /** The id under which the provider keeps the answer, in formats whose callers may go on from it. */
  readonly answerId?: string | undefined;
}

/** What a whole answer is worth. */
export type AnswerVerdict =
  | { readonly is: 'answer'; readonly usage: Usage | undefined; readonly answerId?: string | undefined }
  | { readonly is: 'fault'; readonly fault: Fault };

/** What an error answer tells the caller. */
export interface ErrorReport {
  readonly fault: Fault;
  /** The status it is sent with. */
  readonly status: number;
  readonly id: string;
  /** One line per target that was tried or left out: `openai/gpt-4o: 429 …`. */
  readonly tried: readonly string[];
}
