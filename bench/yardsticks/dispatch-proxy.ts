// The floor for this stack: node:http in, undici's dispatch with a handler object out, raw header arrays both ways,
// backpressure by pausing the socket. It decides nothing and remembers nothing.
// node dispatch-proxy.ts <upstream origin>
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { Agent, type Dispatcher } from 'undici';

import { announce } from './announce.ts';

const HOP_BY_HOP = new Set(['connection', 'host', 'keep-alive', 'transfer-encoding']);

const origin = process.argv[2] ?? '';
const agent = new Agent({ keepAliveTimeout: 60_000 });

const server = createServer((incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () =>
    forward(incoming, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks), outgoing),
  );
});
announce(server);

function forward(incoming: IncomingMessage, body: Buffer | undefined, outgoing: ServerResponse): void {
  const headers: string[] = [];
  for (let i = 0; i < incoming.rawHeaders.length; i += 2)
    keep(headers, incoming.rawHeaders[i], incoming.rawHeaders[i + 1]);
  agent.dispatch(
    { origin, path: incoming.url ?? '/', method: incoming.method ?? 'GET', headers, body: body ?? null },
    new Relay(outgoing),
  );
}

class Relay implements Dispatcher.DispatchHandler {
  readonly #outgoing: ServerResponse;

  constructor(outgoing: ServerResponse) {
    this.#outgoing = outgoing;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#outgoing.on('drain', () => controller.resume());
    this.#outgoing.on('close', () => {
      if (!this.#outgoing.writableFinished) controller.abort(new Error('the caller hung up'));
    });
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    const raw = Array.isArray(controller.rawHeaders) ? controller.rawHeaders : [];
    const headers: string[] = [];
    for (let i = 0; i < raw.length; i += 2)
      keep(headers, raw[i]?.toString('latin1'), raw[i + 1]?.toString('latin1'));
    this.#outgoing.writeHead(status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#outgoing.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#outgoing.end();
  }

  onResponseError(): void {
    if (this.#outgoing.headersSent) this.#outgoing.destroy();
    else this.#outgoing.writeHead(502).end();
  }
}

function keep(headers: string[], name: string | undefined, value: string | undefined): void {
  if (name !== undefined && value !== undefined && !HOP_BY_HOP.has(name.toLowerCase()))
    headers.push(name, value);
}
