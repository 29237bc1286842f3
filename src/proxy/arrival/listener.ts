import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** A request must be complete in this time: slow enough for 100 MB over a bad link, and it ends a slowloris. */
const REQUEST_MS = 300_000;
/** Its head in this. */
const HEADERS_MS = 15_000;
/** Both are noticed when the connections are looked at, so at most this much later; Node's own 30 s would triple the first. */
const CHECK_MS = 5_000;
/** Idle connections of callers are kept longer than any SDK's pool keeps them, so that the caller closes first. */
const KEEP_ALIVE_MS = 120_000;
/** Agents put session state and long tokens into headers; Node's own 16 KB is too tight for some. */
const MAX_HEADER_BYTES = 64 * 1024;

/** How long a caller may take to send a request. */
export interface ListenerLimits {
  readonly headersMs: number;
  readonly requestMs: number;
  /** How often connections are looked at. */
  readonly checkMs: number;
}

const LIMITS: ListenerLimits = { headersMs: HEADERS_MS, requestMs: REQUEST_MS, checkMs: CHECK_MS };

/** Creates the HTTP server; everything that is not a well-formed HTTP/1.1 request is answered here. */
export function createListener(
  serve: (request: IncomingMessage, response: ServerResponse) => void,
  limits: ListenerLimits = LIMITS,
): Server {
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      requestTimeout: limits.requestMs,
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: limits.checkMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      noDelay: true,
      insecureHTTPParser: false,
      requireHostHeader: true,
      // Java's HTTP client asks for h2c with every request and takes a plain answer; only a WebSocket needs to be told.
      shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
    },
    (request, response) => {
      if (request.httpVersionMajor === 1) serve(request, response);
      else
        refuse(request.socket, '505 HTTP Version Not Supported', 'gw speaks HTTP/1.1', 'connection: close');
    },
  );
  server.on('upgrade', (_, socket) => {
    refuse(
      socket,
      '426 Upgrade Required',
      'gw does not speak WebSocket; use plain HTTP requests',
      'connection: close',
    );
  });
  server.on('connect', (_, socket) => {
    refuse(
      socket,
      '405 Method Not Allowed',
      'gw is no forward proxy; use its address as a base URL',
      'allow: GET, POST',
    );
  });
  server.on('clientError', (error: ClientError, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering(socket)) {
      socket.destroy();
      return;
    }
    const [status, message] = explain(error);
    refuse(socket, status, message, 'connection: close');
  });
  return server;
}

interface ClientError extends Error {
  readonly code?: string;
  readonly rawPacket?: Buffer;
}

function explain({ code, rawPacket }: ClientError): [status: string, message: string] {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return ['431 Request Header Fields Too Large', `the request headers are over ${MAX_HEADER_BYTES} bytes`];
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return ['408 Request Timeout', 'the request did not arrive in time'];
  // 0x16 opens a TLS record (RFC 8446, 5.1).
  if (rawPacket?.[0] === 0x16) return ['400 Bad Request', 'this is plain HTTP: use http://, not https://'];
  if (rawPacket?.subarray(0, 14).toString('latin1') === 'PRI * HTTP/2.0') {
    return ['400 Bad Request', 'gw speaks HTTP/1.1, not HTTP/2'];
  }
  return ['400 Bad Request', `the request is not valid HTTP (${code ?? 'unreadable'})`];
}

/** An error of a later request on the connection must not be written into the answer to an earlier one. */
function isAnswering(socket: Duplex): boolean {
  // Node keeps the answer under way here, and looks at it in its own handler of such errors.
  const answer: unknown = Reflect.get(socket, '_httpMessage');
  return answer instanceof ServerResponse && (answer.headersSent || answer.req.complete);
}

function refuse(socket: Duplex, status: string, message: string, header: string): void {
  const body = JSON.stringify({
    error: { message, type: 'invalid_request_error', param: null, code: 'bad_request' },
  });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${header}\r\n\r\n${body}`,
  );
}

/** The port a server got; 0 when it has none. */
export function portOf(address: string | AddressInfo | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Lets last words leave before connections are closed. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
