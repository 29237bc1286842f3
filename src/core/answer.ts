import type { Citation, Loss, OpaqueState } from './conversation.ts';
import type { Fault } from './fault.ts';
import type { Usage } from './usage.ts';

/**
 * A model's answer as it comes, in no vendor's shape: what a provider's stream or whole answer is decoded to and the
 * caller's is encoded from.
 *
 * The grammar: `start`, then parts one after the other (`open`, its deltas, `close`; never two open at once), then
 * `finish`; `usage` may come anywhere, each one replaces what it names, and `end` comes last and only once. `error` ends
 * the answer instead; `lost`, `malformed` and `ping` may come anywhere and mean nothing to a reader.
 */
export type AnswerEvent =
  | {
      readonly is: 'start';
      /** The provider's own id of the answer. */
      readonly id?: string;
      /** The model as the provider names it in the answer. */
      readonly model?: string;
      /** Epoch seconds. */
      readonly created?: number;
    }
  | { readonly is: 'open'; readonly part: OpenedPart }
  /** More of the open part's text (text, reasoning, refusal) or of its call's arguments. */
  | { readonly is: 'delta'; readonly text: string }
  | { readonly is: 'citation'; readonly citation: Citation }
  /** State that belongs to the open part; of a call it comes with `open`. */
  | { readonly is: 'opaque'; readonly state: OpaqueState }
  | { readonly is: 'close' }
  | { readonly is: 'usage'; readonly usage: Usage }
  | {
      readonly is: 'finish';
      readonly reason: FinishReason;
      /** The provider's own word. */
      readonly raw?: string;
      readonly stopSequence?: string;
    }
  | { readonly is: 'error'; readonly fault: Fault }
  /** The answer has something that no event can tell, and that a translation therefore leaves out. */
  | { readonly is: 'lost'; readonly loss: Loss }
  /** An event that its format does not allow; left out of the answer and counted. */
  | { readonly is: 'malformed' }
  /** The provider's sign of life. */
  | { readonly is: 'ping' }
  | { readonly is: 'end' };

/** A whole answer larger than this many bytes is no answer of a language model. */
export const LONGEST_ANSWER = 64 * 1024 * 1024;

/** What a caller has of a stream that passed through: its events as they came, and what they mean. */
export interface DeliveredStream {
  readonly frames: readonly { readonly data: string; readonly name: string | undefined }[];
  readonly events: readonly AnswerEvent[];
}

export type OpenedPart =
  | { readonly kind: 'text' }
  | { readonly kind: 'reasoning'; readonly summary?: boolean }
  | { readonly kind: 'refusal' }
  | {
      readonly kind: 'call';
      readonly id: string;
      readonly name: string;
      readonly custom?: boolean;
      readonly opaque?: readonly OpaqueState[];
    }
  /** A picture or sound; whole with `open`, its data in base64. */
  | { readonly kind: 'media'; readonly mime: string; readonly data: string };

/**
 * Why the model stopped. `calls` when the answer calls a tool of the caller, whatever the provider says; but an answer
 * that was cut off (`length`) or blocked stays so, because its last call is not whole.
 * `other`: a word gw does not know, kept in `raw`.
 */
export type FinishReason = 'stop' | 'length' | 'calls' | 'filter' | 'refusal' | 'pause' | 'context' | 'other';
