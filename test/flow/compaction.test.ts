import { afterEach, describe, expect, test } from 'vitest';

import { closeGrounds, type Ground, type GroundProvider, NO_BREAKER, openGround } from './ground.ts';

afterEach(closeGrounds);

const OPENAI: GroundProvider = { name: 'openai', format: 'openai-responses' };
const SUMMARY = 'Bread is to be baked; the oven is hot.';
const CLAUDE: GroundProvider = {
  name: 'claude',
  format: 'anthropic-messages',
  simulator: { fault: `reasoning=5+text=${SUMMARY.replaceAll(';', '%3B')}` },
};

const TOOLS = [{ type: 'function', name: 'shell', parameters: { type: 'object', properties: {} } }];
/** As Codex has it when its context is nearly full: the last words of the user mention a tool. */
const HISTORY = [
  { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Use the shell.' }] },
  { type: 'function_call', call_id: 'call_1', name: 'shell', arguments: '{}' },
  { type: 'function_call_output', call_id: 'call_1', output: 'done' },
];
const TRIGGER = { type: 'compaction_trigger' };

interface Item {
  readonly type: string;
  readonly role?: string;
  readonly content?: unknown;
  readonly encrypted_content?: string;
}

async function ask(ground: Ground, input: readonly object[], stream: boolean): Promise<readonly Item[]> {
  const request = { model: 'gpt-5.5', input, tools: TOOLS, store: false, stream };
  const answer = await ground.ask({
    path: '/v1/responses',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  expect(answer.status, answer.text).toBe(200);
  if (!stream) return (answer.json as { output: Item[] }).output;
  const events = [...answer.text.matchAll(/^data: (.*)$/gm)].map(
    ([, text]) => JSON.parse(text ?? '') as { type: string; item?: Item; response?: { output: Item[] } },
  );
  const done = events.flatMap(({ type, item }) => (type === 'response.output_item.done' && item ? item : []));
  expect(events[0]?.type).toBe('response.created');
  expect(events.at(-1)).toMatchObject({ type: 'response.completed', response: { output: done } });
  return done;
}

/** What a provider was last sent. */
function told(ground: Ground, name: string): string {
  return ground.simulator(name).calls.at(-1)?.body ?? '';
}

describe.each([
  ['streamed', true],
  ['whole', false],
] as const)('a conversation to be made shorter, %s', (_, stream) => {
  test('is by the provider of its own format, whose work nobody else can read', async () => {
    const ground = await openGround({ providers: [OPENAI, CLAUDE], policy: NO_BREAKER });
    const items = await ask(ground, [...HISTORY, TRIGGER], stream);
    expect(items).toMatchObject([{ type: 'compaction' }]);
    expect(await ask(ground, [...items, { role: 'user', content: 'Go on.' }], stream)).toMatchObject([
      { type: 'message' },
    ]);
    expect(told(ground, 'openai')).toContain(items[0]?.encrypted_content);
  });

  test('is summed up by a provider of another format, and read by all of them', async () => {
    const ground = await openGround({ providers: [OPENAI, CLAUDE], policy: NO_BREAKER });
    ground.simulator('openai').setFault('503');
    const items = await ask(ground, [...HISTORY, TRIGGER], stream);
    expect(items).toMatchObject([{ type: 'compaction', encrypted_content: expect.any(String) as string }]);
    expect(JSON.parse(told(ground, 'claude'))).toMatchObject({ tool_choice: { type: 'none' } });

    const next = [...items, { role: 'user', content: 'Go on.' }];
    await ask(ground, next, stream);
    expect(told(ground, 'claude')).toContain(SUMMARY);
    ground.simulator('openai').setFault(undefined);
    await ask(ground, next, stream);
    expect(JSON.parse(told(ground, 'openai'))).toMatchObject({
      input: [
        { type: 'message', role: 'user', content: expect.stringContaining(SUMMARY) as string },
        { content: 'Go on.' },
      ],
    });
  });
});
