import { BadRequestError, type OpenAI } from 'openai';
import { afterEach, describe, expect, test } from 'vitest';

import { closeSimulators, simulate } from './simulator-ground.ts';

afterEach(closeSimulators);

const USER = { role: 'user', content: 'Hi.' };

const CALL = { id: 'call_1', type: 'function', function: { name: 'a', arguments: '{}' } };
const RESULT = { role: 'tool', tool_call_id: 'call_1', content: 'x' };
const called = (...tool_calls: object[]): object => ({ role: 'assistant', content: null, tool_calls });

describe('the simulated chat of OpenAI refuses', () => {
  test.each<[string, object, string, string | null]>([
    [
      'an unknown role',
      { messages: [{ role: 'model', content: 'x' }] },
      "Invalid value: 'model'",
      'invalid_value',
    ],
    [
      'a user without words',
      { messages: [{ role: 'user', content: null }] },
      'expected a string, got null',
      null,
    ],
    [
      'a part of another format',
      { messages: [{ role: 'user', content: [{ type: 'input_text', text: 'x' }] }] },
      "Invalid value: 'input_text'",
      'invalid_value',
    ],
    ['a result of no call', { messages: [USER, RESULT] }, 'must be a response to a preceeding message', null],
    [
      'a call unanswered',
      { messages: [USER, called(CALL), USER] },
      'did not have response messages: call_1',
      null,
    ],
    ['a call left open', { messages: [USER, called(CALL)] }, 'did not have response messages: call_1', null],
    ['no calls in the list of calls', { messages: [USER, called()] }, 'empty array', 'empty_array'],
    [
      'an id that is too long',
      { messages: [USER, called({ ...CALL, id: 'x'.repeat(41) })] },
      'maximum length 40',
      'string_above_max_length',
    ],
    [
      'arguments that are no text',
      { messages: [USER, called({ ...CALL, function: { name: 'a', arguments: {} } }), RESULT] },
      'expected a string, but got an object',
      'invalid_type',
    ],
    [
      'a tool named oddly',
      { messages: [USER], tools: [{ type: 'function', function: { name: 'a.b' } }] },
      'does not match pattern',
      'invalid_value',
    ],
    ['a choice without tools', { messages: [USER], tool_choice: 'auto' }, "only allowed when 'tools'", null],
    [
      'too much heat',
      { messages: [USER], temperature: 3 },
      'Expected a value <= 2',
      'decimal_above_max_value',
    ],
  ])('%s', async (_what, body, message, code) => {
    const { client } = await simulate();
    const asked = { model: 'm', ...body } as OpenAI.ChatCompletionCreateParamsNonStreaming;
    const raised: unknown = await client.chat.completions.create(asked).catch((error: unknown) => error);
    expect(raised).toBeInstanceOf(BadRequestError);
    expect((raised as BadRequestError).message).toContain(message);
    expect((raised as BadRequestError).code).toBe(code);
  });
});

describe("chat held to Mistral's rules", () => {
  const NINE = { ...CALL, id: 'abcDEF123' };
  const ANSWER = { ...RESULT, tool_call_id: 'abcDEF123' };

  test.each<[string, object[], string]>([
    ["an id of OpenAI's", [USER, called(CALL), RESULT], 'must be a-z, A-Z, 0-9, with a length of 9'],
    ['a user after a result', [USER, called(NINE), ANSWER, USER], "Unexpected role 'user' after role 'tool'"],
    ['a developer', [{ role: 'developer', content: 'x' }, USER], "Unexpected role 'developer'"],
    ['an unanswered call', [USER, called(NINE), USER], 'Not the same number of function calls and responses'],
    ['an assistant last', [USER, { role: 'assistant', content: 'x' }], 'Expected last role User or Tool'],
  ])('refuses %s', async (_what, messages, message) => {
    const { client } = await simulate({ chatRules: 'mistral' });
    const asked = { model: 'm', messages } as OpenAI.ChatCompletionCreateParamsNonStreaming;
    await expect(client.chat.completions.create(asked)).rejects.toThrow(message);
  });

  test('makes ids that it takes back', async () => {
    const { client } = await simulate({ chatRules: 'mistral' });
    const tools = [{ type: 'function' as const, function: { name: 'a' } }];
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Use a tool.' }];
    const first = await client.chat.completions.create({ model: 'm', messages, tools });
    const message = first.choices[0]?.message;
    const id = message?.tool_calls?.[0]?.id ?? '';
    expect(id).toMatch(/^[a-z0-9]{9}$/);
    if (message) messages.push(message);
    messages.push({ role: 'tool', tool_call_id: id, content: 'x' });
    const second = await client.chat.completions.create({ model: 'm', messages, tools });
    expect(second.choices[0]?.finish_reason).toBe('stop');
  });
});
