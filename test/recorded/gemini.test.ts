import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { type GenerateContentResponse, GoogleGenAI } from '@google/genai';
import { describe, expect, it } from 'vitest';

import type { AnswerEvent } from '../../src/core/answer.ts';
import type { AnswerEcho, TranslationTarget } from '../../src/core/format.ts';
import { foldAnswer } from '../../src/formats/hub/fold.ts';
import { CALLER_FORMATS } from '../../src/formats/index.ts';
import { joined } from '../../src/lib/splice.ts';
import { SseReader } from '../../src/lib/sse.ts';
import { frameReader } from '../../src/proxy/relay/framing.ts';
import { bytesOf, hasRecordings, RECORDED, type RecordedExchange, recordedExchanges } from './exchanges.ts';
import { meaning } from './gemini-meaning.ts';

const format = CALLER_FORMATS.gemini;
const { toProvider, toCaller } = format;

const EXCHANGES = hasRecordings ? recordedExchanges('gemini.generate', 'gemini.stream') : [];
const SMALL = hasRecordings ? recordedExchanges('gemini.embed', 'gemini.countTokens') : [];
const ANSWERS = EXCHANGES.filter(({ response }) => response.status === 200);

const TARGET: TranslationTarget = { provider: 'recorded', model: 'm', quirks: [], maxOutput: undefined };

/** The path below the version prefix, as a caller of gw would ask. */
function pathOf({ request }: RecordedExchange): string {
  const { pathname, search } = new URL(
    request.url.startsWith('http') ? request.url : `http://host${request.url}`,
  );
  return pathname.slice(pathname.indexOf('/models/')) + search;
}

function chunksOf(bytes: Buffer): string[] {
  const text = bytes.toString();
  if (!/^\s*data:/.test(text)) return [text];
  return new SseReader().push(Buffer.concat([bytes, Buffer.from('\n\n')])).flatMap(({ data }) => data ?? []);
}

/** What both sides make of an answer. */
interface Reading {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly (readonly [string | undefined, unknown])[];
  readonly finish: string | undefined;
  readonly input: number | undefined;
  readonly output: number | undefined;
}

/** As Google's own SDK reads it. */
async function readBySdk(body: string): Promise<Reading> {
  const isStream = /^\s*data:/.test(body);
  const type = isStream ? 'text/event-stream' : 'application/json';
  const fetch = () => Promise.resolve(new Response(body, { headers: { 'content-type': type } }));
  const { models } = new GoogleGenAI({ apiKey: 'x', httpOptions: { fetch } });
  const asked = { model: 'm', contents: 'Hi' };
  const chunks: GenerateContentResponse[] = [];
  if (isStream) for await (const chunk of await models.generateContentStream(asked)) chunks.push(chunk);
  else chunks.push(await models.generateContent(asked));
  const candidates = chunks.flatMap((chunk) => chunk.candidates?.[0] ?? []);
  const parts = candidates.flatMap(({ content }) => content?.parts ?? []);
  const usage = chunks.findLast(({ usageMetadata }) => usageMetadata)?.usageMetadata;
  const sum = (...counts: (number | undefined)[]) =>
    counts.every((count) => count === undefined)
      ? undefined
      : counts.reduce((total: number, count) => total + (count ?? 0), 0);
  return {
    text: parts.map(({ text, thought }) => (thought === true ? '' : (text ?? ''))).join(''),
    reasoning: parts.map(({ text, thought }) => (thought === true ? (text ?? '') : '')).join(''),
    calls: parts.flatMap(({ functionCall }) =>
      functionCall ? [[functionCall.name, functionCall.args ?? {}] as const] : [],
    ),
    finish: candidates.findLast(({ finishReason }) => finishReason)?.finishReason,
    input: sum(usage?.promptTokenCount, usage?.toolUsePromptTokenCount),
    output: sum(usage?.candidatesTokenCount, usage?.thoughtsTokenCount),
  };
}

function decode(bytes: Buffer): readonly AnswerEvent[] {
  const chunks = chunksOf(bytes);
  if (!/^\s*data:/.test(bytes.toString())) return toProvider?.decodeAnswer(bytes, TARGET) ?? [];
  const decoder = toProvider?.decodeStream(TARGET);
  return [...chunks.flatMap((data) => decoder?.push(data, undefined) ?? []), ...(decoder?.end() ?? [])];
}

function readByGw(events: readonly AnswerEvent[]): Reading {
  const { parts, usage, finish } = foldAnswer(events);
  return {
    text: parts.map((part) => (part.kind === 'text' ? part.text : '')).join(''),
    reasoning: parts.map((part) => (part.kind === 'reasoning' ? part.text : '')).join(''),
    calls: parts.flatMap((part) =>
      part.kind === 'call' ? [[part.name, JSON.parse(part.arguments)] as const] : [],
    ),
    finish: NUMBERS[finish?.raw ?? ''] ?? finish?.raw,
    input: usage?.input,
    output: usage?.output,
  };
}

/** Some recorded callers asked for enums as numbers. */
const NUMBERS: Readonly<Record<string, string>> = { 1: 'STOP', 2: 'MAX_TOKENS' };
const named = (reading: Reading): Reading => ({
  ...reading,
  finish: NUMBERS[reading.finish ?? ''] ?? reading.finish,
});

/** Answers in which there is nothing to read, and why. */
const BLOCKED: Readonly<Record<string, string>> = {
  'test_google_model_armor_prompt_template_text_gets_blocked.yaml#1': 'the prompt was blocked',
};

describe.skipIf(!hasRecordings)('recorded answers of the Gemini API', () => {
  it('are there', () => {
    expect(ANSWERS.length).toBeGreaterThan(290);
  });

  for (const exchange of ANSWERS) {
    it(`${exchange.api} ${exchange.id}`, async () => {
      const bytes = bytesOf(exchange.response);
      const events = decode(bytes);
      const judge = format.judgeStream('chat');
      for (const chunk of chunksOf(bytes)) judge.judge(chunk, undefined);
      const blocked = reasonIn(BLOCKED, exchange);
      if (blocked !== undefined || events.at(-1)?.is === 'error') {
        expect(blocked, 'ends in an error').toBeDefined();
        expect(events.at(-1), blocked).toMatchObject({ is: 'error', fault: { code: 'content_blocked' } });
        expect(judge.finished).toBe(true);
        return;
      }
      const theirs = named(await readBySdk(bytes.toString()));
      expect(readByGw(events)).toEqual(theirs);
      expect(judge.finished).toBe(true);
      expect({ input: judge.usage?.input, output: judge.usage?.output }).toEqual({
        input: theirs.input,
        output: theirs.output,
      });
      await comparesAgain(events, theirs);
    });
  }
});

const ECHO: AnswerEcho = {
  id: 'gw_1',
  created: 1,
  model: 'm',
  conversation: { turns: [], tools: [], stream: true, wantsUsage: true, losses: [] },
  body: Buffer.from('{}'),
  path: '/models/m:streamGenerateContent?alt=sse',
};

/** What gw writes of it is read the same by the SDK. Of reasons it knows only those that other formats have too. */
async function comparesAgain(events: readonly AnswerEvent[], theirs: Reading): Promise<void> {
  const encoder = toCaller?.encodeStream(ECHO);
  const stream = events.map((event) => encoder?.push(event) ?? '').join('');
  const whole = toCaller?.encodeAnswer(events, ECHO).toString() ?? '';
  for (const written of [stream, whole]) {
    const { finish, ...read } = await readBySdk(written);
    const { finish: said, ...wanted } = theirs;
    expect(read).toEqual(wanted);
    if (said === 'STOP' || said === 'MAX_TOKENS')
      expect(finish).toBe(theirs.calls.length > 0 ? 'STOP' : said);
  }
}

/** Requests that gw refuses, as Google does. */
const REFUSED: Readonly<Record<string, string>> = {
  'test_generate_content_invalid_role.yaml#0': 'a role that does not exist',
};

/** Requests that say something else after going through the hub. */
const CHANGED: Readonly<Record<string, string>> = {
  'test_generate_content_invalid_temperature.yaml#0':
    'a temperature that Google refuses is cut to what it takes',
};

function reasonIn(table: Readonly<Record<string, string>>, { id }: RecordedExchange): string | undefined {
  return Object.entries(table).find(([end]) => id.endsWith(end))?.[1];
}

describe.skipIf(!hasRecordings)('recorded requests to the Gemini API', () => {
  for (const exchange of EXCHANGES) {
    const bytes = bytesOf(exchange.request);
    if (bytes.length === 0 || bytes.toString().endsWith('omitted]')) continue;
    it(`pass unchanged: ${exchange.id}`, () => {
      const envelope = format.readEnvelope('chat', 'application/json', bytes, pathOf(exchange));
      expect(envelope).toMatchObject({ is: 'ok' });
      if (envelope.is === 'failed') return;
      expect(envelope.value.stream).toBe(pathOf(exchange).includes(':stream'));
      const target = { model: 'another', quirks: [] };
      expect(format.renderRequest(envelope.value, bytes, target)).toEqual([bytes]);
      const path = format.renderPath(pathOf(exchange), envelope.value, target);
      expect(path).toMatch(/^\/models\/another:(generateContent|streamGenerateContent\?.*alt=sse)/);
    });

    it(`mean the same after going through the hub: ${exchange.id}`, () => {
      const model = /\/models\/([^:]+):/.exec(pathOf(exchange))?.[1] ?? '';
      const read = toCaller?.decodeRequest(bytes, { model, stream: false, recall: () => undefined });
      const refused = reasonIn(REFUSED, exchange);
      if (refused !== undefined || read?.is !== 'ok') {
        expect(refused, 'is refused').toBeDefined();
        expect(read?.is, refused).toBe('failed');
        return;
      }
      const isVertex = exchange.host.includes('aiplatform');
      const target = { ...TARGET, model, quirks: isVertex ? (['vertex-dialect'] as const) : [] };
      const written = toProvider?.encodeRequest(read.value, target);
      const ours = meaning(JSON.parse(written?.body.toString() ?? ''));
      const theirs = meaning(JSON.parse(bytes.toString()));
      const changed = reasonIn(CHANGED, exchange);
      if (changed === undefined) expect(ours).toEqual(theirs);
      else expect(ours, changed).not.toEqual(theirs);
    });
  }

  for (const exchange of SMALL) {
    it(`have the target’s model: ${exchange.id}`, () => {
      const operation = exchange.api === 'gemini.embed' ? 'embeddings' : 'count-tokens';
      const bytes = bytesOf(exchange.request);
      const envelope = format.readEnvelope(operation, 'application/json', bytes, pathOf(exchange));
      if (envelope.is === 'failed') throw new Error(envelope.fault.message);
      const target = { model: 'another', quirks: [] };
      const rendered = joined(format.renderRequest(envelope.value, bytes, target)).toString();
      const spelled = bytes.toString().replaceAll(`"models/${envelope.value.model}"`, '"models/another"');
      expect(rendered).toBe(spelled);
      const verdict = format.judgeAnswer(operation, bytesOf(exchange.response));
      expect(verdict.is).toBe(exchange.response.status === 200 ? 'answer' : 'fault');
    });
  }
});

/** Answers that are none, and why. */
const OTHERS: Readonly<Record<string, string>> = {
  'vertexai/streaming-success-quotes-escaped.txt': 'cut before its finish reason',
  'vertexai/unary-success-detailed-token-response.json': 'a count of tokens',
  'vertexai/unary-success-no-billable-characters.json': 'a count of tokens',
  'vertexai/unary-success-total-tokens.json': 'a count of tokens',
  'vertexai/unary-success-generate-images-gcs.json': 'pictures',
};

const FIXTURES = hasRecordings
  ? globSync(join(RECORDED, 'firebase-vertexai-sdk-test-data', '*', '*.{json,txt}')).sort()
  : [];

describe.skipIf(!hasRecordings)(
  'an error that Google recorded in the middle of a stream, as bare JSON,',
  () => {
    const file = 'firebase-vertexai-sdk-test-data/vertexai/streaming-failure-error-mid-stream.txt';

    it('is read as the provider’s own error, passed through and translated', () => {
      const reader = frameReader('sse');
      const frames = [...reader.push(readFileSync(join(RECORDED, file))), ...reader.rest()];
      const judge = format.judgeStream('chat');
      expect(frames.map(({ data, name }) => judge.judge(data, name))).toEqual([
        'content',
        'content',
        'error',
      ]);
      expect(judge.fault).toMatchObject({
        code: 'upstream_overloaded',
        message: 'the provider reported an error inside its answer: The operation was cancelled.',
      });
      const decoder = toProvider?.decodeStream(TARGET);
      const events = frames.flatMap(({ data, name }) => decoder?.push(data, name) ?? []);
      expect(events.at(-1)).toEqual({ is: 'error', fault: judge.fault });
    });
  },
);

describe.skipIf(!hasRecordings)('answers that Google keeps for testing its own SDKs', () => {
  for (const file of FIXTURES) {
    const name = `${basename(join(file, '..'))}/${basename(file)}`;
    it(name, async () => {
      const bytes = readFileSync(file);
      const events = decode(bytes);
      if (name.includes('success') && !(name in OTHERS)) {
        expect(readByGw(events)).toEqual(await readBySdk(`${bytes.toString()}\n\n`));
        expect(events.at(-1)?.is).toBe('end');
      } else {
        expect(['end', 'error']).toContain(events.at(-1)?.is);
      }
    });
  }
});
