import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DEFAULT_POLICY } from '../../src/core/policy.ts';
import type { Provider } from '../../src/core/profile.ts';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';
import type { Trail } from '../../src/core/trail.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { Secret } from '../../src/lib/secret.ts';
import { createProxy, type Proxy } from '../../src/proxy/index.ts';
import { bytesOf, hasRecordings, header, type RecordedExchange, recordedExchanges } from './exchanges.ts';

/** Recorded answers that are no whole answers; gw must not pass them off as such. */
const BROKEN: Readonly<Record<string, string>> = {
  'v1/chat_completion_streamed.yaml#0': 'events labelled as JSON',
  'v1/chat_completion_streamed_tokens.yaml#0': 'events labelled as JSON',
  'v1/chat_completion_tool_call_streamed.yaml#0': 'events labelled as JSON',
  'v1/completion_streamed.yaml#0': 'events labelled as JSON, to a request that asked for none',
  'test_groq/test_tool_use_failed_error_streaming.yaml#0':
    'an error event inside the stream, after reasoning was delivered',
  'test_groq/test_tool_use_failed_error_streaming_with_text.yaml#0': 'an error event inside the stream',
  'test_openai/test_invalid_response.yaml#0': 'a 200 without choices',
  'test_openai/test_text_response.yaml#0': 'a 200 that is plain text',
  'test_openrouter/test_openrouter_stream_error.yaml#0': 'an error event inside the stream',
};

const CASES = hasRecordings
  ? recordedExchanges(
      'openai.chat',
      'openai.completions',
      'openai.embeddings',
      'openai.images',
      'openai.moderations',
      'openai.audio',
    )
  : [];

let upstream: Server;
let proxy: Proxy;
let port = 0;
let playing: RecordedExchange;
let received: Buffer;
const ended: Trail[] = [];

beforeAll(async () => {
  upstream = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      received = Buffer.concat(chunks);
      const headers = Object.entries(playing.response.headers).filter(
        ([name]) =>
          !/^(content-length|content-encoding|transfer-encoding|connection|set-cookie)$/i.test(name),
      );
      outgoing.writeHead(playing.response.status, Object.fromEntries(headers));
      writeInPieces(bytesOf(playing.response), outgoing);
    });
  });
  await new Promise<void>((resolve) => void upstream.listen(0, '127.0.0.1', resolve));
  const { port: upstreamPort } = upstream.address() as AddressInfo;
  const provider: Provider = {
    name: 'recorded',
    preset: undefined,
    url: `http://127.0.0.1:${upstreamPort}/v1`,
    format: 'openai-chat',
    auth: 'bearer',
    keys: [{ is: 'env', name: 'KEY' }],
    enabled: true,
    headers: {},
    alsoSpeaks: [],
    quirks: [],
    models: [],
    owns: [],
  };
  const route = {
    name: 'default',
    match: ['*'],
    targets: [{ provider: 'recorded', model: 'another-model' }],
    policy: {},
  };
  proxy = createProxy({
    settings: DEFAULT_SETTINGS,
    profile: {
      name: 'test',
      providers: [provider],
      routes: [route],
      policy: { ...DEFAULT_POLICY, retriesLast: 0 },
    },
    keys: { resolve: () => new Secret('sk-recorded-test') },
    clock: systemClock,
    watcher: { exchangeStarted() {}, attemptEnded() {}, exchangeEnded: (trail) => void ended.push(trail) },
    record: { record() {} },
    log: { write() {} },
    version: '0',
    instance: 'test',
  });
  port = await proxy.listen(0, '127.0.0.1');
});

afterAll(async () => {
  await proxy.close();
  upstream.closeAllConnections();
  upstream.close();
});

describe.skipIf(!hasRecordings)('recorded OpenAI traffic', () => {
  it('is there', () => {
    expect(CASES.length).toBeGreaterThan(800);
  });

  for (const [index, exchange] of CASES.entries()) {
    const sent = bytesOf(exchange.request).toString('latin1');
    if (sent === '' || sent.endsWith('omitted]')) continue; // the recorder left the request out
    it(`${index} ${exchange.api} ${exchange.host} ${exchange.id}`, () => replay(exchange));
  }
});

async function replay(exchange: RecordedExchange): Promise<void> {
  playing = exchange;
  ended.length = 0;
  const sent = bytesOf(exchange.request);
  const answer = await ask(exchange, sent);
  const theirs = bytesOf(exchange.response);
  if (exchange.response.status >= 400) {
    expect(answer.status).toBe(exchange.response.status);
    expect(answer.body.toString()).toBe(theirs.toString());
    return;
  }
  const broken = Object.entries(BROKEN).find(([end]) => exchange.id.endsWith(end))?.[1];
  if (broken !== undefined) {
    expect(lastTrail()?.outcome, broken).not.toBe('served');
    return;
  }
  expect(lastTrail()?.message).toBeUndefined();
  expect(received.toString('latin1')).toBe(expectedRequest(sent, exchange));
  expect(answer.body.toString('latin1')).toBe(withoutOwnUsage(theirs, sent));
  await compareUsage(exchange, theirs);
}

function lastTrail(): Trail | undefined {
  return ended.at(-1);
}

/** The recorded request with another model, without its own list of fallbacks, and on streams with usage asked for. */
function expectedRequest(sent: Buffer, exchange: RecordedExchange): string {
  const text = sent.toString('latin1');
  if (!(header(exchange.request, 'content-type') ?? 'application/json').includes('json')) {
    return text.replace(/(name="model"\r\n(?:[^\r\n]+\r\n)*\r\n)[^\r\n]*/, '$1another-model');
  }
  const own = text.replace(/"(models|fallbacks)"\s*:\s*\[[^\]]*\]\s*,\s*/, '');
  const renamed = own.replace(/("model"\s*:\s*)("[^"]*"|null)/, '$1"another-model"');
  if (!asksForUsage(sent)) return renamed;
  if (renamed.includes('"stream_options"'))
    return renamed.replace('"include_usage":false', '"include_usage":true');
  return renamed.replace(/("stream"\s*:\s*true)/, '$1,"stream_options":{"include_usage":true}');
}

/** gw asks for usage on a stream whose caller did not. */
function asksForUsage(sent: Buffer): boolean {
  try {
    const asked = JSON.parse(sent.toString()) as {
      stream?: boolean;
      stream_options?: { include_usage?: boolean };
    };
    return asked.stream === true && asked.stream_options?.include_usage !== true;
  } catch {
    return false;
  }
}

/** What gw asked for on its own account it takes out again. */
function withoutOwnUsage(theirs: Buffer, sent: Buffer): string {
  const text = theirs.toString('latin1');
  if (!asksForUsage(sent)) return text;
  return text
    .split(/(?<=\n\r?\n)/)
    .filter((event) => !(/"choices"\s*:\s*\[\s*\]/.test(event) && /"usage"\s*:\s*\{/.test(event)))
    .join('');
}

/** The tokens gw counted are those the official SDK reads from the same bytes. */
async function compareUsage(exchange: RecordedExchange, theirs: Buffer): Promise<void> {
  if (exchange.api !== 'openai.chat') return;
  const client = new OpenAI({
    apiKey: 'x',
    maxRetries: 0,
    fetch: () =>
      Promise.resolve(
        new Response(new Uint8Array(theirs), { headers: { 'content-type': contentType(exchange) } }),
      ),
  });
  const body = { model: 'm', messages: [] };
  let usage: OpenAI.CompletionUsage | null | undefined;
  if (contentType(exchange).startsWith('text/event-stream')) {
    for await (const chunk of await client.chat.completions.create({ ...body, stream: true }))
      usage = chunk.usage ?? usage;
  } else {
    usage = (await client.chat.completions.create(body)).usage;
  }
  if (!usage || usage.prompt_tokens === undefined) return;
  expect(lastTrail()?.usage?.input).toBe(usage.prompt_tokens);
  const reasoning = usage.completion_tokens_details?.reasoning_tokens ?? 0;
  const apart = usage.total_tokens === usage.prompt_tokens + usage.completion_tokens + reasoning;
  expect(lastTrail()?.usage?.output).toBe(usage.completion_tokens + (apart ? reasoning : 0));
}

function contentType({ response }: RecordedExchange): string {
  return header(response, 'content-type') ?? 'application/json';
}

function ask(exchange: RecordedExchange, sent: Buffer): Promise<{ status: number; body: Buffer }> {
  const url = new URL(
    exchange.request.url.startsWith('http') ? exchange.request.url : 'https://host/v1/chat/completions',
  );
  const path = `/v1${PATHS[exchange.api] ?? url.pathname.slice(url.pathname.indexOf('/v1') + 3)}`;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        port,
        host: '127.0.0.1',
        method: 'POST',
        path,
        headers: {
          'content-type': header(exchange.request, 'content-type') ?? 'application/json',
          'content-length': sent.length,
        },
        agent: false,
      },
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
    outgoing.end(sent);
  });
}

const PATHS: Readonly<Record<string, string>> = {
  'openai.chat': '/chat/completions',
  'openai.completions': '/completions',
  'openai.embeddings': '/embeddings',
  'openai.moderations': '/moderations',
};

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
