import { afterEach, describe, expect, test } from 'vitest';

import { readFrames } from './simulator-frames.ts';
import { closeSimulators, simulate } from './simulator-ground.ts';

afterEach(closeSimulators);

const USER = { role: 'user', content: [{ text: 'Hi.' }] };

async function ask(origin: string, model: string, body: object, stream = false): Promise<Response> {
  return fetch(`${origin}/model/${encodeURIComponent(model)}/converse${stream ? '-stream' : ''}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
}

async function framesOf(answer: Response) {
  return [...readFrames(Buffer.from(await answer.arrayBuffer()))];
}

describe('the simulated Bedrock refuses as Amazon does, for', () => {
  test.each([
    ['400', 400, 'ValidationException'],
    ['403', 403, 'AccessDeniedException'],
    ['429;retry-after=30', 429, 'ThrottlingException'],
    ['500', 500, 'InternalServerException'],
    ['503', 503, 'ServiceUnavailableException'],
    ['refuse=key', 403, 'UnrecognizedClientException'],
    ['refuse=model', 400, 'ValidationException'],
    ['refuse=rate', 429, 'ThrottlingException'],
  ])('%s', async (fault, status, exception) => {
    const { origin } = await simulate();
    for (const stream of [false, true]) {
      const answer = await ask(origin, `anthropic.claude-v1:0!${fault}`, { messages: [USER] }, stream);
      expect(answer.status).toBe(status);
      expect(answer.headers.get('x-amzn-errortype')).toMatch(new RegExp(`^${exception}:http`));
      expect(await answer.json()).toEqual({ message: expect.stringMatching(/\w/) });
    }
  });

  test.each([
    ['error-in-200;status=429', 0, 'throttlingException'],
    ['error-in-200@token=4;status=503', 4, 'serviceUnavailableException'],
    ['error-in-200@token=4', 4, 'internalServerException'],
    ['error-in-200@token=4;status=424', 4, 'modelStreamErrorException'],
  ])('%s, in a frame of its own', async (fault, tokens, exception) => {
    const { origin } = await simulate();
    const frames = await framesOf(await ask(origin, `m!${fault}`, { messages: [USER] }, true));
    expect(frames.filter(({ headers }) => headers[':event-type'] === 'contentBlockDelta')).toHaveLength(
      tokens,
    );
    expect(frames.at(-1)).toEqual({
      headers: {
        ':message-type': 'exception',
        ':exception-type': exception,
        ':content-type': 'application/json',
      },
      payload: { message: expect.stringMatching(/\w/) },
    });
  });
});

describe('a simulated event stream', () => {
  test('announces calls, never text, and gives its figures last', async () => {
    const { origin } = await simulate();
    const toolSpec = { name: 'a', inputSchema: { json: { type: 'object', properties: {} } } };
    const body = { messages: [USER], toolConfig: { tools: [{ toolSpec }] } };
    const answer = await ask(origin, 'm!text=One+call-tool', body, true);
    expect(answer.headers.get('content-type')).toBe('application/vnd.amazon.eventstream');
    const frames = await framesOf(answer);
    expect(frames.map(({ headers }) => headers[':event-type'])).toEqual([
      'messageStart',
      'contentBlockDelta',
      'contentBlockStop',
      'contentBlockStart',
      'contentBlockDelta',
      'contentBlockStop',
      'messageStop',
      'metadata',
    ]);
    expect(frames.at(-2)?.payload).toMatchObject({ stopReason: 'tool_use' });
    expect(frames.at(-1)?.payload).toMatchObject({ usage: { outputTokens: 2 } });
  });

  test.each(['proto', 'extra-fields', 'huge-event=64KiB', 'junk-usage', 'no-role'])(
    'keeps its lengths and checksums right under %s',
    async (fault) => {
      const { origin } = await simulate();
      const frames = await framesOf(
        await ask(origin, `m!tokens=3+${fault}`, { messages: [USER] }, true),
      ).catch((error: unknown) => error);
      // Junk figures are legal JSON too.
      expect(frames).toHaveLength(7);
    },
  );

  test('can hold a payload that is no JSON in a frame that is right', async () => {
    const { origin } = await simulate();
    const answer = await ask(origin, 'm!tokens=3+malformed@event=2', { messages: [USER] }, true);
    await expect(framesOf(answer)).rejects.toThrow(SyntaxError);
  });
});

const CALL = { toolUse: { toolUseId: 'tooluse_1', name: 'a', input: {} } };
const RESULT = { toolResult: { toolUseId: 'tooluse_1', content: [{ text: 'x' }] } };
const CONFIG = { tools: [{ toolSpec: { name: 'a', inputSchema: { json: { type: 'object' } } } }] };
const said = (...content: object[]): object => ({ role: 'assistant', content });
const told = (...content: object[]): object => ({ role: 'user', content });
const turns = (...messages: object[]): object => ({ messages, toolConfig: CONFIG });

describe('the simulated Converse refuses', () => {
  test.each<[string, object, string]>([
    ['no messages', { messages: [] }, 'A conversation must start with a user message'],
    ['an assistant first', turns(said({ text: 'x' })), 'A conversation must start with a user message'],
    ['two of one role', turns(USER, USER), 'must alternate between user and assistant roles'],
    [
      'an unknown role',
      turns(USER, { role: 'system', content: [{ text: 'x' }] }),
      'enum value set: [user, assistant]',
    ],
    ['an empty text', turns(told({ text: '' })), 'is blank. Add text to the text field'],
    ['empty content', turns(told()), 'The content field in the Message object at messages.0 is empty'],
    ['a block of another format', turns(told({ type: 'text' })), 'is not a ContentBlock'],
    [
      'a call unanswered',
      turns(USER, said(CALL), told({ text: 'x' })),
      'Expected toolResult blocks at messages.2',
    ],
    ['a result of no call', turns(told(RESULT)), 'exceeds the number of toolUse blocks of previous turn'],
    [
      'an illegal id',
      turns(USER, said({ toolUse: { ...CALL.toolUse, toolUseId: 'a b' } })),
      'regular expression pattern',
    ],
    [
      'input that is text',
      turns(USER, said({ toolUse: { ...CALL.toolUse, input: '{}' } })),
      'Provide a json object',
    ],
    [
      'an empty error',
      turns(USER, said(CALL), told({ toolResult: { toolUseId: 'tooluse_1', status: 'error', content: [] } })),
      'cannot be empty when status value is error',
    ],
    [
      'calls without tools',
      { messages: [USER, said(CALL), told(RESULT)] },
      'The toolConfig field must be defined',
    ],
    ['no tools at all', { messages: [USER], toolConfig: { tools: [] } }, 'length greater than or equal to 1'],
    [
      'a schema that is no object',
      { messages: [USER], toolConfig: { tools: [{ toolSpec: { name: 'a', inputSchema: { json: {} } } }] } },
      'must be one of the following: object',
    ],
    [
      'a foreign thought',
      turns(USER, said({ reasoningContent: { reasoningText: { text: 'x', signature: 'y' } } })),
      'Invalid `signature` in `thinking` block',
    ],
  ])('%s', async (_what, body, message) => {
    const { origin } = await simulate();
    const answer = await ask(origin, 'm', body);
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([
      400,
      expect.stringMatching(/^ValidationException:/),
    ]);
    expect(await answer.json()).toEqual({ message: expect.stringContaining(message) });
  });

  test('nothing of a conversation with a thought, a call and its result', async () => {
    const { origin } = await simulate();
    const thinking = { thinking: { type: 'enabled', budget_tokens: 1024 } };
    const first = { ...turns(told({ text: 'Use a.' })), additionalModelRequestFields: thinking };
    const answer = (await (await ask(origin, 'm', first)).json()) as {
      output: { message: { content: { toolUse?: { toolUseId: string } }[] } };
    };
    const { content } = answer.output.message;
    const id = content.find(({ toolUse }) => toolUse)?.toolUse?.toolUseId;
    const results = told({ toolResult: { toolUseId: id, content: [{ json: { output: 'x' } }] } });
    const second = await ask(origin, 'm', turns(told({ text: 'Use a.' }), said(...content), results));
    expect(await second.json()).toMatchObject({ stopReason: 'end_turn' });
  });
});

test('reads whose key signed a request, and counts tokens', async () => {
  const { origin, simulator } = await simulate({ keys: ['AKIDRIGHT'] });
  const sign = (id: string): Promise<Response> =>
    fetch(`${origin}/model/m/count-tokens`, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${id}/20260101/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify({ input: { converse: { messages: [USER] } } }),
    });
  expect(await (await sign('AKIDRIGHT')).json()).toEqual({ inputTokens: 1 });
  expect((await sign('AKIDWRONG')).status).toBe(403);
  expect(simulator.calls.map(({ key }) => key)).toEqual(['AKIDRIGHT', 'AKIDWRONG']);
});
