import { type Fault, fault } from '../../core/fault.ts';
import type { ListenSettings } from '../../core/settings.ts';
import { carriesToken } from '../arrival/local-token.ts';
import type { Exchange } from '../exchange.ts';
import { refused } from '../reply.ts';
import type { Stage } from '../stage.ts';

/** Names by which this machine may be called; anything else is another site's name bound to this address. */
const LOCAL_HOSTS = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Refuses what a web page could send (DNS rebinding, foreign origins) and callers without the local token, before any
 * work is done, and never with a CORS header.
 */
export const authorize: Stage = (next) => (exchange) => {
  const why = objection(exchange);
  return why ? Promise.resolve(refused(why)) : next(exchange);
};

function objection(exchange: Exchange): Fault | undefined {
  const { listen } = exchange.fleet.settings;
  const { host, origin } = exchange.headers;
  if (!isAllowedHost(host, listen)) {
    return fault(
      'forbidden_origin',
      `the host name "${host ?? ''}" is not allowed; add it with: gw config set listen.allowedHosts '["${hostName(host ?? '')}"]'`,
    );
  }
  if (origin !== undefined && !listen.allowedOrigins.includes(origin)) {
    return fault(
      'forbidden_origin',
      `pages of ${origin} may not call gw; allow them with: gw config set listen.allowedOrigins '["${origin}"]'`,
    );
  }
  const { token } = listen;
  if (token && !carriesToken(exchange.headers, exchange.request.url ?? '', token))
    return fault('unauthorized');
  return isForeignPage(exchange)
    ? fault('forbidden_origin', 'pages of other sites may not call gw')
    : undefined;
}

/**
 * A page may send a GET anywhere without saying where from (an image, a script); browsers then say at least that it
 * comes from elsewhere. gw's own few answers may be opened from anywhere: they give nothing away and cost nothing.
 */
function isForeignPage({ headers, recognised }: Exchange): boolean {
  const { fetchSite, origin } = headers;
  if (fetchSite === undefined || origin !== undefined || recognised.is !== 'operation') return false;
  return fetchSite === 'cross-site' || fetchSite === 'same-site';
}

function isAllowedHost(host: string | undefined, listen: ListenSettings): boolean {
  if (host === undefined) return false;
  const name = hostName(host);
  return LOCAL_HOSTS.has(name) || name === listen.host || listen.allowedHosts.includes(name);
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}
