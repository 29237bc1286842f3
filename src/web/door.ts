import { randomBytes, timingSafeEqual } from 'node:crypto';

const TOKEN_BYTES = 24;
// Links are made by a person at a terminal; ones nobody opened must not pile up.
const MOST_LINKS = 20;
const MOST_SESSIONS = 20;

/** What the door looks at of a request. */
export interface Visitor {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly purpose: string | undefined;
  readonly cookie: string | undefined;
}

/**
 * Who may see the page. A link lets one browser in, once: its token is exchanged for a cookie. That cookie is sent to
 * no path but the page's own, which nobody can guess: browsers tell no ports apart, and another server on this machine
 * would else be sent it too.
 */
export class Door {
  readonly #port: number;
  readonly #links = new Set<string>();
  readonly #sessions = new Set<string>();
  /** The path of the page, with slashes around it. */
  readonly room = `/${newToken()}/`;

  constructor(port: number) {
    this.#port = port;
  }

  /** A path with a token that works once. */
  newLink(): string {
    const token = newToken();
    keep(this.#links, token, MOST_LINKS);
    return `/?token=${token}`;
  }

  /** Why a request is turned away before it is looked at; undefined when it is not. */
  objection({ host, origin, fetchSite }: Visitor): string | undefined {
    const own = [`127.0.0.1:${this.#port}`, `localhost:${this.#port}`];
    if (host === undefined || !own.includes(host.toLowerCase())) return 'this host name is not served here';
    if (origin !== undefined && origin !== `http://${host}`)
      return 'pages of other sites may not read this one';
    if (fetchSite === 'cross-site' || fetchSite === 'same-site')
      return 'pages of other sites may not lead here';
    return undefined;
  }

  /** Takes a link's token and answers with the cookie to set; undefined when the token is none, or was used. */
  enter(token: string, { purpose }: Visitor): string | undefined {
    // Browsers open addresses ahead of time, and what they throw away must not use up the link.
    if (purpose?.includes('prefetch') === true) return undefined;
    const link = [...this.#links].find((known) => same(known, token));
    if (link === undefined) return undefined;
    this.#links.delete(link);
    const session = newToken();
    keep(this.#sessions, session, MOST_SESSIONS);
    return `gw-dash=${session}; HttpOnly; SameSite=Strict; Path=${this.room}`;
  }

  /** Whether a request brings a cookie that was set here. */
  knows({ cookie = '' }: Visitor): boolean {
    const values = cookie.split(';').flatMap((pair) => /^\s*gw-dash=(.*)$/.exec(pair)?.[1] ?? []);
    return values.some((value) => [...this.#sessions].some((session) => same(session, value)));
  }
}

/** Random text for addresses, cookies and nonces: 192 bits. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}

/** Adds to a set that forgets the oldest. */
function keep(set: Set<string>, value: string, most: number): void {
  set.add(value);
  const [oldest] = set;
  if (set.size > most && oldest !== undefined) set.delete(oldest);
}
