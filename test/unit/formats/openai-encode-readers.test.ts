import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { streamText } from 'ai';
import * as fc from 'fast-check';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';

import type { Part } from '../../../src/core/conversation.ts';
import { encodeAnswer } from '../../../src/formats/openai-chat/encode-answer.ts';
import { echo } from './chat-samples.ts';
import { CALL, events, type Message, stream, TEXT, type Called } from './chat-written.ts';
import { anyAnswerPart } from './hub-samples.ts';

function sdk(body: string, type: string): OpenAI {
  return new OpenAI({
    apiKey: 'x',
    maxRetries: 0,
    fetch: () => Promise.resolve(new Response(body, { headers: { 'content-type': type } })),
  });
}

describe('what is written for chat clients', () => {
  it('is read by the official SDK as it was said, whole and as a stream', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyAnswerPart, { maxLength: 5 }), async (parts) => {
        const given = events(parts, parts.some(({ kind }) => kind === 'call') ? 'calls' : 'stop');
        const request = { model: 'm', messages: [] };
        const answer = await sdk(
          encodeAnswer(given, echo()).toString(),
          'application/json',
        ).chat.completions.create(request);
        const streamed = await sdk(stream(given), 'text/event-stream')
          .chat.completions.stream(request)
          .finalChatCompletion();
        for (const { choices, usage, id } of [answer, streamed]) {
          const message: Message = choices[0]?.message ?? {};
          expect(message.content ?? '').toBe(textOf(parts, 'text'));
          expect(message.refusal ?? '').toBe(textOf(parts, 'refusal'));
          expect(usage).toMatchObject({ prompt_tokens: 10, completion_tokens: 4 });
          expect(id).toBe('msg_1');
          expect((message.tool_calls ?? []).map(readCall)).toEqual(callsOf(parts));
        }
        const thought: Message = answer.choices[0]?.message ?? {};
        expect(thought.reasoning_content ?? '').toBe(textOf(parts, 'reasoning'));
      }),
      { numRuns: 60 },
    );
  });

  it('is read by the AI SDK, which is stricter', async () => {
    const thought: Part = {
      kind: 'reasoning',
      text: 'hm',
      opaque: [{ format: 'anthropic-messages', provider: 'a', kind: 'signature', data: 's' }],
    };
    const body = stream(events([thought, TEXT, CALL], 'calls'));
    const provider = createOpenAICompatible({
      name: 'gw',
      baseURL: 'http://gw.invalid/v1',
      includeUsage: true,
      fetch: () => Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } })),
    });
    const read = streamText({ model: provider('m'), prompt: 'hi' });
    expect(await read.text).toBe('Hello');
    expect(await read.reasoningText).toBe('hm');
    expect(await read.finishReason).toBe('tool-calls');
    expect((await read.usage).inputTokens).toBe(10);
    expect((await read.toolCalls).map(({ toolName, input }) => [toolName, input])).toEqual([
      ['add', { a: 1 }],
    ]);
  });
});

function textOf(parts: readonly Part[], kind: 'text' | 'refusal' | 'reasoning'): string {
  return parts.flatMap((part) => (part.kind === kind ? [part.text] : [])).join('');
}

function callsOf(parts: readonly Part[]): unknown[] {
  return parts.flatMap((part) => {
    if (part.kind !== 'call') return [];
    return [[part.name, part.custom === true || part.arguments !== '' ? part.arguments : '{}']];
  });
}

function readCall({ custom, function: called }: Called): unknown[] {
  return custom ? [custom.name, custom.input] : [called?.name, called?.arguments];
}
