import OpenAI from 'openai';
import type { Response as Answer, ResponseStreamEvent } from 'openai/resources/responses/responses';
import { describe, expect, it } from 'vitest';

import type { AnswerEvent } from '../../src/core/answer.ts';
import type { Conversation, Part } from '../../src/core/conversation.ts';
import type { AnswerEcho, TranslationTarget } from '../../src/core/format.ts';
import type { Usage } from '../../src/core/usage.ts';
import { type FoldedAnswer, foldAnswer } from '../../src/formats/hub/fold.ts';
import { CALLER_FORMATS } from '../../src/formats/index.ts';
import { SseReader } from '../../src/lib/sse.ts';
import { bytesOf, hasRecordings, header, type RecordedExchange, recordedExchanges } from './exchanges.ts';

const format = CALLER_FORMATS['openai-responses'];
const { toCaller, toProvider } = format;

const CASES = hasRecordings ? recordedExchanges('openai.responses') : [];
const ANSWERED = CASES.filter(({ response }) => response.status === 200);
const STREAMS = ANSWERED.filter(isStream);
const WHOLE = ANSWERED.filter((exchange) => !isStream(exchange));

/** Recorded streams that the official SDK refuses to read; what gw reads of them has nothing to be compared with. */
const UNREADABLE: Readonly<Record<string, string>> = {};

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

/** What a reader gets out of an answer. */
interface Gist {
  readonly text: string;
  readonly refusal: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly name: string; readonly arguments: unknown }[];
  readonly cut: string | undefined;
  readonly usage: Usage | undefined;
}

function gistOfSdk(answer: Answer): Gist {
  const { output, usage } = answer;
  const content = output.flatMap((item) => (item.type === 'message' ? item.content : []));
  const reasoning = output.flatMap((item) => {
    if (item.type !== 'reasoning') return [];
    const thoughts = item.content ?? [];
    return (thoughts.length > 0 ? thoughts : item.summary)
      .map(({ text }) => text)
      .filter((text) => text !== '');
  });
  return {
    text: content.map((part) => (part.type === 'output_text' ? part.text : '')).join(''),
    refusal: content.map((part) => (part.type === 'refusal' ? part.refusal : '')).join(''),
    reasoning: reasoning.join('\n\n'),
    calls: output.flatMap((item) => {
      if (item.type === 'function_call') return { name: item.name, arguments: parsed(item.arguments) };
      return item.type === 'custom_tool_call' ? { name: item.name, arguments: item.input } : [];
    }),
    cut: answer.status === 'incomplete' ? answer.incomplete_details?.reason : undefined,
    usage: usage && {
      input: usage.input_tokens,
      output: usage.output_tokens,
      ...(usage.input_tokens_details && { cacheRead: usage.input_tokens_details.cached_tokens }),
      ...(usage.output_tokens_details && { reasoning: usage.output_tokens_details.reasoning_tokens }),
    },
  };
}

function gistOfEvents(events: readonly AnswerEvent[]): Gist {
  const { parts, usage, finish, fault } = foldAnswer(events);
  if (fault) throw new Error(fault.message);
  const all = (kind: Part['kind']): string[] =>
    parts.flatMap((part) => (part.kind === kind && 'text' in part && part.text !== '' ? [part.text] : []));
  const { cacheWrite: _, ...tokens } = usage ?? {};
  return {
    text: all('text').join(''),
    refusal: all('refusal').join(''),
    reasoning: all('reasoning').join('\n\n'),
    calls: parts.flatMap((part) =>
      part.kind === 'call'
        ? { name: part.name, arguments: part.custom ? part.arguments : parsed(part.arguments) }
        : [],
    ),
    cut: finish?.reason === 'length' ? 'max_output_tokens' : undefined,
    usage: usage && tokens,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function sdk(bytes: Buffer, contentType: string): OpenAI {
  return new OpenAI({
    apiKey: 'x',
    maxRetries: 0,
    fetch: () =>
      Promise.resolve(new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } })),
  });
}

async function readStreamBySdk(bytes: Buffer): Promise<{ answer: Answer; events: ResponseStreamEvent[] }> {
  const stream = sdk(bytes, 'text/event-stream').responses.stream({ model: 'm', input: 'x' });
  const events: ResponseStreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return { answer: await stream.finalResponse(), events };
}

async function readWholeBySdk(bytes: Buffer): Promise<Answer> {
  return sdk(bytes, 'application/json').responses.create({ model: 'm', input: 'x' });
}

function decodeStream(bytes: Buffer, target: TranslationTarget): AnswerEvent[] {
  const decoder = toProvider?.decodeStream(target);
  const events = new SseReader().push(Buffer.concat([bytes, Buffer.from('\n\n')]));
  const decoded = events.flatMap(({ data, name }) => decoder?.push(data ?? '', name) ?? []);
  return [...decoded, ...(decoder?.end() ?? [])];
}

function decode(exchange: RecordedExchange): readonly AnswerEvent[] {
  const bytes = bytesOf(exchange.response);
  const target = targetOf(exchange);
  return isStream(exchange) ? decodeStream(bytes, target) : (toProvider?.decodeAnswer(bytes, target) ?? []);
}

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
    const cases = STREAMS.filter(({ id }) => UNREADABLE[id] === undefined);
    it.each(cases.map((exchange) => [exchange.id, exchange] as const))('%s', async (_id, exchange) => {
      const { answer } = await readStreamBySdk(bytesOf(exchange.response));
      expect(gistOfEvents(decode(exchange))).toEqual(gistOfSdk(answer));
      const whole = toProvider?.decodeAnswer(Buffer.from(JSON.stringify(answer)), targetOf(exchange)) ?? [];
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
});

