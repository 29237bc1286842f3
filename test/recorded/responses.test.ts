import type { Response as Answer } from 'openai/resources/responses/responses';
import { describe, expect, it } from 'vitest';

import type { AnswerEvent } from '../../src/core/answer.ts';
import type { Conversation } from '../../src/core/conversation.ts';
import type { AnswerEcho, TranslationTarget } from '../../src/core/format.ts';
import { type FoldedAnswer, foldAnswer } from '../../src/formats/hub/fold.ts';
import { CALLER_FORMATS } from '../../src/formats/index.ts';
import { type JsonObject } from '../../src/lib/expect.ts';
import { SseReader } from '../../src/lib/sse.ts';
import { bytesOf, hasRecordings, type RecordedExchange, recordedExchanges } from './exchanges.ts';
import {
  type Gist,
  gistForAiSdk,
  gistOfEvents,
  gistOfSdk,
  problemsOf,
  readByAiSdk,
  readStreamBySdk,
  readWholeBySdk,
} from './responses-readers.ts';
import { ELSEWHERE, plainRequest } from './responses-request.ts';

const format = CALLER_FORMATS['openai-responses'];
const toCaller = present(format.toCaller);
const toProvider = present(format.toProvider);

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not there');
  return value;
}

const CASES = hasRecordings ? recordedExchanges('openai.responses') : [];
const ANSWERED = CASES.filter(({ response }) => response.status === 200);
const STREAMS = ANSWERED.filter(isStream);
const WHOLE = ANSWERED.filter((exchange) => !isStream(exchange));

function isStream({ response }: RecordedExchange): boolean {
  return bytesOf(response).toString('latin1').includes('data: {');
}

function targetOf({ host }: RecordedExchange): TranslationTarget {
  return { provider: host, model: 'm', quirks: [], maxOutput: undefined };
}

/** OpenAI encrypts a thought anew each time it tells it: at the end of the item and at the end of the answer. */
function withoutCiphers(answer: FoldedAnswer): FoldedAnswer {
  const parts = answer.parts.map((part) =>
    part.opaque
      ? {
          ...part,
          opaque: part.opaque.map((state) => (state.kind === 'encrypted' ? { ...state, data: '' } : state)),
        }
      : part,
  );
  return { ...answer, parts };
}

function decodeStream(bytes: Buffer, target: TranslationTarget): AnswerEvent[] {
  const decoder = toProvider.decodeStream(target);
  const events = new SseReader().push(Buffer.concat([bytes, Buffer.from('\n\n')]));
  const decoded = events.flatMap(({ data, name }) => decoder.push(data ?? '', name));
  return [...decoded, ...decoder.end()];
}

function decode(exchange: RecordedExchange): readonly AnswerEvent[] {
  const bytes = bytesOf(exchange.response);
  const target = targetOf(exchange);
  return isStream(exchange) ? decodeStream(bytes, target) : toProvider.decodeAnswer(bytes, target);
}

function echoOf({ request }: RecordedExchange): AnswerEcho {
  const body = bytesOf(request).length === 0 ? Buffer.from('{"model":"m","input":"x"}') : bytesOf(request);
  const conversation: Conversation = {
    turns: [],
    tools: [],
    stream: true,
    wantsUsage: true,
    losses: [],
  };
  return { id: 'exchange-1', created: 1, model: 'm', conversation, body, path: '/responses' };
}

/** The format demands numbers where a provider gave none. */
function withUsage(gist: Gist): Gist {
  const { usage } = gist;
  return { ...gist, usage: usage && { cacheRead: 0, reasoning: 0, ...usage } };
}

function lastOf(text: string): unknown {
  return JSON.parse(text.trimEnd().split('\ndata: ').at(-1) ?? '');
}

/** Recorded requests that gw writes differently from how they came. */
const REWRITTEN: readonly (readonly [id: string, reason: string])[] = [
  [
    '/test_reused_tool_call_ids',
    'ids of calls over 64 characters, with a colon, are spelled as OpenAI allows',
  ],
  ['[R5-T3-native-search].yaml#0', 'the result of a tool of the provider is told as text'],
  ['_replay_interleaved_settled_function_calls.yaml#0', 'results follow all the calls of a turn'],
  ['_replay_unsent_item_ids.yaml#0', 'neighbouring messages of the model are one'],
];

describe.skipIf(!hasRecordings)('recorded traffic of the Responses API', () => {
  it('is there', () => {
    expect(STREAMS.length).toBeGreaterThan(100);
    expect(WHOLE.length).toBeGreaterThan(240);
  });

  describe('a stream is judged', () => {
    it.each(STREAMS.map((exchange) => [exchange.id, exchange] as const))('%s', (_id, { response }) => {
      const judge = format.judgeStream('chat');
      const bytes = Buffer.concat([bytesOf(response), Buffer.from('\n\n')]);
      const kinds = new SseReader().push(bytes).map(({ data, name }) => judge.judge(data, name));
      expect(judge.finished).toBe(true);
      expect(kinds).not.toContain('malformed');
      expect(kinds.indexOf('content')).toBeGreaterThan(0);
      expect(judge.usage?.output).toBeDefined();
    });
  });

  describe('a whole answer is judged', () => {
    it.each(WHOLE.map((exchange) => [exchange.id, exchange] as const))('%s', (_id, { response }) => {
      expect(format.judgeAnswer('chat', bytesOf(response)).is).toBe('answer');
    });
  });

  describe('what the official SDK reads of a stream gw reads too', () => {
    it.each(STREAMS.map((exchange) => [exchange.id, exchange] as const))('%s', async (_id, exchange) => {
      const { answer } = await readStreamBySdk(bytesOf(exchange.response));
      // It only looks for tools, in a way that no other format can be told.
      if (answer.output.every(({ type }) => type === 'tool_search_call')) {
        expect(decode(exchange).at(-1)?.is).toBe('error');
        return;
      }
      expect(gistOfEvents(decode(exchange))).toEqual(gistOfSdk(answer));
      const whole = toProvider.decodeAnswer(Buffer.from(JSON.stringify(answer)), targetOf(exchange)) ?? [];
      expect(withoutCiphers(foldAnswer(decode(exchange)))).toEqual(withoutCiphers(foldAnswer(whole)));
    });
  });

  describe('what the official SDK reads of a whole answer gw reads too', () => {
    it.each(WHOLE.map((exchange) => [exchange.id, exchange] as const))('%s', async (_id, exchange) => {
      const events = decode(exchange);
      const answer = await readWholeBySdk(bytesOf(exchange.response));
      if (answer.status === 'queued') expect(events[0]?.is).toBe('error');
      else expect(gistOfEvents(events)).toEqual(gistOfSdk(answer));
    });
  });

  describe('a stream that gw writes again', () => {
    it.each(ANSWERED.map((exchange) => [exchange.id, exchange] as const))('%s', async (_id, exchange) => {
      const events = decode(exchange);
      if (events.at(-1)?.is !== 'end') return;
      const echo = echoOf(exchange);
      const encoder = toCaller.encodeStream(echo);
      const text = events.map((event) => encoder.push(event)).join('');
      const { answer, events: seen } = await readStreamBySdk(Buffer.from(text));
      expect(gistOfSdk(answer)).toEqual({ ...withUsage(gistOfEvents(events)) });
      const numbers = seen.map((event) => event.sequence_number);
      expect(numbers).toEqual(numbers.map((_, index) => index));
      const whole = JSON.parse(toCaller.encodeAnswer(events, echo).toString()) as Answer;
      expect(whole).toEqual(JSON.parse(JSON.stringify(lastOf(text)))['response']);
      expect(await readByAiSdk(text)).toEqual(gistForAiSdk(gistOfSdk(answer)));
      for (const event of seen) expect(problemsOf(event)).toEqual([]);
    });
  });

  describe('a request that gw reads and writes again', () => {
    const cases = CASES.filter(
      ({ id, request }) => bytesOf(request).length > 0 && !REWRITTEN.some(([part]) => id.includes(part)),
    );
    it.each(cases.map((exchange) => [exchange.id, exchange] as const))('%s', (_id, exchange) => {
      const bytes = bytesOf(exchange.request);
      const asked = { model: 'm', stream: false, recall: () => undefined };
      const conversation = toCaller.decodeRequest(bytes, asked);
      if (conversation.is === 'failed') {
        expect(conversation.fault.code).toBe('untranslatable');
        expect(bytes.toString()).toMatch(ELSEWHERE);
        return;
      }
      const target = { ...targetOf(exchange), model: 'm' };
      const written = toProvider.encodeRequest(conversation.value, target);
      const ours = JSON.parse(written.body.toString()) as JsonObject;
      expect(plainRequest(ours)).toEqual(plainRequest(JSON.parse(bytes.toString()) as JsonObject));
    });
  });

  describe('a refusal has its fault', () => {
    const cases = CASES.filter(({ response }) => response.status >= 400);
    it.each(cases.map((exchange) => [exchange.id, exchange] as const))('%s', (_id, { response }) => {
      const { status } = response;
      const { code } = format.classify({ status, contentType: 'application/json', body: bytesOf(response) });
      const said = bytesOf(response).toString();
      if (said.includes('"model_not_found"')) expect(code).toBe('upstream_model_missing');
      else if (said.includes('"invalid_api_key"')) expect(code).toBe('upstream_refused_key');
      else if (said.includes('without its required following item')) expect(code).toBe('state_refused');
      else expect(code).toBe('upstream_rejected');
    });
  });
});
