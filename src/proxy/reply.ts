import type { Fault } from '../core/fault.ts';
import type { ComeBack, Failure } from '../resilience/index.ts';

/** How an exchange ended, for the last stage to write down and, where nothing was written yet, to tell the caller. */
export type Reply =
  /** A whole answer was relayed. */
  | { readonly is: 'relayed' }
  /** The answer broke off after content was delivered; the caller was told in its own format. */
  | { readonly is: 'cut'; readonly fault: Fault }
  /** The caller hung up. */
  | { readonly is: 'gone' }
  /** gw answers itself. */
  | {
      readonly is: 'answer';
      readonly status: number;
      readonly headers: readonly string[];
      readonly body: Buffer;
    }
  /** Nothing was sent yet, and this is why. */
  | Refusal;

export interface Refusal {
  readonly is: 'refused';
  readonly fault: Fault;
  /** What was tried before giving up. */
  readonly failures: readonly Failure[];
  readonly comeBack?: ComeBack | undefined;
}

export function refused(fault: Fault, failures: readonly Failure[] = [], comeBack?: ComeBack): Refusal {
  return { is: 'refused', fault, failures, comeBack };
}
