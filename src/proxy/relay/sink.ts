import type { Fault } from '../../core/fault.ts';
import type { Break } from '../continuation/break.ts';

/** What becomes of an upstream answer's body. */
export interface Sink {
  /** The attempt's limit runs until there is content, not merely a first byte. */
  readonly awaitsContent: boolean;
  /** Whether somebody else could go on with what was relayed so far. */
  readonly isResumable?: boolean;
  push(chunk: Buffer): void;
  /** The provider ended the answer properly. */
  end(): void;
  /** The answer was lost: connection, time limit, or gw being stopped. */
  lose(fault: Fault): void;
  /** Nothing came for a while; keeps the caller's connection alive where the format can. */
  keepAlive(): void;
  /** The attempt is over, however it ended. */
  release?(): void;
}

/** How a sink reports to its attempt. */
export interface SinkReport {
  /** The first content is there: the target works, and the answer is committed. */
  content(): void;
  /** The answer reached the caller whole. */
  served(): void;
  /** Nothing reached the caller. */
  failed(fault: Fault): void;
  /** Part of the answer reached the caller, and it was told that the rest is missing, unless that is still to be told. */
  cut(fault: Fault, untold?: Break): void;
}
