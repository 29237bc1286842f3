import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { FormatName } from '../../src/core/operation.ts';
import { DEFAULT_POLICY } from '../../src/core/policy.ts';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';
import type { Trail } from '../../src/core/trail.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { Secret } from '../../src/lib/secret.ts';
import { createProxy } from '../../src/proxy/index.ts';
import { bytesOf, header, type RecordedExchange } from './exchanges.ts';

/** Whatever a caller asks for, the provider is asked for this. */
export const OTHER_MODEL = 'another-model';

/** A provider that plays recorded answers, and gw in front of it. */
export interface Replay {
  /** Of gw and of the provider itself, without a path. */
  readonly origin: string;
  readonly direct: string;
  /** Chooses the answer to the next request. */
  play(exchange: RecordedExchange): void;
  /** What the provider was sent first; it is asked again where it refused earlier thoughts. */
  readonly received: { readonly body: Buffer; readonly path: string };
  /** The trail of the last exchange. */
  readonly trail: Trail | undefined;
  /** Sends a request to gw and collects its answer, broken or not. */
  ask(request: ReplayedRequest): Promise<{ readonly status: number; readonly body: Buffer }>;
  close(): Promise<void>;
}

export interface ReplayedRequest {
  readonly path: string;
  readonly body: Buffer;
  readonly contentType?: string;
}

/** Starts both; the provider speaks this format at this prefix of its paths. */
export async function openReplay(format: FormatName, prefix = '/v1'): Promise<Replay> {
  let playing: RecordedExchange | undefined;
  const received = { body: Buffer.alloc(0), path: '' };
  let isFirst = true;
  const ended: Trail[] = [];
  const upstream = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      if (isFirst) Object.assign(received, { body: Buffer.concat(chunks), path: incoming.url ?? '' });
      isFirst = false;
      if (!playing) throw new Error('nothing is playing');
      outgoing.writeHead(playing.response.status, answerHeaders(playing));
      writeInPieces(bytesOf(playing.response), outgoing);
    });
  });
  await new Promise<void>((resolve) => void upstream.listen(0, '127.0.0.1', resolve));
  const { port: upstreamPort } = upstream.address() as AddressInfo;
  const direct = `http://127.0.0.1:${upstreamPort}`;
  const proxy = makeProxy(format, direct + prefix, ended);
  const port = await proxy.listen(0, '127.0.0.1');
  return {
    origin: `http://127.0.0.1:${port}`,
    direct,
    received,
    get trail() {
      return ended.at(-1);
    },
    play(exchange) {
      playing = exchange;
      isFirst = true;
      ended.length = 0;
    },
    ask: (request) => ask(port, request),
    async close() {
      await proxy.close();
      upstream.closeAllConnections();
      upstream.close();
    },
  };
}

function answerHeaders({ response }: RecordedExchange): Record<string, string | string[]> {
  const framing = /^(content-length|content-encoding|transfer-encoding|connection|set-cookie)$/i;
  return Object.fromEntries(Object.entries(response.headers).filter(([name]) => !framing.test(name)));
}

function makeProxy(format: FormatName, url: string, ended: Trail[]): ReturnType<typeof createProxy> {
  const provider = {
    name: 'recorded',
    preset: undefined,
    url,
    format,
    alsoSpeaks: [],
    auth: 'bearer' as const,
    keys: [{ is: 'env' as const, name: 'KEY' }],
    enabled: true,
    headers: {},
    quirks: [],
    models: [],
    owns: [],
  };
  const targets = [{ provider: 'recorded', model: OTHER_MODEL }];
  return createProxy({
    settings: DEFAULT_SETTINGS,
    profile: {
      name: 'test',
      providers: [provider],
      routes: [{ name: 'default', match: ['*'], targets, policy: {} }],
      policy: { ...DEFAULT_POLICY, retriesLast: 0, breakerFailures: 1e9, breakerMinimum: 1e9 },
    },
    keys: { resolve: () => new Secret('sk-recorded-test') },
    clock: systemClock,
    watcher: { exchangeStarted() {}, attemptEnded() {}, exchangeEnded: (trail) => void ended.push(trail) },
    record: { record() {} },
    log: { write() {} },
    version: '0',
    instance: 'test',
  });
}

function ask(
  port: number,
  { path, body, contentType = 'application/json' }: ReplayedRequest,
): Promise<{ status: number; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': contentType, 'content-length': body.length };
    const outgoing = httpRequest(
      { port, host: '127.0.0.1', method: 'POST', path, headers, agent: false },
      (incoming: IncomingMessage) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        // A broken answer breaks its connection: what came until then is the answer.
        incoming.on('close', () =>
          resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks) }),
        );
        incoming.on('error', () => {});
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Recordings do not keep where the network cut a stream: any cut must do. */
function writeInPieces(bytes: Buffer, outgoing: { write(chunk: Buffer): unknown; end(): unknown }): void {
  let seed = bytes.length;
  for (let at = 0; at < bytes.length;) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    const size = 1 + (seed % 3000);
    outgoing.write(bytes.subarray(at, at + size));
    at += size;
  }
  outgoing.end();
}

/** The content type of the recorded answer. */
export function contentTypeOf({ response }: RecordedExchange): string {
  return header(response, 'content-type') ?? 'application/json';
}
