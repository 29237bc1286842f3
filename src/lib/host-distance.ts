/** Where a host is, as its name tells: this machine, the network around it, or beyond. */
export type HostDistance = 'self' | 'near' | 'far';

// Loopback in all its spellings, and the addresses that mean "all of mine".
const SELF = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|::|::1|::ffff:(127\.|7f).*)$/;
// RFC 1918, RFC 3927, RFC 6598 (also what VPNs such as Tailscale give out), RFC 4193, RFC 4291 link-local.
const NEAR_ADDRESS =
  /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd][\da-f]{2}:|fe[89ab][\da-f]:)/;
// RFC 6762 (`local`), RFC 8375 (`home.arpa`), ICANN's `internal`, and what routers and offices have always used.
const NEAR_NAME = /\.(local|lan|home|home\.arpa|internal|localdomain|intranet|corp)$/;

/** A name of one word is looked up in the search domain, so it is near; an address is what its block says. */
export function hostDistance(hostname: string): HostDistance {
  const host = hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (SELF.test(host)) return 'self';
  const isAddress = host.includes(':') || /^[\d.]+$/.test(host);
  if (isAddress) return NEAR_ADDRESS.test(host) ? 'near' : 'far';
  return NEAR_NAME.test(host) || !host.includes('.') ? 'near' : 'far';
}
