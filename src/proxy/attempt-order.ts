import type { Fault } from '../core/fault.ts';
import type { Format, ItemKeeper } from '../core/format.ts';
import type { Policy } from '../core/policy.ts';
import type { Line } from './connections/upstream.ts';
import type { Break } from './continuation/break.ts';
import type { Doubt } from './health/doubt.ts';
import type { AnswerHeaders } from './outlet.ts';
import type { Lane } from './race/lane.ts';
import type { Translation } from './translation.ts';
import type { Body } from './wire.ts';

/** How one call to one target ended. */
export type AttemptResult =
  | { readonly is: 'served' }
  | { readonly is: 'gone' }
  /** Another attempt of the same exchange had content first. `isHedge`: this one was asked beside it, and not before. */
  | { readonly is: 'outrun'; readonly isHedge: boolean }
  /** `untold`: the caller was not told yet, because somebody may go on with the answer. */
  | { readonly is: 'cut'; readonly fault: Fault; readonly untold?: Break | undefined }
  /** `lost`: a connection broke before any byte came back, so asking once more costs nothing. */
  | { readonly is: 'failed'; readonly fault: Fault; readonly lost: boolean };

/** What is sent, where, and how long it may take. */
export interface AttemptOrder {
  readonly upstream: Line;
  /** The simulator plays the target: it is given no signature. */
  readonly isSimulated: boolean;
  readonly method: string;
  readonly path: string;
  readonly headers: string[];
  readonly body: Body | null;
  /** The secret values among the headers. */
  readonly credentials: readonly string[];
  /** What the target speaks. */
  readonly format: Format;
  /** How its answer becomes the caller's, when it speaks another format. */
  readonly translation: Translation | undefined;
  /** Takes the items of an answer that passes through, where the caller may name them by id; undefined elsewhere. */
  readonly keep: ItemKeeper | undefined;
  readonly policy: Policy;
  /** Milliseconds until the first content of a stream, or the head of a whole answer. */
  readonly limitMs: number;
  /** Of a whole answer that another target could give too: whether this one still answers anybody. */
  readonly doubt: Doubt | undefined;
  /** Milliseconds until the deadline of the whole exchange. */
  readonly remainingMs: number;
  /** Silence after which another target goes on with the answer; undefined while none could. */
  readonly takeoverMs: number | undefined;
  readonly report: AttemptReport;
  /** Where another attempt may race it for the caller. */
  readonly lane?: Lane | undefined;
}

/** Who is told how the attempt goes. */
export interface AttemptReport {
  /** Once, when the head of the answer arrived. */
  answered(headers: AnswerHeaders): void;
  /** Once, when the target has shown that it works. */
  content(): void;
  /** Once, at the end; answers with the result as others may see it. */
  ended(result: AttemptResult): AttemptResult;
}
