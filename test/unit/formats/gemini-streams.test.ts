import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { FinishReason, type GenerateContentResponse, GoogleGenAI } from '@google/genai';
import { generateText, jsonSchema, streamText, tool, type ToolSet } from 'ai';
import { describe, expect, test } from 'vitest';

import type { AnswerEvent } from '../../../src/core/answer.ts';
import type { Conversation, OpaqueState } from '../../../src/core/conversation.ts';
import type { AnswerEcho } from '../../../src/core/format.ts';
import { unseal } from '../../../src/formats/hub/carry.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';

const { toCaller } = CALLER_FORMATS.gemini;
if (!toCaller) throw new Error('gemini has no codec');
const caller = toCaller;

const CONVERSATION: Conversation = {
  turns: [{ role: 'user', parts: [{ kind: 'text', text: 'Hi' }] }],
  tools: [],
  stream: true,
  wantsUsage: true,
  losses: [],
};

const ECHO: AnswerEcho = {
  id: 'gw_1',
  created: 1,
  model: 'gpt-5',
  conversation: CONVERSATION,
  body: Buffer.from('{}'),
  path: '/models/gpt-5:streamGenerateContent?alt=sse',
};

const STATE: OpaqueState = {
  format: 'anthropic-messages',
  provider: 'a',
  model: 'm',
  kind: 'signature',
  data: 'S',
};

/** An answer with everything: a thought, text, two calls. */
const EVENTS: readonly AnswerEvent[] = [
  { is: 'start', id: 'msg_1', model: 'claude-opus-4' },
  { is: 'usage', usage: { input: 10 } },
  { is: 'open', part: { kind: 'reasoning' } },
  { is: 'delta', text: 'Let me ' },
  { is: 'delta', text: 'think.' },
  { is: 'opaque', state: STATE },
  { is: 'close' },
  { is: 'open', part: { kind: 'text' } },
  { is: 'delta', text: 'Hel' },
  { is: 'delta', text: 'lo' },
  { is: 'close' },
  { is: 'open', part: { kind: 'call', id: 'toolu_abc', name: 'weather' } },
  { is: 'delta', text: '{"city":' },
  { is: 'delta', text: '"Paris"}' },
  { is: 'close' },
  { is: 'open', part: { kind: 'call', id: '', name: 'weather' } },
  { is: 'delta', text: '{"city":"Rome"}' },
  { is: 'close' },
  { is: 'usage', usage: { output: 30, reasoning: 12, cacheRead: 4 } },
  { is: 'finish', reason: 'calls', raw: 'tool_use' },
  { is: 'end' },
];

function stream(events: readonly AnswerEvent[], echo: Partial<AnswerEcho> = {}): string {
  const encoder = caller.encodeStream({ ...ECHO, ...echo });
  return events.map((event) => encoder.push(event)).join('');
}

function google(body: string, type: string): GoogleGenAI {
  const fetch = (): Promise<Response> =>
    Promise.resolve(new Response(body, { headers: { 'content-type': type } }));
  return new GoogleGenAI({ apiKey: 'x', httpOptions: { fetch } });
}

async function chunksOf(body: string): Promise<GenerateContentResponse[]> {
  const chunks: GenerateContentResponse[] = [];
  const answer = await google(body, 'text/event-stream').models.generateContentStream({
    model: 'm',
    contents: 'Hi',
  });
  for await (const chunk of answer) chunks.push(chunk);
  return chunks;
}

function parts(chunks: readonly GenerateContentResponse[]) {
  return chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
}

describe('a stream for a Gemini caller, read by Google’s SDK', () => {
  test('has thoughts, text and whole calls, and the finish at the end', async () => {
    const chunks = await chunksOf(stream(EVENTS));
    const said = parts(chunks);
    expect(said.filter(({ thought }) => thought).map(({ text }) => text)).toEqual(['Let me ', 'think.']);
    expect(said.filter(({ thought, text }) => !thought && text).map(({ text }) => text)).toEqual([
      'Hel',
      'lo',
    ]);
    expect(chunks.flatMap(({ functionCalls }) => functionCalls ?? [])).toEqual([
      { id: 'toolu_abc', name: 'weather', args: { city: 'Paris' } },
      { id: expect.stringMatching(/^call_[0-9a-f]{24}$/), name: 'weather', args: { city: 'Rome' } },
    ]);
    expect(chunks.map((chunk) => chunk.candidates?.[0]?.finishReason).filter((reason) => reason)).toEqual([
      FinishReason.STOP,
    ]);
    expect(chunks.at(-1)).toMatchObject({
      candidates: [{ finishReason: 'STOP', content: { role: 'model', parts: [{ text: '' }] } }],
      usageMetadata: {
        promptTokenCount: 10,
        candidatesTokenCount: 18,
        thoughtsTokenCount: 12,
        cachedContentTokenCount: 4,
        totalTokenCount: 40,
      },
      modelVersion: 'claude-opus-4',
      responseId: 'msg_1',
    });
  });

  test('leaves as it comes: each piece of text at once, a call when it is whole', () => {
    const encoder = caller.encodeStream(ECHO);
    const written = EVENTS.map((event) => [event.is, encoder.push(event) !== ''] as const);
    expect(written.filter(([, wrote]) => wrote).map(([is]) => is)).toEqual([
      'delta',
      'delta',
      'delta',
      'delta',
      'close',
      'close',
      'end',
    ]);
  });

  test('stays in the history of a chat, with the state that must come back', async () => {
    const chat = google(stream(EVENTS), 'text/event-stream').chats.create({ model: 'm' });
    for await (const chunk of await chat.sendMessageStream({ message: 'Hi' })) void chunk;
    const contents = chat.getHistory(true);
    expect(contents.at(-1)?.role).toBe('model');
    const read = caller.decodeRequest(Buffer.from(JSON.stringify({ contents })), {
      model: 'm',
      stream: true,
      recall: () => undefined,
    });
    expect(read.is === 'ok' ? read.value.turns.at(-1)?.parts : read).toMatchObject([
      { kind: 'reasoning', text: 'Let me think.', opaque: [STATE] },
      { kind: 'text', text: 'Hello' },
      { kind: 'call', id: 'toolu_abc', name: 'weather', arguments: '{"city":"Paris"}' },
      { kind: 'call', name: 'weather', arguments: '{"city":"Rome"}' },
    ]);
  });

  test('can be an array, when its path does not ask for events', () => {
    const path = '/models/gpt-5:streamGenerateContent';
    const encoder = caller.encodeStream({ ...ECHO, path });
    expect(encoder.contentType).toMatch(/^application\/json/);
    const chunks = JSON.parse(EVENTS.map((event) => encoder.push(event)).join(''));
    const events = stream(EVENTS)
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => JSON.parse(event.slice('data: '.length)));
    expect(chunks).toEqual(events);
  });

  test('is an array that holds an error too', () => {
    const encoder = caller.encodeStream({ ...ECHO, path: '/models/gpt-5:streamGenerateContent' });
    const { framing } = encoder;
    if (!framing) throw new Error('no framing');
    const begun = EVENTS.slice(0, 9)
      .map((event) => encoder.push(event))
      .join('');
    const text = begun + framing.keepAlive + framing.event('{"error":{"code":502}}') + framing.close();
    expect(JSON.parse(text).at(-1)).toEqual({ error: { code: 502 } });
  });

  test('hides thoughts from who does not want them, and still carries them', async () => {
    const conversation: Conversation = { ...CONVERSATION, reasoning: { mode: 'auto', show: false } };
    const said = parts(await chunksOf(stream(EVENTS, { conversation })));
    expect(said.some(({ thought }) => thought)).toBe(false);
    expect(unseal(said[0]?.thoughtSignature ?? '')).toEqual([
      { on: 'reasoning', text: 'Let me think.', states: [STATE] },
    ]);
  });

  test('carries a thought at its end when nothing comes after it', async () => {
    const events: AnswerEvent[] = [...EVENTS.slice(0, 7), { is: 'finish', reason: 'length' }, { is: 'end' }];
    const chunks = await chunksOf(stream(events));
    const [last] = parts(chunks.slice(-1));
    expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe(FinishReason.MAX_TOKENS);
    expect(unseal(last?.thoughtSignature ?? '')).toHaveLength(1);
  });

  test('never has a call with half its arguments', async () => {
    const broken = (reason: 'calls' | 'length'): AnswerEvent[] => [
      { is: 'start' },
      { is: 'open', part: { kind: 'call', id: 'a', name: 'delete' } },
      { is: 'delta', text: '{"path":"/tmp' },
      { is: 'close' },
      { is: 'finish', reason },
      { is: 'end' },
    ];
    const garbled = await chunksOf(stream(broken('calls')));
    expect(garbled.flatMap(({ functionCalls }) => functionCalls ?? [])).toEqual([]);
    expect(garbled.at(-1)?.candidates?.[0]?.finishReason).toBe(FinishReason.MALFORMED_FUNCTION_CALL);
    const cut = await chunksOf(stream(broken('length')));
    expect(cut.at(-1)?.candidates?.[0]?.finishReason).toBe(FinishReason.MAX_TOKENS);
  });

  test('does not invent usage', async () => {
    const last = (
      await chunksOf(stream([{ is: 'start' }, { is: 'finish', reason: 'stop' }, { is: 'end' }]))
    ).at(-1);
    expect(last && 'usageMetadata' in last).toBe(false);
  });

  test('names its sources', async () => {
    const citation = { url: 'https://a.example', title: 'A' };
    const events: AnswerEvent[] = [
      { is: 'open', part: { kind: 'text' } },
      { is: 'delta', text: 'x' },
      { is: 'citation', citation },
      { is: 'close' },
      { is: 'finish', reason: 'stop' },
      { is: 'end' },
    ];
    const last = (await chunksOf(stream(events))).at(-1);
    expect(last?.candidates?.[0]?.groundingMetadata?.groundingChunks).toEqual([
      { web: { uri: 'https://a.example', title: 'A' } },
    ]);
  });
});

const TOOLS: ToolSet = {
  weather: tool({ inputSchema: jsonSchema<object>({ type: 'object', properties: {} }) }),
};

function vercel(body: string, type: string) {
  const fetch = (): Promise<Response> =>
    Promise.resolve(new Response(body, { headers: { 'content-type': type } }));
  return createGoogleGenerativeAI({ apiKey: 'x', fetch })('gemini-3-pro-preview');
}

describe('an answer for a Gemini caller, read by the AI SDK', () => {
  test('streamed', async () => {
    const read = streamText({
      model: vercel(stream(EVENTS), 'text/event-stream'),
      prompt: 'Hi',
      tools: TOOLS,
    });
    expect(await read.text).toBe('Hello');
    expect(await read.reasoningText).toBe('Let me think.');
    expect((await read.toolCalls).map(({ toolName, input }) => [toolName, input])).toEqual([
      ['weather', { city: 'Paris' }],
      ['weather', { city: 'Rome' }],
    ]);
    expect(await read.finishReason).toBe('tool-calls');
    expect(await read.usage).toMatchObject({ inputTokens: 10, outputTokens: 30 });
  });

  test('whole', async () => {
    const body = caller.encodeAnswer(EVENTS, ECHO).toString();
    const read = await generateText({ model: vercel(body, 'application/json'), prompt: 'Hi', tools: TOOLS });
    expect(read.text).toBe('Hello');
    expect(read.reasoningText).toBe('Let me think.');
    expect(read.toolCalls.map(({ input }) => input)).toEqual([{ city: 'Paris' }, { city: 'Rome' }]);
    expect(read.finishReason).toBe('tool-calls');
    expect(read.usage).toMatchObject({ inputTokens: 10, outputTokens: 30 });
  });
});

describe('a whole answer for a Gemini caller', () => {
  test('is the stream in one piece', async () => {
    const whole = JSON.parse(caller.encodeAnswer(EVENTS, ECHO).toString());
    const chunks = await chunksOf(stream(EVENTS));
    const joined = whole.candidates[0].content.parts;
    expect(
      joined.map(({ text, functionCall }: { text?: string; functionCall?: object }) => text ?? functionCall),
    ).toEqual(['Let me think.', 'Hello', ...chunks.flatMap(({ functionCalls }) => functionCalls ?? [])]);
    expect(whole.usageMetadata).toEqual(chunks.at(-1)?.usageMetadata);
    expect(whole.candidates[0].finishReason).toBe('STOP');
  });

  test('says a count of tokens', async () => {
    const body = caller.encodeTokenCount?.(42)?.toString() ?? '';
    const { totalTokens } = await google(body, 'application/json').models.countTokens({
      model: 'm',
      contents: 'Hi',
    });
    expect(totalTokens).toBe(42);
  });
});
