/**
 * What an attempt met that may be this machine's own network, and not its provider: a name that does not resolve,
 * no way there, nobody who answers the first packet, or somebody else who answers in the host's place.
 */
export type NetworkSign = 'no-name' | 'no-route' | 'no-answer' | 'stranger';

/** Why this computer is held to be offline. */
export type OfflineReason = 'no-interface' | NetworkSign;

/** Own trouble as others see it. Times are epoch milliseconds. */
export interface OfflineView {
  readonly since: number;
  readonly reason: OfflineReason;
  /** What is wrong, in plain words, without a full stop. */
  readonly message: string;
}
