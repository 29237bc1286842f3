import type { DeliveredStream } from '../../core/answer.ts';
import type { FaultCode } from '../../core/fault.ts';
import type { StreamEncoder } from '../../core/format.ts';
import { OPERATIONS } from '../../core/operation.ts';
import type { Exchange } from '../exchange.ts';

/** An answer that broke off after content was delivered, and of which the caller was not told yet. */
export interface Break {
  readonly cause: FaultCode;
  /** What passed through or was translated; undefined when it can no longer be told. */
  delivered(): DeliveredStream | undefined;
  /** Who wrote it for the caller; undefined for a stream that passed through. */
  readonly encoder: StreamEncoder | undefined;
  /** What must stand before anything more can be written. */
  readonly lead: Buffer | undefined;
  /** Tells the caller that the rest is missing, and breaks the connection. */
  tell(): void;
}

/** Whether what is relayed is kept, because somebody could go on with it if it broke. */
export function mayContinue(exchange: Exchange): boolean {
  const { trail, format, operation, plan, envelope } = exchange;
  if (operation !== 'chat' || !OPERATIONS[operation].streams || !trail.stream) return false;
  if (plan?.compiled.policy.onCut !== 'continue') return false;
  return format.toCaller !== undefined && format.toProvider !== undefined && envelope !== undefined;
}
