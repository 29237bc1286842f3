import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CallerFormatName } from '../../src/core/operation.ts';
import { DEFAULT_POLICY } from '../../src/core/policy.ts';
import type { Provider } from '../../src/core/profile.ts';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { Secret } from '../../src/lib/secret.ts';
import { createProxy, type Proxy } from '../../src/proxy/index.ts';
import { bytesOf, hasRecordings, header, type RecordedExchange, recordedExchanges } from './exchanges.ts';
import { type Reading, READERS } from './reading.ts';
import { EXCEPTIONS } from './translate-exceptions.ts';

/** Recorded APIs whose answers are conversations, by the format they are in. */
const SOURCES: Readonly<Record<CallerFormatName, readonly string[]>> = {
  'openai-chat': ['openai.chat'],
  'openai-responses': ['openai.responses'],
  'anthropic-messages': ['anthropic.messages', 'vertex.anthropic'],
  gemini: ['gemini.generate', 'gemini.stream'],
};
const FORMATS: readonly CallerFormatName[] = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini',
];

let upstream: Server;
let playing: RecordedExchange;
let direct = '';
const proxies = new Map<CallerFormatName, { readonly proxy: Proxy; readonly origin: string }>();

beforeAll(async () => {
  upstream = createServer((incoming, outgoing) => {
    incoming.resume();
    incoming.on('end', () => {
      outgoing.writeHead(playing.response.status, { 'content-type': contentType(playing) });
      outgoing.end(bytesOf(playing.response));
    });
  });
  await new Promise<void>((resolve) => void upstream.listen(0, '127.0.0.1', resolve));
  direct = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  for (const format of FORMATS) {
    const proxy = proxyInFrontOf(format);
    const port = await proxy.listen(0, '127.0.0.1');
    proxies.set(format, { proxy, origin: `http://127.0.0.1:${port}` });
  }
});

afterAll(async () => {
  for (const { proxy } of proxies.values()) await proxy.close();
  upstream.closeAllConnections();
  upstream.close();
});

function proxyInFrontOf(format: CallerFormatName): Proxy {
  const provider: Provider = {
    name: 'recorded',
    preset: undefined,
    url: `${direct}/v1`,
    format,
    alsoSpeaks: [],
    auth: 'none',
    keys: [],
    enabled: true,
    headers: {},
    quirks: [],
    models: [],
    owns: [],
  };
  const route = { name: 'm', match: [], targets: [{ provider: 'recorded', model: 'm' }], policy: {} };
  return createProxy({
    settings: DEFAULT_SETTINGS,
    profile: {
      name: 'test',
      providers: [provider],
      routes: [route],
      policy: { ...DEFAULT_POLICY, retriesLast: 0, retries: 0, breakerFailures: 1e9, breakerMinimum: 1e9 },
    },
    keys: { resolve: () => new Secret('sk-recorded-test') },
    clock: systemClock,
    watcher: { exchangeStarted() {}, attemptEnded() {}, exchangeEnded() {} },
    record: { record() {} },
    log: { write() {} },
    version: '0',
    instance: 'test',
  });
}

function contentType({ response }: RecordedExchange): string {
  return header(response, 'content-type') ?? 'application/json';
}

for (const source of FORMATS) {
  const exchanges = hasRecordings
    ? recordedExchanges(...SOURCES[source]).filter(({ response }) => response.status < 300)
    : [];
  for (const caller of FORMATS.filter((format) => format !== source)) {
    describe.skipIf(!hasRecordings)(`recorded answers of ${source}, read by callers of ${caller}`, () => {
      for (const exchange of exchanges) {
        it(exchange.id, () => compare(source, caller, exchange));
      }
    });
  }
}

/** What the library of the caller's format reads through gw is what the provider's own library reads without it. */
async function compare(
  source: CallerFormatName,
  caller: CallerFormatName,
  exchange: RecordedExchange,
): Promise<void> {
  playing = exchange;
  const stream = /event-stream/.test(contentType(exchange)) || isArrayStream(exchange);
  const theirs = await attempt(() => READERS[source](direct, stream));
  const ours = await attempt(() => READERS[caller](proxies.get(source)?.origin ?? '', stream));
  const exception = EXCEPTIONS.find(({ ends }) => exchange.id.endsWith(ends));
  if (exception) {
    expect(asSaid(ours, caller), exception.why).not.toEqual(expected(theirs, ours, caller));
    return;
  }
  expect(asSaid(ours, caller)).toEqual(expected(theirs, ours, caller));
}

function isArrayStream({ api }: RecordedExchange): boolean {
  return api === 'gemini.stream';
}

async function attempt(read: () => Promise<Reading>): Promise<Heard> {
  try {
    return await read();
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

/** The finish reasons each format has a word for; what it has none for is told as `stop`. */
const WORDS: Readonly<Record<CallerFormatName, readonly string[]>> = {
  'openai-chat': ['stop', 'length', 'calls', 'filter'],
  'openai-responses': ['stop', 'length', 'calls', 'filter', 'refusal'],
  'anthropic-messages': ['stop', 'length', 'calls', 'refusal', 'pause', 'context'],
  gemini: ['stop', 'length', 'calls', 'filter'],
};

/** A provider that does not count says nothing, where some formats must say a number; errors have words of their own. */
function expected(theirs: Heard, ours: Heard, caller: CallerFormatName): unknown {
  if ('failed' in theirs) return 'failed' in ours ? ours : theirs;
  if ('failed' in ours) return asSaid(theirs, caller);
  const { input = ours.input, output = ours.output } = theirs;
  // A tool that takes text becomes one with a single field where a format has no such tools.
  const calls = theirs.calls.map((call) =>
    typeof call.arguments === 'string' && !caller.startsWith('openai')
      ? { ...call, arguments: { input: call.arguments } }
      : call,
  );
  return asSaid({ ...theirs, calls, input, output }, caller);
}

type Heard = Reading | { readonly failed: string };

function asSaid(reading: Heard, caller: CallerFormatName): unknown {
  if ('failed' in reading) return reading;
  const finish = caller === 'anthropic-messages' && reading.finish === 'filter' ? 'refusal' : reading.finish;
  return { ...reading, finish: WORDS[caller].includes(finish) ? finish : 'stop' };
}
