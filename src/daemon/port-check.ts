import { createConnection, createServer } from 'node:net';

/** What answered on a port. */
export interface PortAnswer {
  /** The head of the HTTP response; empty when it spoke no HTTP. */
  readonly head: string;
  /** It is a gw, by its own headers. */
  readonly isGw: boolean;
}

/** Asks whoever listens there a small HTTP question; undefined when nobody answers in time. */
export function askPort(host: string, port: number, timeoutMs = 2_000): Promise<PortAnswer | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: dialHost(host), port });
    let connected = false;
    let head = '';
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(connected ? { head, isGw: /^x-gw-/im.test(head) } : undefined);
    };
    const timer = setTimeout(finish, timeoutMs);
    socket.on('connect', () => {
      connected = true;
      socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
    });
    socket.on('data', (chunk) => {
      head += chunk.toString('latin1');
      if (head.includes('\r\n\r\n') || head.length > 16_384) finish();
    });
    socket.on('error', finish);
    socket.on('close', finish);
  });
}

/** How far one looks for another port: whoever runs several servers gives them neighbouring ones. */
const NEIGHBOURS = 20;

/** A port that nobody listens on, the next one above where possible; 0 (the system chooses) when all are taken. */
export async function freePortAbove(host: string, port: number): Promise<number> {
  for (let next = port + 1; next <= Math.min(port + NEIGHBOURS, 65_535); next += 1) {
    if (await isFree(host, next)) return next;
  }
  return 0;
}

/** Whether gw could listen there, tried by listening: a refused connection does not say that. */
function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port }, () => server.close(() => resolve(true)));
  });
}

/** The address a client on this machine uses for a listener: an unspecified one is reached at loopback. */
export function dialHost(host: string): string {
  if (host === '0.0.0.0' || host === 'localhost') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

/** `http://127.0.0.1:4499`. */
export function addressOf(host: string, port: number): string {
  const dial = dialHost(host);
  return `http://${dial.includes(':') ? `[${dial}]` : dial}:${port}`;
}

/** Host and port of `http://127.0.0.1:4499`. */
export function splitAddress(address: string): { host: string; port: number } {
  const url = new URL(address);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port === '' ? '80' : url.port) };
}
