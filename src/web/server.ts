import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import type { Trail } from '../core/trail.ts';
import { Door, newToken, type Visitor } from './door.ts';

/** What a page is told, under the name its script listens for. */
export interface WebEvent {
  readonly name: 'snapshot' | 'delta' | 'gone';
  readonly told: unknown;
}

/** What serving the page needs of the world. */
export interface WebPorts {
  /** Tells what the daemon tells, beginning with a snapshot; the returned function ends it. */
  readonly subscribe: (hear: (event: WebEvent) => void) => () => void;
  /** An exchange by its id, wherever it is still known. */
  readonly findTrail: (id: string) => Promise<Trail | undefined>;
  /** Runs `action` once after so long; the returned function cancels it. */
  readonly after: (delayMs: number, action: () => void) => () => void;
}

/** The page while it is served. */
export interface DashPage {
  /** An address that lets one browser in, once. */
  newLink(): string;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
// Proxies and browsers drop connections on which nothing happens.
const HEARTBEAT_MS = 15_000;
// A browser that sleeps reads nothing: it starts afresh when it wakes up.
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;
const MOST_STREAMS = 12;
const EXCHANGE_PATH = /^exchange\/([0-9a-z]{1,32})$/;

/** Serves the dashboard as a page on loopback until it is closed; rejects with the system's error (`EADDRINUSE`). */
export function servePage(ports: WebPorts, port: number): Promise<DashPage> {
  const page = readFileSync(pagePath(), 'utf8');
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: HOST }, () => {
      server.off('error', reject);
      resolve(new Served(server, ports, page));
    });
  });
}

/** The source in a checkout, a copy of it beside the built program. */
function pagePath(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './page.html' : './dash-page.html', import.meta.url);
}

class Served implements DashPage {
  readonly #server: Server;
  readonly #ports: WebPorts;
  readonly #page: string;
  readonly #address: string;
  readonly #door: Door;
  #streams = 0;

  constructor(server: Server, ports: WebPorts, page: string) {
    this.#server = server;
    this.#ports = ports;
    this.#page = page;
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    this.#address = `http://${HOST}:${port}`;
    this.#door = new Door(port);
    server.on('request', (request, response) => this.#answer(request, response));
  }

  newLink(): string {
    return this.#address + this.#door.newLink();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const visitor = visitorOf(request);
    const { room } = this.#door;
    const objection = this.#door.objection(visitor);
    if (objection !== undefined) return refuse(response, 403, objection);
    if (request.method !== 'GET') return refuse(response, 405, 'this page can only be read');
    const url = request.url ?? '/';
    if (url.startsWith('/?token=')) return this.#enter(url.slice('/?token='.length), visitor, response);
    if (!url.startsWith(room) || !this.#door.knows(visitor)) return refuse(response, 403, NO_ENTRY);
    const path = url.slice(room.length);
    if (path === '') return this.#sendPage(response);
    if (path === 'events') return this.#stream(response);
    const id = EXCHANGE_PATH.exec(path)?.[1];
    return id === undefined ? refuse(response, 404, 'there is nothing here') : this.#sendTrail(id, response);
  }

  #enter(token: string, visitor: Visitor, response: ServerResponse): void {
    const cookie = this.#door.enter(token, visitor);
    if (cookie === undefined) return refuse(response, 403, NO_ENTRY);
    response.writeHead(303, { ...SAFE, location: this.#door.room, 'set-cookie': cookie });
    response.end();
  }

  #sendPage(response: ServerResponse): void {
    const nonce = newToken();
    const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
    response.writeHead(200, {
      ...SAFE,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
    });
    response.end(this.#page.replaceAll('__NONCE__', nonce));
  }

  #stream(response: ServerResponse): void {
    if (this.#streams >= MOST_STREAMS) return refuse(response, 503, 'too many pages are open');
    this.#streams++;
    response.writeHead(200, { ...SAFE, 'content-type': 'text/event-stream' });
    response.write('retry: 1000\n\n');
    const send = (text: string): void => {
      if (response.writableLength > MOST_UNREAD_BYTES) response.destroy();
      else response.write(text);
    };
    const end = this.#ports.subscribe(({ name, told }) =>
      send(`event: ${name}\ndata: ${JSON.stringify(told)}\n\n`),
    );
    let stopBeating = this.#ports.after(HEARTBEAT_MS, beat);
    const { after } = this.#ports;
    function beat(): void {
      send(': still here\n\n');
      stopBeating = after(HEARTBEAT_MS, beat);
    }
    response.once('close', () => {
      this.#streams--;
      stopBeating();
      end();
    });
  }

  #sendTrail(id: string, response: ServerResponse): void {
    const none = (): void => refuse(response, 404, 'there is no such request');
    this.#ports.findTrail(id).then((trail) => {
      if (trail === undefined) return none();
      response.writeHead(200, { ...SAFE, 'content-type': 'application/json' });
      response.end(JSON.stringify(trail));
      return undefined;
    }, none);
  }
}

const NO_ENTRY =
  'A link lets one browser in, once, and this one does not (any more). Press enter where gw dash --web runs: it prints another.';

/** On everything that is sent: nothing is kept, guessed at, framed or led elsewhere. */
const SAFE = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
} as const;

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, {
    ...SAFE,
    'content-type': 'text/plain; charset=utf-8',
    'content-security-policy': "default-src 'none'",
  });
  response.end(`${why}\n`);
}

function visitorOf({ headers }: IncomingMessage): Visitor {
  const one = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    host: headers.host,
    origin: headers.origin,
    fetchSite: one('sec-fetch-site'),
    purpose: one('sec-purpose') ?? one('purpose'),
    cookie: headers.cookie,
  };
}
