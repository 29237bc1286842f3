import { type ClientRequest, type IncomingMessage, request as ask, type ServerResponse } from 'node:http';

import { RECORDING_HEADER } from '../core/cassette.ts';

/** Where requests go that no cassette answers: to gw, which may record them. */
export interface Onward {
  /** `http://127.0.0.1:4499`. */
  readonly origin: string;
  /** The recording that they belong to. */
  readonly recording?: string;
}

/** About one connection only (RFC 9110, 7.6.1), or written anew. */
const NOT_PASSED = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  RECORDING_HEADER,
]);

/** Passes a request on, and its answer back as it comes: what breaks there breaks here, and the other way round. */
export function passOn(
  request: IncomingMessage,
  response: ServerResponse,
  { body, onward, byReset }: { readonly body: Buffer; readonly onward: Onward; readonly byReset: boolean },
): void {
  const passed = startAsking(request, body, onward);
  passed.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, passedHeaders(answer.rawHeaders));
    answer.on('data', (chunk: Buffer) => {
      if (response.write(chunk)) return;
      answer.pause();
      response.once('drain', () => answer.resume());
    });
    answer.on('end', () => response.end());
    answer.on('error', () => hangUp(response, byReset));
  });
  passed.on('error', () => hangUp(response, byReset));
  response.on('close', () => passed.destroy());
}

function startAsking(request: IncomingMessage, body: Buffer, { origin, recording }: Onward): ClientRequest {
  const headers = passedHeaders(request.rawHeaders);
  headers.push('host', new URL(origin).host);
  if (body.length > 0) headers.push('content-length', String(body.length));
  if (recording !== undefined) headers.push(RECORDING_HEADER, recording);
  const passed = ask(new URL(request.url ?? '/', origin), {
    method: request.method ?? 'GET',
    headers,
    agent: false,
    setHost: false,
  });
  passed.end(body);
  return passed;
}

function passedHeaders(flat: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const name = flat[i] ?? '';
    if (!NOT_PASSED.has(name.toLowerCase())) kept.push(name, flat[i + 1] ?? '');
  }
  return kept;
}

function hangUp(response: ServerResponse, byReset: boolean): void {
  if (byReset && response.socket) response.socket.resetAndDestroy();
  else response.destroy();
}
