import type { OpenAI } from 'openai';
import { afterEach, describe, expect, test } from 'vitest';

import { closeSimulators, postTo, simulate } from './simulator-ground.ts';

afterEach(closeSimulators);

const SCRIPT = 'text("hello from the simulator");';
const PATCH: OpenAI.Responses.CustomTool = { type: 'custom', name: 'apply_patch' };

function user(content: string): OpenAI.Responses.ResponseInputItem {
  return { role: 'user', content };
}

/** How Codex declares its tools: none beside the input, all of them in its first item, in namespaces. */
function likeCodex(said: string, ...more: readonly object[]): object {
  const functions = [
    {
      type: 'custom',
      name: 'exec',
      format: { type: 'grammar', syntax: 'lark', definition: 'start: /[^]+/' },
    },
    { type: 'function', name: 'wait', parameters: { type: 'object', properties: {} } },
  ];
  const clock = [{ type: 'function', name: 'sleep', parameters: { type: 'object', properties: {} } }];
  const tools = [
    { type: 'namespace', name: 'functions', description: '', tools: functions },
    { type: 'namespace', name: 'clock', description: 'Time.', tools: clock },
  ];
  const input = [{ type: 'additional_tools', role: 'developer', tools }, user(said), ...more];
  return { model: 'm', store: false, input };
}

describe('a tool that takes a text', () => {
  test('is called with one, in the events that OpenAI has for it', async () => {
    const { client } = await simulate();
    const asked = { model: 'm', input: 'Use apply_patch.', tools: [PATCH] };
    const events: OpenAI.Responses.ResponseStreamEvent[] = [];
    for await (const event of await client.responses.create({ ...asked, stream: true })) events.push(event);
    const kinds = events.map(({ type }) => type.replace('response.', '')).join(' ');
    expect(kinds.replaceAll(/(\S+\.delta)(?: \1)*/g, '$1')).toBe(
      'created in_progress output_item.added custom_tool_call_input.delta custom_tool_call_input.done output_item.done completed',
    );
    const whole = await client.responses.create(asked);
    const [call] = whole.output;
    expect(call).toMatchObject({
      type: 'custom_tool_call',
      id: expect.stringMatching(/^ctc_/),
      call_id: expect.stringMatching(/^call_/),
      name: 'apply_patch',
      input: expect.stringMatching(/^[A-Z][^{}]+$/),
    });
    const deltas = events.flatMap((event) =>
      event.type === 'response.custom_tool_call_input.delta' ? [event.delta] : [],
    );
    expect(call).toMatchObject({ input: deltas.join('') });
  });

  test('is the one a tool choice names', async () => {
    const { client } = await simulate();
    const { output } = await client.responses.create({
      model: 'm',
      input: 'Hello.',
      tools: [{ type: 'function', name: 'other', parameters: null, strict: false }, PATCH],
      tool_choice: { type: 'custom', name: 'apply_patch' },
    });
    expect(output.map((item) => 'name' in item && item.name)).toEqual(['apply_patch']);
  });

  test('is answered with what it gave back', async () => {
    const { client } = await simulate();
    const first = await client.responses.create({ model: 'm', input: 'Use apply_patch.', tools: [PATCH] });
    const [call] = first.output;
    if (call?.type !== 'custom_tool_call') throw new Error('no call');
    const input: OpenAI.Responses.ResponseInputItem[] = [
      user('Use apply_patch.'),
      call,
      { type: 'custom_tool_call_output', call_id: call.call_id, output: 'Done.' },
    ];
    const second = await client.responses.create({ model: 'm', tools: [PATCH], input });
    expect(second.output.map(({ type }) => type)).toEqual(['message']);
  });

  test.each([
    [[{ type: 'custom_tool_call', id: 'fc_1', call_id: 'c', name: 'x', input: '' }], "begins with 'ctc'"],
    [[{ type: 'custom_tool_call', call_id: 'c', name: 'x' }], 'input[1].input'],
    [
      [{ type: 'custom_tool_call', call_id: 'c', name: 'x', input: '' }],
      'No tool output found for custom tool call c.',
    ],
    [
      [{ type: 'custom_tool_call_output', call_id: 'c', output: '' }],
      'No tool call found for custom tool call output with call_id c.',
    ],
  ])('is refused as OpenAI refuses it when it comes back as %j', async (items, told) => {
    const { url } = await simulate();
    const answer = await postTo(`${url}/responses`, { model: 'm', input: [user('Hello.'), ...items] });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(told);
  });
});

describe('tools declared in an item of the input', () => {
  const outputOf = async (url: string, body: object): Promise<unknown> => {
    const answer = (await (await postTo(`${url}/responses`, body)).json()) as { readonly output: unknown };
    return answer.output;
  };

  test('are called as Codex wants it: its script prints, and changes nothing', async () => {
    const { url } = await simulate();
    const output = await outputOf(url, likeCodex('Please use a tool, then say what it printed.'));
    expect(output).toMatchObject([{ type: 'custom_tool_call', name: 'exec', input: SCRIPT }]);
    expect(JSON.stringify(output)).not.toContain('namespace');
  });

  test('are called by name and namespace', async () => {
    const { url } = await simulate();
    expect(await outputOf(url, likeCodex('Use sleep.'))).toMatchObject([
      { type: 'function_call', name: 'sleep', namespace: 'clock' },
    ]);
  });

  test('are called no more once one has answered', async () => {
    const { url } = await simulate();
    const call = { type: 'custom_tool_call', id: 'ctc_1', call_id: 'c', name: 'exec', input: SCRIPT };
    const given = {
      type: 'custom_tool_call_output',
      call_id: 'c',
      output: [{ type: 'input_text', text: 'hello' }],
    };
    expect(await outputOf(url, likeCodex('Use a tool.', call, given))).toMatchObject([{ type: 'message' }]);
  });
});
