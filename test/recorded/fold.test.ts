import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { AnswerEvent } from '../../src/core/answer.ts';
import type { AnswerEcho, ProviderCodec, TranslationTarget } from '../../src/core/format.ts';
import type { FormatName } from '../../src/core/operation.ts';
import { CALLER_FORMATS, FORMATS } from '../../src/formats/index.ts';
import { keysOf } from '../../src/lib/expect.ts';
import { frameReader } from '../../src/proxy/relay/framing.ts';
import { bytesOf, hasRecordings, recordedExchanges } from './exchanges.ts';
import { READERS } from './reading.ts';
import { contentTypeOf } from './replay.ts';

/** Recorded APIs that stream, by format. */
const SOURCES: Readonly<Record<FormatName, readonly string[]>> = {
  'openai-chat': ['openai.chat'],
  'openai-responses': ['openai.responses'],
  'anthropic-messages': ['anthropic.messages', 'vertex.anthropic'],
  gemini: ['gemini.stream'],
  'bedrock-converse': ['bedrock.converseStream'],
  'cohere-chat': ['cohere.chat'],
  'ollama-chat': ['ollama.chat'],
};

const TARGET: TranslationTarget = { provider: 'recorded', model: 'm', quirks: [], maxOutput: undefined };
const ECHO: AnswerEcho = {
  id: 'one-exchange',
  created: 1_700_000_000,
  model: 'm',
  conversation: { turns: [], tools: [], stream: true, wantsUsage: true, losses: [] },
  body: Buffer.from('{}'),
  path: '/models/m:streamGenerateContent?alt=sse',
};

let server: Server;
let answer: { type: string; body: Buffer } = { type: '', body: Buffer.alloc(0) };
let origin = '';

beforeAll(async () => {
  server = createServer((incoming, outgoing) => {
    incoming.resume();
    incoming.on('end', () => {
      outgoing.writeHead(200, { 'content-type': answer.type });
      outgoing.end(answer.body);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

for (const source of keysOf(SOURCES)) {
  const { frames, toProvider } = FORMATS[source];
  const streams = hasRecordings
    ? recordedExchanges(...SOURCES[source]).filter(
        (exchange) => exchange.response.status < 300 && /stream|ndjson/.test(contentTypeOf(exchange)),
      )
    : [];
  describe.skipIf(!hasRecordings || streams.length === 0)(`recorded streams of ${source}`, () => {
    for (const exchange of streams) {
      it(`${exchange.id} are the same in any pieces, and as a whole answer`, async () => {
        if (!toProvider) throw new Error('no codec');
        const bytes = bytesOf(exchange.response);
        const events = decode(frames, toProvider, [bytes]);
        expect(decode(frames, toProvider, inPieces(bytes))).toEqual(events);
        if (events.at(-1)?.is !== 'end') return;
        for (const caller of keysOf(CALLER_FORMATS)) await streamEqualsWhole(caller, events);
      });
    }
  });
}

/** Small streams byte by byte, large ones in pieces of one to a hundred bytes. */
function inPieces(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  const longest = bytes.length < 20_000 ? 1 : 100;
  let seed = bytes.length;
  for (let at = 0; at < bytes.length;) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    const size = 1 + (seed % longest);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

function decode(
  frames: 'sse' | 'ndjson' | 'aws-event-stream',
  codec: ProviderCodec,
  pieces: readonly Buffer[],
): AnswerEvent[] {
  const reader = frameReader(frames);
  const decoder = codec.decodeStream(TARGET);
  const events: AnswerEvent[] = [];
  for (const piece of pieces)
    for (const { data, name } of reader.push(piece)) events.push(...decoder.push(data, name));
  for (const { data, name } of reader.rest()) events.push(...decoder.push(data, name));
  return [...events, ...decoder.end()];
}

/** What the caller's library reads of the translated stream is what it reads of the translated whole. */
async function streamEqualsWhole(
  caller: keyof typeof CALLER_FORMATS,
  events: readonly AnswerEvent[],
): Promise<void> {
  const { toCaller } = CALLER_FORMATS[caller];
  if (!toCaller) throw new Error('no codec');
  const encoder = toCaller.encodeStream(ECHO);
  const text = events.map((event) => encoder.push(event)).join('');
  answer = { type: 'text/event-stream', body: Buffer.from(text) };
  const streamed = await READERS[caller](origin, true);
  answer = { type: 'application/json', body: toCaller.encodeAnswer(events, ECHO) };
  expect(await READERS[caller](origin, false), caller).toEqual(streamed);
}
