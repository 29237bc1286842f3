import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import type { Outside } from '../../../src/credentials/index.ts';

/** What the fake server was asked. */
export interface Asked {
  readonly method: string;
  /** The address that was meant: the server stands in for every host. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Answer = { readonly status?: number; readonly body: object | string };

/** A home directory, an environment, a clock that is set by hand, and one server that stands in for all others. */
export class Ground {
  readonly home = mkdtempSync(join(tmpdir(), 'gw-credentials-'));
  readonly env: Record<string, string> = {};
  readonly asked: Asked[] = [];
  readonly ran: string[] = [];
  now = Date.UTC(2026, 0, 1, 12);
  answer: (asked: Asked) => Answer = () => ({ status: 404, body: {} });
  prints: (command: string) => string = () => {
    throw new Error('no such program\nwith a secret in its words');
  };
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const asked: Asked = {
        method: request.method ?? '',
        url: String(request.headers['x-meant']),
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      this.asked.push(asked);
      const { status = 200, body } = this.answer(asked);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.home, { recursive: true, force: true });
  }

  write(path: string, content: string | object): string {
    const file = join(this.home, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  }

  get outside(): Outside {
    return {
      env: this.env,
      home: this.home,
      platform: 'linux',
      now: () => this.now,
      readText: (path) => Promise.resolve(readOrNot(path)),
      ask: async ({ method, url, headers, body }) => {
        const { port } = this.#server.address() as AddressInfo;
        const answer = await fetch(`http://127.0.0.1:${port}/`, {
          method,
          headers: { ...headers, 'x-meant': url },
          ...(body !== undefined && { body }),
        });
        return { status: answer.status, body: await answer.text() };
      },
      run: (command) => {
        this.ran.push(command);
        return new Promise((resolve) => resolve(this.prints(command)));
      },
    };
  }
}

function readOrNot(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
