import type { ChatCompletionMessageParam } from 'openai/resources';
import { afterEach, expect, test } from 'vitest';

import { closeGrounds, openGround } from './ground.ts';
import { closeRawServers, rawServer, sendJson } from './raw-server.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

/** An answer that calls `look`, always under the same id, and signs the call. */
function calling(thoughtSignature: string): string {
  const functionCall = { id: 'look', name: 'look', args: {} };
  const content = { role: 'model', parts: [{ functionCall, thoughtSignature }] };
  return JSON.stringify({ candidates: [{ content, finishReason: 'STOP' }] });
}

// [promise:state-own-conversation]
test('conversations whose provider repeats the ids of calls each get their own signature back', async () => {
  const provider = await rawServer((socket, request) =>
    sendJson(socket, calling(request.includes('apples') ? 'YXBwbGVz' : 'cGVhcnM=')),
  );
  const ground = await openGround({ providers: [{ name: 'google', format: 'gemini', url: provider.url }] });
  const { completions } = ground.sdk().chat;
  const tools = [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }] as const;
  const beginnings = ['apples', 'pears'].map((fruit) => [
    { role: 'system', content: 'Answer briefly.' } as const,
    { role: 'user', content: `Look for ${fruit}.` } as const,
  ]);
  const called = [];
  for (const messages of beginnings) {
    const { choices } = await completions.create({ model: 'm', messages, tools: [...tools] });
    called.push(...(choices[0]?.message.tool_calls ?? []));
  }
  expect(called.map(({ id }) => id)).toEqual(['look', 'look']);
  for (const [index, beginning] of beginnings.entries()) {
    const [call] = called.slice(index);
    if (!call) throw new Error('nothing was called');
    const messages: ChatCompletionMessageParam[] = [
      ...beginning,
      // As a client that knows nothing of signatures keeps it.
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'look', content: 'three' },
    ];
    await completions.create({ model: 'm', messages, tools: [...tools] });
  }
  const sent = provider.requests.join('').split('POST ').slice(-2);
  expect(sent.map((request) => /"thoughtSignature":"([^"]*)"/.exec(request)?.[1])).toEqual([
    'YXBwbGVz',
    'cGVhcnM=',
  ]);
});
