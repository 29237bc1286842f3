import { lookup } from 'node:dns/promises';
import { createConnection, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import type { Provider } from '../../core/profile.ts';
import type { Clock } from '../../lib/clock.ts';
import { errorCode } from '../../lib/expect.ts';

/** The steps on the way to an answer, in their order. */
export type ReachStep = 'dns' | 'tcp' | 'tls' | 'http';

/** How far a provider could be reached. No key is sent: even a refusal is an answer. */
export interface Reach {
  readonly provider: string;
  readonly url: string;
  /** Milliseconds of each step that was taken: an address needs no DNS, plain http no TLS. */
  readonly took: Readonly<Partial<Record<ReachStep, number>>>;
  readonly status?: number;
  /** What its `Date` header says this machine's clock is ahead by, in milliseconds, give or take a second. */
  readonly aheadMs?: number;
  readonly failure?: { readonly step: ReachStep; readonly code: string };
}

// A healthy host takes a fraction of this for each step.
const STEP_MS = 3_000;
const MAX_HEAD_BYTES = 64 * 1024;

type Took = Partial<Record<ReachStep, number>>;

/** Tries all providers at once. */
export function reachProviders(
  providers: readonly Provider[],
  clock: Clock,
  stepMs = STEP_MS,
): Promise<Reach[]> {
  return Promise.all(providers.map((provider) => reachProvider(provider, clock, stepMs)));
}

async function reachProvider({ name, url }: Provider, clock: Clock, stepMs: number): Promise<Reach> {
  const took: Took = {};
  const sockets: Socket[] = [];
  let step: ReachStep = 'dns';
  const time = async <T>(next: ReachStep, start: () => Promise<T>): Promise<T> => {
    step = next;
    const began = clock.monotonic();
    const value = await within(stepMs, start());
    took[next] = clock.monotonic() - began;
    return value;
  };
  try {
    const head = await walk(new URL(url), sockets, time);
    return { provider: name, url, took, ...readHead(head, clock.now()) };
  } catch (error) {
    return { provider: name, url, took, failure: { step, code: codeOf(error) } };
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

type Timed = <T>(step: ReachStep, start: () => Promise<T>) => Promise<T>;

/** Goes the way a request goes, and answers with the head of the response. */
async function walk(url: URL, sockets: Socket[], time: Timed): Promise<string> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses =
    isIP(host) === 0
      ? await time('dns', () => lookup(host, { all: true }))
      : [{ address: host, family: isIP(host) }];
  const isTls = url.protocol === 'https:';
  const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port);
  const plain = createConnection({
    host,
    port,
    // All of them, so that a host with a dead IPv6 address is reached as every program reaches it.
    lookup: (_host, _options, done) => done(null, addresses),
  });
  sockets.push(plain);
  await time('tcp', () => event(plain, 'connect'));
  const socket = isTls ? await secure(plain, host, sockets, time) : plain;
  return time('http', () => askHead(socket, url));
}

async function secure(plain: Socket, host: string, sockets: Socket[], time: Timed): Promise<Socket> {
  const socket = connectTls({
    socket: plain,
    ALPNProtocols: ['http/1.1'],
    // A server name must be a name.
    ...(isIP(host) === 0 ? { servername: host } : {}),
  });
  sockets.push(socket);
  await time('tls', () => event(socket, 'secureConnect'));
  return socket;
}

/** Asks for the list of models without a key: nearly every host answers that at once, if only with a 401. */
function askHead(socket: Socket, url: URL): Promise<string> {
  return new Promise((resolve, reject) => {
    let head = '';
    socket.on('data', (chunk: Buffer) => {
      head += chunk.toString('latin1');
      if (head.includes('\r\n\r\n')) resolve(head);
      else if (head.length > MAX_HEAD_BYTES) reject(new Coded('NOT_HTTP'));
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Coded(head === '' ? 'ECONNRESET' : 'NOT_HTTP')));
    socket.write(
      `GET ${url.pathname.replace(/\/$/, '')}/models HTTP/1.1\r\nHost: ${url.host}\r\n` +
        'User-Agent: gw-doctor\r\nAccept: application/json\r\nConnection: close\r\n\r\n',
    );
  });
}

function readHead(head: string, now: number): Pick<Reach, 'status' | 'aheadMs' | 'failure'> {
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
  if (status === undefined) return { failure: { step: 'http', code: 'NOT_HTTP' } };
  const date = Date.parse(/^date: *(.+)$/im.exec(head)?.[1] ?? '');
  // The header has whole seconds: on average half a second has gone by since.
  return { status: Number(status), ...(Number.isNaN(date) ? {} : { aheadMs: now - (date + 500) }) };
}

/** A failure of our own finding, with a code like the system's. */
class Coded extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

function event(socket: Socket, name: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(name, resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Coded('ECONNRESET')));
  });
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Coded('TIMEOUT')), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** A host with several addresses fails with an error of errors. */
function codeOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return errorCode(first) ?? errorCode(error) ?? 'UNKNOWN';
}
