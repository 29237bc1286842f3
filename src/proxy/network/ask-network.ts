import type { NetworkPlace, NetworkSenses, NetworkSign, ResolverState } from '../../core/network.ts';

// A handshake with a host on the other side of the earth takes 0.5 s; a verdict later than this helps no caller.
const ASK_MS = 1_500;
// Looking up a name without a network holds one of the four threads that files need too.
const ASKED_AT_ONCE = 3;

/** What asking around has shown. */
export interface Findings {
  readonly addresses: number;
  readonly asked: ReadonlyMap<string, NetworkSign | 'reached'>;
  readonly resolver: ResolverState;
}

/** Asks these hosts and the name server at once, until one of the hosts is reached or all have failed. */
export async function askNetwork(senses: NetworkSenses, places: readonly NetworkPlace[]): Promise<Findings> {
  const asked = new Map<string, NetworkSign | 'reached'>();
  const oneReached = Promise.withResolvers<ResolverState>();
  const asking = places.slice(0, ASKED_AT_ONCE).map(async (place) => {
    const found = await senses.reach(place, ASK_MS);
    asked.set(place.host, found);
    if (found === 'reached') oneReached.resolve('answers');
  });
  const all = Promise.all([senses.askResolver(ASK_MS), ...asking]).then(([state]) => state);
  const resolver = await Promise.race([oneReached.promise, all]);
  return { addresses: senses.addresses().length, asked, resolver };
}
