import { lookup, type LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { connect as connectPlain, isIP, type LookupFunction, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { connect as connectTls } from 'node:tls';

import type { NetworkPlace, NetworkSenses, NetworkSign, ResolverState } from '../core/network.ts';
import { errorCode } from '../lib/expect.ts';
import { networkSign } from '../proxy/index.ts';

// Addresses that exist without any network: RFC 3927, RFC 4291 section 2.5.6.
const LINK_LOCAL = /^(169\.254\.|fe[89ab])/i;

/** This computer's network, felt without anybody being told: no request is made, and no host but the profile's is met. */
export function openNetworkSenses(): NetworkSenses {
  const sharedLookup = shareLookups();
  return {
    addresses,
    reach: (place, withinMs) => reach(place, withinMs, sharedLookup),
    askResolver,
  };
}

function addresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((list = []) =>
    list.flatMap(({ address, internal }) => (internal || LINK_LOCAL.test(address) ? [] : [address])),
  );
}

/** A finished handshake with a verified certificate is what no captive portal can show. */
function reach(
  place: NetworkPlace,
  withinMs: number,
  sharedLookup: LookupFunction,
): Promise<NetworkSign | 'reached'> {
  return new Promise((resolve) => {
    const socket = open(place, sharedLookup);
    const finish = (found: NetworkSign | 'reached'): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(found);
    };
    const timer = setTimeout(() => finish('no-answer'), withinMs).unref();
    socket.on(place.tls ? 'secureConnect' : 'connect', () => finish('reached'));
    // Whoever refuses or breaks off is there: that is trouble of its own, and not the network's.
    socket.on('error', (error) => finish(networkSign(error) ?? 'reached'));
  });
}

function open({ host, port, tls }: NetworkPlace, sharedLookup: LookupFunction): Socket {
  const options = { host, port, lookup: sharedLookup };
  return tls
    ? connectTls({ ...options, ...(isIP(host) === 0 && { servername: host }) })
    : connectPlain(options);
}

/**
 * Without a network, looking a name up takes one of the four threads that files need too for ten seconds and more, and
 * cannot be called off: of each name there is never more than one under way.
 */
function shareLookups(): LookupFunction {
  const running = new Map<string, Found[]>();
  return (hostname, { all }, callback) => {
    const tell: Found = (error, list) => {
      const [first] = list ?? [];
      if (error) callback(error, '');
      else if (all === true) callback(null, [...(list ?? [])]);
      else callback(null, first?.address ?? '', first?.family ?? 4);
    };
    const waiting = running.get(hostname);
    if (waiting) {
      waiting.push(tell);
      return;
    }
    const others = [tell];
    running.set(hostname, others);
    lookup(hostname, { all: true }, (error, list) => {
      running.delete(hostname);
      for (const each of others) each(error, list);
    });
  };
}

/** Takes the addresses of a host; Node.js gives none beside an error. */
type Found = (error: NodeJS.ErrnoException | null, list: readonly LookupAddress[] | undefined) => void;

/** What the name server answers when asked for the root of all names, by its error code. */
const STATES: Readonly<Record<string, ResolverState>> = {
  ENODATA: 'answers',
  ESERVFAIL: 'silent',
  ETIMEOUT: 'silent',
  ECONNREFUSED: 'silent',
};

/**
 * Every name server knows where the root is, or can find out if it has a network itself; the question says nothing about
 * who asks or why. One that refuses it, or denies that there is a root, is not to be judged by that.
 */
async function askResolver(withinMs: number): Promise<ResolverState> {
  const resolver = new Resolver({ timeout: Math.floor(withinMs / 2), tries: 1 });
  const timer = setTimeout(() => resolver.cancel(), withinMs).unref();
  try {
    await resolver.resolveNs('.');
    return 'answers';
  } catch (error) {
    const code = errorCode(error) ?? '';
    return code === 'ECANCELLED' ? 'silent' : (STATES[code] ?? 'unclear');
  } finally {
    clearTimeout(timer);
  }
}
