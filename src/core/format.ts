import type { Splice } from '../lib/splice.ts';
import type { Fault, UpstreamAnswer } from './fault.ts';
import type { FormatName, Operation } from './operation.ts';
import type { Outcome } from './outcome.ts';
import type { Quirk } from './profile.ts';
import type { Usage } from './usage.ts';

/**
 * A wire dialect, as the proxy needs it: read what routing needs, edit what must be edited, judge what comes back.
 * Pure: no clock, no I/O, no vendor names.
 */
export interface Format {
  readonly name: FormatName;
  /** Reads the envelope of a request without parsing the whole of it. */
  readEnvelope(operation: Operation, contentType: string, body: Buffer): Outcome<Envelope, Fault>;
  /** The request for one target, always made from the caller's own bytes. */
  renderRequest(envelope: Envelope, body: Buffer, target: RenderTarget): Buffer;
  /** A judge for one streamed answer. */
  judgeStream(operation: Operation): StreamJudge;
  /** What a whole 2xx answer is worth. */
  judgeAnswer(operation: Operation, body: Buffer): AnswerVerdict;
  /** Which fault an answer other than 2xx means. */
  classify(answer: UpstreamAnswer): Fault;
  /** An error answer's body, in the shape this format's clients expect. */
  renderError(report: ErrorReport): Buffer;
  /** The error event that ends a stream which broke after content was delivered. */
  renderStreamError(report: ErrorReport): Buffer;
  /** Bytes that keep a silent connection alive and mean nothing to a client. */
  readonly keepAlive: Buffer;
}

/** What routing needs to know of a request. */
export interface Envelope {
  readonly model: string;
  readonly stream: boolean;
  /** How hard the model is asked to think, in the request's own word. */
  readonly effort: string | undefined;
  /** Model names the body brought as its own fallbacks; stripped before forwarding. */
  readonly fallbacks: readonly string[];
  /** What the body says about the conversation it belongs to. */
  readonly session: string | undefined;
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
}

/** What a whole answer is worth. */
export type AnswerVerdict =
  | { readonly is: 'answer'; readonly usage: Usage | undefined }
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
