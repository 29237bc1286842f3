/**
 * - `closed`: the connection ended before the answer.
 * - `timeout`: no answer in time.
 * - `oversized`: a message over the bound; the peer is not speaking our protocol.
 * - `declined`: the daemon answered that it will not or cannot.
 * - `unusable`: the socket cannot be made or used where it should be.
 * - `occupied`: another daemon answers there.
 */
export type ControlErrorReason = 'closed' | 'timeout' | 'oversized' | 'declined' | 'unusable' | 'occupied';

/** Why a conversation with the daemon did not work, with what to do about it when that is known. */
export class ControlError extends Error {
  readonly reason: ControlErrorReason;
  readonly fix: string | undefined;

  constructor(reason: ControlErrorReason, message: string, fix?: string) {
    super(message);
    this.reason = reason;
    this.fix = fix;
  }
}
