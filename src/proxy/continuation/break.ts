import type { DeliveredStream } from '../../core/answer.ts';
import type { FaultCode } from '../../core/fault.ts';
import type { StreamEncoder } from '../../core/format.ts';
import type { Dropped } from './relayed-bytes.ts';

/** An answer that broke off after content was delivered, and of which the caller was not told yet. */
export interface Break {
  readonly cause: FaultCode;
  /** What passed through or was translated; undefined when it can no longer be told. */
  delivered(): DeliveredStream | undefined;
  /** Why it can no longer be told, where it was not kept. */
  readonly dropped?: Dropped | undefined;
  /** Who wrote it for the caller; undefined for a stream that passed through. */
  readonly encoder: StreamEncoder | undefined;
  /** What must stand before anything more can be written. */
  readonly lead: Buffer | undefined;
  /** Tells the caller that the rest is missing, and breaks the connection. */
  tell(): void;
}
