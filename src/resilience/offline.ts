import type { NetworkSign, OfflineReason, ResolverState } from '../core/network.ts';

/** What is known while nobody can say yet whether a provider or this computer's own network is at fault. */
export interface Evidence {
  /** Addresses of this computer beyond loopback and link-local. */
  readonly addresses: number;
  /** Far hosts that attempts failed to reach, with what they met there. */
  readonly met: ReadonlyMap<string, NetworkSign>;
  /** Other far hosts that were asked because of that. */
  readonly asked: ReadonlyMap<string, NetworkSign | 'reached'>;
  readonly resolver: ResolverState;
}

/**
 * Whether this computer is offline, and why; `online` leaves the blame with the providers.
 *
 * One host that was reached speaks for the network. Without an address there is no network. Several hosts that fail at
 * once do so for one reason, which is ours; but not when names are all that is missing and the name server works, as
 * then the names are wrong. One host alone convicts the network only together with a name server that is silent.
 */
export function judgeNetwork({ addresses, met, asked, resolver }: Evidence): OfflineReason | 'online' {
  const findings = new Map([...met, ...asked]);
  const signs = [...findings.values()].filter((found) => found !== 'reached');
  if (signs.length < findings.size) return 'online';
  if (addresses === 0) return 'no-interface';
  if (signs.filter((sign) => sign === 'stranger').length >= 2) return 'stranger';
  const own = signs.filter((sign) => sign !== 'stranger');
  if (own.length === 0) return 'online';
  const namesOnly = own.every((sign) => sign === 'no-name');
  const isEnough = own.length > 1 ? !(namesOnly && resolver === 'answers') : resolver === 'silent';
  if (!isEnough) return 'online';
  if (namesOnly) return 'no-name';
  return own.includes('no-route') ? 'no-route' : 'no-answer';
}

const SENTENCES: Readonly<Record<OfflineReason, string>> = {
  'no-interface': 'no network interface has an address',
  'no-name': 'host names do not resolve',
  'no-route': 'there is no way to hosts beyond it',
  'no-answer': 'no host answers',
  stranger:
    "something answers in the hosts' place: a captive portal (open a web page to log in), or a proxy with a certificate of its own (NODE_EXTRA_CA_CERTS)",
};

/** What being offline for this reason means, in words that follow a colon. */
export function offlineSentence(reason: OfflineReason): string {
  return SENTENCES[reason];
}
