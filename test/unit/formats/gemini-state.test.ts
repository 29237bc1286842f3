import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { type Content, GoogleGenAI } from '@google/genai';
import { generateText, jsonSchema, type ModelMessage, streamText, tool, type ToolSet } from 'ai';
import { describe, expect, test } from 'vitest';

import type { AnswerEvent } from '../../../src/core/answer.ts';
import type { Conversation, OpaqueState, Part } from '../../../src/core/conversation.ts';
import type { AnswerEcho, CarriedState, TranslationTarget } from '../../../src/core/format.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';

const { toCaller, toProvider } = CALLER_FORMATS.gemini;
if (!toCaller || !toProvider) throw new Error('gemini has no codec');
const caller = toCaller;
const provider = toProvider;

const GOOGLE: TranslationTarget = {
  provider: 'google',
  model: 'gemini-3-pro',
  quirks: [],
  maxOutput: undefined,
};

const CONVERSATION: Conversation = { turns: [], tools: [], stream: true, wantsUsage: true, losses: [] };
const ECHO: AnswerEcho = {
  id: 'gw_1',
  created: 1,
  model: 'm',
  conversation: CONVERSATION,
  body: Buffer.from('{}'),
  path: '/models/m:streamGenerateContent?alt=sse',
};

const THEIRS: OpaqueState = {
  format: 'anthropic-messages',
  provider: 'a',
  model: 'm',
  kind: 'signature',
  data: 'S',
};

/** The answer of another provider: a thought, a redacted one, text, a call with state of its own. */
const EVENTS: readonly AnswerEvent[] = [
  { is: 'start' },
  { is: 'open', part: { kind: 'reasoning' } },
  { is: 'delta', text: 'Hm' },
  { is: 'opaque', state: THEIRS },
  { is: 'close' },
  { is: 'open', part: { kind: 'reasoning' } },
  { is: 'opaque', state: { ...THEIRS, kind: 'encrypted' } },
  { is: 'close' },
  { is: 'open', part: { kind: 'text' } },
  { is: 'delta', text: 'So' },
  { is: 'delta', text: ' it is.' },
  { is: 'opaque', state: { ...THEIRS, data: 'T' } },
  { is: 'close' },
  { is: 'open', part: { kind: 'call', id: 'toolu_a', name: 'weather', opaque: [{ ...THEIRS, data: 'C' }] } },
  { is: 'delta', text: '{}' },
  { is: 'close' },
  { is: 'finish', reason: 'calls' },
  { is: 'end' },
];

const KEPT: readonly Part[] = [
  { kind: 'reasoning', text: 'Hm', opaque: [THEIRS] },
  { kind: 'reasoning', text: '', opaque: [{ ...THEIRS, kind: 'encrypted' }] },
  { kind: 'text', text: 'So it is.', opaque: [{ ...THEIRS, data: 'T' }] },
  { kind: 'call', id: 'toolu_a', name: 'weather', arguments: '{}', opaque: [{ ...THEIRS, data: 'C' }] },
];

function stream(events: readonly AnswerEvent[]): string {
  const encoder = caller.encodeStream(ECHO);
  return events.map((event) => encoder.push(event)).join('');
}

function decode(contents: unknown, recall: (id: string) => CarriedState[] | undefined = () => undefined) {
  const read = caller.decodeRequest(Buffer.from(JSON.stringify({ contents })), {
    model: 'm',
    stream: true,
    recall,
  });
  if (read.is === 'failed') throw new Error(read.fault.message);
  return read.value.turns;
}

/** A provider that gives each of these answers in turn, and remembers what it was asked. */
function script(...answers: readonly { readonly body: string; readonly type: string }[]) {
  const asked: { contents: Content[] }[] = [];
  const fetch = (_: unknown, init?: { body?: unknown }): Promise<Response> => {
    asked.push(JSON.parse(String(init?.body)));
    const { body = '', type = '' } = answers[asked.length - 1] ?? {};
    return Promise.resolve(new Response(body, { headers: { 'content-type': type } }));
  };
  return { asked, fetch };
}

const SSE = (events: readonly AnswerEvent[]) => ({ body: stream(events), type: 'text/event-stream' });
const JSON_ANSWER = (events: readonly AnswerEvent[]) => ({
  body: caller.encodeAnswer(events, ECHO).toString(),
  type: 'application/json',
});
const DONE: readonly AnswerEvent[] = [
  { is: 'open', part: { kind: 'text' } },
  { is: 'delta', text: 'Done.' },
  { is: 'close' },
  { is: 'finish', reason: 'stop' },
  { is: 'end' },
];
const RESULT = { functionResponse: { id: 'toolu_a', name: 'weather', response: { output: 'rain' } } };

describe('state of another provider survives', () => {
  test('a streamed chat of Google’s SDK', async () => {
    const { asked, fetch } = script(SSE(EVENTS), SSE(DONE));
    const chat = new GoogleGenAI({ apiKey: 'x', httpOptions: { fetch } }).chats.create({ model: 'm' });
    for await (const chunk of await chat.sendMessageStream({ message: 'Hi' })) void chunk;
    for await (const chunk of await chat.sendMessageStream({ message: [RESULT] })) void chunk;
    expect(decode(asked[1]?.contents)[1]?.parts).toEqual(KEPT);
  });

  test('a chat of Google’s SDK', async () => {
    const { asked, fetch } = script(JSON_ANSWER(EVENTS), JSON_ANSWER(DONE));
    const chat = new GoogleGenAI({ apiKey: 'x', httpOptions: { fetch } }).chats.create({ model: 'm' });
    await chat.sendMessage({ message: 'Hi' });
    await chat.sendMessage({ message: [RESULT] });
    expect(decode(asked[1]?.contents)[1]?.parts).toEqual(KEPT);
  });

  test('gemini-cli, which drops thoughts and empty parts and joins texts', () => {
    const chunks = stream(EVENTS)
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => JSON.parse(event.slice(6)).candidates[0].content);
    const kept: { text?: string; thought?: boolean; functionCall?: object }[] = [];
    // packages/core/src/core/geminiChat.ts, `processStreamResponse`
    for (const { parts } of chunks) {
      if (
        parts.some((part: { text?: string; thought?: boolean }) => part.thought !== true && part.text === '')
      )
        continue;
      for (const part of parts) {
        if (part.thought) continue;
        const last = kept.at(-1);
        if (last?.text !== undefined && part.text !== undefined) last.text += part.text;
        else kept.push(part);
      }
    }
    const [turn] = decode([{ role: 'model', parts: kept }]);
    // The state at the end of a text stands on an empty part there, which it drops.
    expect(turn?.parts).toEqual(
      KEPT.map((part) => (part.kind === 'text' ? { kind: 'text', text: part.text } : part)),
    );
  });

  const tools: ToolSet = {
    weather: tool({ inputSchema: jsonSchema<object>({ type: 'object', properties: {} }) }),
  };

  test.each(['streamed', 'whole'] as const)('a conversation of the AI SDK, %s', async (manner) => {
    const { asked, fetch } =
      manner === 'streamed' ? script(SSE(EVENTS), SSE(DONE)) : script(JSON_ANSWER(EVENTS), JSON_ANSWER(DONE));
    const model = createGoogleGenerativeAI({ apiKey: 'x', fetch })('gemini-3-pro-preview');
    const messages: ModelMessage[] = [{ role: 'user', content: 'Hi' }];
    const ask = async () => {
      if (manner === 'whole') return (await generateText({ model, messages, tools })).response.messages;
      return (await streamText({ model, messages, tools }).response).messages;
    };
    messages.push(...(await ask()));
    messages.push({
      role: 'tool',
      content: [
        {
          type: 'tool-result',
          toolCallId: 'toolu_a',
          toolName: 'weather',
          output: { type: 'text', value: 'rain' },
        },
      ],
    });
    await ask();
    const said = decode(asked[1]?.contents)[1]?.parts ?? [];
    const kept = KEPT.map((part) => ({ ...part }));
    expect(said.filter(({ kind }) => kind !== 'text')).toEqual(kept.filter(({ kind }) => kind !== 'text'));
    expect(said.find(({ kind }) => kind === 'text')).toMatchObject({ text: 'So it is.' });
  });

  test('in memory, where the caller keeps no signatures', () => {
    const carried: CarriedState[] = [{ on: 'reasoning', text: 'Hm', states: [THEIRS] }];
    const contents = [{ role: 'model', parts: [{ functionCall: { id: 'toolu_a', name: 'f' } }] }];
    const [turn] = decode(contents, (id) => (id === 'toolu_a' ? carried : undefined));
    expect(turn?.parts[0]).toEqual({ kind: 'reasoning', text: 'Hm', opaque: [THEIRS] });
  });
});

describe('state of Google’s own', () => {
  const chunk = {
    candidates: [
      {
        content: {
          role: 'model',
          parts: [
            { text: 'Hm', thought: true },
            { text: 'So', thoughtSignature: 'T=' },
            { functionCall: { name: 'f', args: { a: 1.5 } }, thoughtSignature: 'C=' },
            { functionCall: { name: 'g', args: {} } },
          ],
        },
        finishReason: 'STOP',
      },
    ],
  };

  test('comes back to the parts it stood on, through the history of any other format', () => {
    const events = provider.decodeAnswer(Buffer.from(JSON.stringify(chunk)), GOOGLE);
    const turns = decode(
      JSON.parse(caller.encodeAnswer(events, ECHO).toString()).candidates.map(
        ({ content }: { content: object }) => content,
      ),
    );
    const { body } = provider.encodeRequest({ ...CONVERSATION, turns }, GOOGLE);
    expect(JSON.parse(body.toString()).contents[1].parts).toEqual([
      { text: 'So', thoughtSignature: 'T=' },
      { functionCall: { id: expect.any(String), name: 'f', args: { a: 1.5 } }, thoughtSignature: 'C=' },
      { functionCall: { id: expect.any(String), name: 'g', args: {} } },
    ]);
  });
});
