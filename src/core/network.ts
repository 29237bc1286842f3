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

/** Where a connection leads first: the provider's host, or the HTTP proxy on the way to it. */
export interface NetworkPlace {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/** What the name server of this computer has to say about the root of all names. */
export type ResolverState = 'answers' | 'silent' | 'unclear';

/**
 * How this computer's network is felt. Nothing but what the profile names is ever connected to, and no request is made
 * of it.
 */
export interface NetworkSenses {
  /** The addresses by which other machines could reach this one. */
  addresses(): readonly string[];
  /** Opens a connection (with TLS its handshake too, the certificate verified) and closes it again. Never rejects. */
  reach(place: NetworkPlace, withinMs: number): Promise<NetworkSign | 'reached'>;
  /** Asks for the root of the name system, which names nobody. Never rejects. */
  askResolver(withinMs: number): Promise<ResolverState>;
}
