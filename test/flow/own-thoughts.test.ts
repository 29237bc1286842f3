import Anthropic from '@anthropic-ai/sdk';
import { afterEach, expect, test } from 'vitest';

import { closeGrounds, openGround } from './ground.ts';
import { closeRawServers, rawServer, sendJson } from './raw-server.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

test('thoughts that Google does not sign are no loss on their way back to it, where it signed what follows them', async () => {
  const parts = [
    { text: 'I have to look.', thought: true },
    { functionCall: { name: 'look', args: {} }, thoughtSignature: 'c2lnbmVk' },
  ];
  const answer = { candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }] };
  const provider = await rawServer((socket) => sendJson(socket, JSON.stringify(answer)));
  const ground = await openGround({ providers: [{ name: 'google', format: 'gemini', url: provider.url }] });
  const client = new Anthropic({ apiKey: 'any', baseURL: `http://127.0.0.1:${ground.port}`, maxRetries: 0 });
  const request = {
    model: 'm',
    max_tokens: 4096,
    thinking: { type: 'enabled', budget_tokens: 1024 },
    tools: [{ name: 'look', input_schema: { type: 'object' } }],
  } as const;
  const asked = { role: 'user', content: 'Look.' } as const;
  const { content } = await client.messages.create({
    ...request,
    tools: [...request.tools],
    messages: [asked],
  });
  expect(content.map(({ type }) => type)).toEqual(['thinking', 'redacted_thinking', 'tool_use']);
  const call = content.find((block) => block.type === 'tool_use');
  const { response } = await client.messages
    .create({
      ...request,
      tools: [...request.tools],
      messages: [
        asked,
        { role: 'assistant', content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: call?.id ?? '', content: 'nothing' }] },
      ],
    })
    .withResponse();
  expect(provider.requests.join('')).toContain('"thoughtSignature":"c2lnbmVk"');
  expect(response.headers.get('x-gw-lossy')).toBeNull();
  expect(ground.trails.map(({ attempts }) => attempts[0]?.losses)).toEqual([undefined, undefined]);
});
