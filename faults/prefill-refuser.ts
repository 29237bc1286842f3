import { createServer, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { field, parseJson } from '../src/lib/expect.ts';

/**
 * A provider whose models take no answer that was begun for them: 400, as Anthropic's newer models and Mistral say it.
 * Everything else goes on to the provider behind it.
 */
export class PrefillRefuser {
  readonly #server: Server;
  readonly #upstreamPort: number;
  refused = 0;
  origin = '';

  constructor(upstreamPort: number) {
    this.#upstreamPort = upstreamPort;
    this.#server = createServer((incoming, outgoing) => {
      const pieces: Buffer[] = [];
      incoming.on('data', (piece: Buffer) => pieces.push(piece));
      incoming.on('end', () => {
        const body = Buffer.concat(pieces);
        if (isBegun(parseJson(body.toString()))) this.#refuse(outgoing);
        else this.#forward(incoming.method ?? 'POST', incoming.url ?? '/', incoming.headers, body, outgoing);
      });
      incoming.on('error', () => outgoing.destroy());
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => void this.#server.listen(0, '127.0.0.1', resolve));
    this.origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
  }

  #refuse(outgoing: ServerResponse): void {
    this.refused += 1;
    const message =
      'This model does not support assistant message prefill. The conversation must end with a user message.';
    outgoing.writeHead(400, { 'content-type': 'application/json' });
    outgoing.end(
      JSON.stringify({
        type: 'error',
        error: { type: 'invalid_request_error', status: 'INVALID_ARGUMENT', code: 400, message },
      }),
    );
  }

  #forward(
    method: string,
    path: string,
    headers: NodeJS.Dict<string | string[]>,
    body: Buffer,
    to: ServerResponse,
  ): void {
    const onward = request(
      { port: this.#upstreamPort, host: '127.0.0.1', method, path, headers },
      (answer) => {
        to.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(to);
        answer.on('error', () => to.destroy());
      },
    );
    onward.on('error', () => to.destroy());
    to.on('close', () => onward.destroy());
    onward.end(body);
  }
}

/** The conversation ends with words of the model. */
function isBegun(body: unknown): boolean {
  const turns = ['messages', 'input', 'contents'].map((name) => field(body, name)).find(Array.isArray);
  const role = field(turns?.at(-1), 'role');
  return role === 'assistant' || role === 'model';
}
