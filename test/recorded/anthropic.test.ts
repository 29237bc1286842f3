import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';

import type { AnswerEvent } from '../../src/core/answer.ts';
import type { Conversation, Part } from '../../src/core/conversation.ts';
import type { AnswerEcho, TranslationTarget } from '../../src/core/format.ts';
import { foldAnswer } from '../../src/formats/hub/fold.ts';
import { CALLER_FORMATS } from '../../src/formats/index.ts';
import { parseJson } from '../../src/lib/expect.ts';
import { SseReader } from '../../src/lib/sse.ts';
import {
  bytesOf,
  hasRecordings,
  header,
  RECORDED,
  type RecordedExchange,
  recordedExchanges,
} from './exchanges.ts';

const format = CALLER_FORMATS['anthropic-messages'];
const { toProvider, toCaller } = format;

const TARGET: TranslationTarget = { provider: 'recorded', model: 'm', quirks: [], maxOutput: undefined };

const MESSAGES = hasRecordings ? recordedExchanges('anthropic.messages', 'vertex.anthropic') : [];
const ANSWERS = MESSAGES.filter(({ response }) => response.status === 200);

interface Frame {
  readonly data: string;
  readonly name: string | undefined;
}

const isStream = (exchange: RecordedExchange): boolean =>
  (header(exchange.response, 'content-type') ?? '').startsWith('text/event-stream');

function framesOf(bytes: Buffer): Frame[] {
  return new SseReader()
    .push(Buffer.concat([bytes, Buffer.from('\n\n')]))
    .flatMap(({ data, name }) => (data === undefined ? [] : [{ data, name }]));
}

function decode(bytes: Buffer, streamed: boolean): readonly AnswerEvent[] {
  if (!streamed) return toProvider?.decodeAnswer(bytes, TARGET) ?? [];
  const decoder = toProvider?.decodeStream(TARGET);
  return [
    ...framesOf(bytes).flatMap(({ data, name }) => decoder?.push(data, name) ?? []),
    ...(decoder?.end() ?? []),
  ];
}

/** What the official SDK makes of an answer. */
async function readBySdk(bytes: Buffer, streamed: boolean): Promise<Anthropic.Message> {
  const client = new Anthropic({
    apiKey: 'x',
    maxRetries: 0,
    fetch: () =>
      Promise.resolve(
        new Response(new Uint8Array(bytes), {
          headers: { 'content-type': streamed ? 'text/event-stream' : 'application/json' },
        }),
      ),
  });
  const body = { model: 'm', max_tokens: 1, messages: [] };
  if (streamed) return client.messages.stream(body).finalMessage();
  return client.messages.create(body);
}

/** What both sides must agree on. */
interface Essence {
  readonly text: string;
  readonly thoughts: string;
  readonly calls: readonly (readonly unknown[])[];
  readonly signatures: readonly string[];
  readonly finish: string;
  readonly input: number | undefined;
  readonly output: number | undefined;
}

function essenceOfMessage(message: Anthropic.Message): Essence {
  const { content, usage } = message;
  const calls = content.filter((block) => block.type === 'tool_use');
  return {
    text: content.map((block) => (block.type === 'text' ? block.text : '')).join('|'),
    thoughts: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join('|'),
    calls: calls.map(({ id, name, input }) => [id, name, input]),
    signatures: content.flatMap((block) =>
      block.type === 'thinking' ? [block.signature] : block.type === 'redacted_thinking' ? [block.data] : [],
    ),
    finish: calls.length > 0 ? 'calls' : (FINISHES[message.stop_reason ?? ''] ?? 'other'),
    input:
      usage.input_tokens + (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0),
    output: usage.output_tokens,
  };
}

const FINISHES: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'calls',
  refusal: 'refusal',
  pause_turn: 'pause',
  model_context_window_exceeded: 'context',
};

/** The SDK keeps blocks of server tools in their places; the hub has no word for them. */
function withoutServerBlocks(essence: Essence): Essence {
  const squeeze = (text: string): string => text.replace(/\|+/g, '|').replace(/^\||\|$/g, '');
  return { ...essence, text: squeeze(essence.text), thoughts: squeeze(essence.thoughts) };
}

function essenceOfEvents(events: readonly AnswerEvent[]): Essence {
  const { parts, finish, usage } = foldAnswer(events);
  const all = (kind: Part['kind']): string =>
    parts.map((part) => (part.kind === kind && 'text' in part ? part.text : '')).join('|');
  return {
    text: all('text'),
    thoughts: all('reasoning'),
    calls: parts.flatMap((part) =>
      part.kind === 'call' ? [[part.id, part.name, parseJson(part.arguments)]] : [],
    ),
    signatures: parts.flatMap(({ opaque }) => (opaque ?? []).map(({ data }) => data)),
    finish: finish?.reason ?? 'none',
    input: usage?.input,
    output: usage?.output,
  };
}

const CONVERSATION: Conversation = { turns: [], tools: [], stream: true, wantsUsage: true, losses: [] };
const ECHO: AnswerEcho = {
  id: 'gw_1',
  created: 0,
  model: 'm',
  conversation: CONVERSATION,
  body: Buffer.from('{}'),
  path: '/messages',
};

/** The conversation was summarised on the way: all rounds are billed, and the top level tells the last one. */
const COMPACTED = ['test_anthropic_compaction_usage_with_cache_streaming.yaml#0'];

/** Streams that SDKs test themselves with, some as one event per line; of several in one file the first. */
function fixtures(): { readonly name: string; readonly bytes: Buffer }[] {
  const chunks = globSync(join(RECORDED, 'vercel-ai/anthropic/src/__fixtures__/*.chunks.txt')).map((file) => {
    const lines = readFileSync(file, 'utf8').split('\n');
    const events = lines.slice(0, lines.findIndex((line) => line.includes('"message_stop"')) + 1);
    const framed = events.map(
      (line) => `event: ${(JSON.parse(line) as { type: string }).type}\ndata: ${line}\n\n`,
    );
    return { name: basename(file), bytes: Buffer.from(framed.join('')) };
  });
  const files = globSync(join(RECORDED, 'anthropic-sdk-python/**/*.{txt,sse}'));
  return [
    ...chunks,
    ...files.map((file) => ({
      name: basename(file),
      bytes: Buffer.from(`${readFileSync(file, 'utf8')}\n\n`),
    })),
  ];
}

/** Streams that are no whole answers. */
const BROKEN: Readonly<Record<string, string>> = {
  'spliced-message-start.chunks.txt': 'a second answer began inside the first',
};

describe.skipIf(!hasRecordings)('a recorded answer of Anthropic', () => {
  it('is there', () => {
    expect(ANSWERS.length).toBeGreaterThan(200);
  });

  for (const exchange of ANSWERS) {
    it(`${exchange.id} means the same as to the official SDK`, async () => {
      const bytes = bytesOf(exchange.response);
      const streamed = isStream(exchange);
      const message = await readBySdk(bytes, streamed);
      const events = decode(bytes, streamed);
      expect(events.at(-1)).toEqual({ is: 'end' });
      expect(events.filter(({ is }) => is === 'malformed' || is === 'error')).toEqual([]);
      const essence = essenceOfEvents(events);
      if (COMPACTED.some((end) => exchange.id.endsWith(end))) {
        // The SDK reads the last round only.
        expect(essence.input).toBeGreaterThan(message.usage.input_tokens);
        return;
      }
      expect(withoutServerBlocks(essence)).toEqual(withoutServerBlocks(essenceOfMessage(message)));
    });
  }

  for (const exchange of ANSWERS) {
    it(`${exchange.id} comes out of gw as it went in`, async () => {
      const events = decode(bytesOf(exchange.response), isStream(exchange)).slice(0, -1);
      const whole = toCaller?.encodeAnswer(events, ECHO) ?? Buffer.alloc(0);
      const encoder = toCaller?.encodeStream(ECHO);
      const stream = [...events, { is: 'end' } as const].map((event) => encoder?.push(event)).join('');
      const [fromWhole, fromStream] = [
        await readBySdk(whole, false),
        await readBySdk(Buffer.from(stream), true),
      ];
      // The stream's reader adds a field of its own.
      expect({ ...fromStream, parsed_output: undefined }).toEqual(fromWhole);
      const own = essenceOfEvents(events);
      const theirs = essenceOfMessage(fromStream);
      expect({ ...withoutServerBlocks(theirs), signatures: [] }).toEqual({
        ...withoutServerBlocks(own),
        signatures: [],
        // Ids that may come again get a new spelling.
        calls: own.calls.map(([, ...call], at) => [theirs.calls[at]?.[0], ...call]),
      });
    });
  }

  for (const exchange of ANSWERS) {
    it(`${exchange.id} is judged whole, with the usage of the translation`, () => {
      const bytes = bytesOf(exchange.response);
      const usage = foldAnswer(decode(bytes, isStream(exchange))).usage;
      if (!isStream(exchange)) {
        expect(format.judgeAnswer('chat', bytes)).toEqual({ is: 'answer', usage });
        return;
      }
      const judge = format.judgeStream('chat');
      const kinds = framesOf(bytes).map(({ data, name }) => judge.judge(data, name));
      expect(kinds.filter((kind) => kind === 'malformed' || kind === 'error')).toEqual([]);
      expect(kinds.at(-1)).toBe('end');
      expect(kinds[0]).toBe('opening');
      expect(kinds).toContain('content');
      expect([judge.finished, judge.ended, judge.usage]).toEqual([true, true, usage]);
    });
  }

  for (const { name, bytes } of hasRecordings ? fixtures() : []) {
    it(`${name} ends as its format says`, async () => {
      const events = decode(bytes, true);
      const broken = BROKEN[name];
      if (broken !== undefined) {
        expect(events.at(-1)).toMatchObject({ is: 'error', fault: { message: broken } });
        return;
      }
      expect(events.at(-1)).toEqual({ is: 'end' });
      if (name.startsWith('duplicate-')) return; // the SDK refuses it
      const message = await readBySdk(bytes, true);
      const { input: _, output: __, ...essence } = withoutServerBlocks(essenceOfEvents(events));
      // Cut off inside the arguments of a call, of which the SDK reads what is there.
      if (name.startsWith('incomplete_')) return;
      expect(withoutServerBlocks(essenceOfMessage(message))).toMatchObject(essence);
    });
  }
});

describe.skipIf(!hasRecordings)('a recorded refusal of Anthropic', () => {
  const expected: Readonly<Record<string, string>> = {
    'anthropic_completion_error.yaml#0': 'upstream_rejected',
    'anthropic_completion_invalid_api_key.yaml#0': 'upstream_refused_key',
    'test_anthropic_count_tokens_error.yaml#0': 'upstream_model_missing',
    'test_model_name_suggestion[anthropic].yaml#0': 'upstream_model_missing',
    'test_anthropic_explicit_effort_xhigh_unsupported_model_errors.yaml#0': 'untranslatable',
  };
  const refused = hasRecordings
    ? recordedExchanges('anthropic.messages', 'anthropic.count_tokens').filter(
        ({ response }) => response.status >= 400,
      )
    : [];

  it('is there', () => expect(refused.length).toBe(5));

  for (const { id, response } of refused) {
    it(`${id} means what it says`, () => {
      const answer = {
        status: response.status,
        contentType: 'application/json',
        body: bytesOf(response),
      };
      expect(format.classify(answer).code).toBe(expected[id.split('/').at(-1) ?? '']);
    });
  }
});
