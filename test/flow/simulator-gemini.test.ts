import { ApiError, type Content, GoogleGenAI, type Part } from '@google/genai';
import { afterEach, describe, expect, test } from 'vitest';

import type { SimulatorOptions } from '../../src/simulator/index.ts';
import { closeSimulators, simulate } from './simulator-ground.ts';

afterEach(closeSimulators);

async function gemini(options: SimulatorOptions = {}) {
  const { simulator, origin } = await simulate(options);
  const client = new GoogleGenAI({ apiKey: 'sk-test', httpOptions: { baseUrl: origin } });
  return { simulator, origin, client };
}

async function refusal(
  client: GoogleGenAI,
  model: string,
  stream: boolean,
): Promise<{ status: number; error: object }> {
  const asked = { model, contents: 'Hi.' };
  try {
    if (stream) for await (const chunk of await client.models.generateContentStream(asked)) void chunk;
    else await client.models.generateContent(asked);
  } catch (error) {
    expect(error).toBeInstanceOf(ApiError);
    const text = (error as ApiError).message.replace(/^got status: [^{]*/, '');
    return { status: (error as ApiError).status, ...(JSON.parse(text) as { error: object }) };
  }
  throw new Error('nothing was refused');
}

describe('the SDK of Google raises, for', () => {
  test.each([
    ['400', 400, 'INVALID_ARGUMENT'],
    ['401', 401, 'UNAUTHENTICATED'],
    ['403', 403, 'PERMISSION_DENIED'],
    ['404', 404, 'NOT_FOUND'],
    ['429', 429, 'RESOURCE_EXHAUSTED'],
    ['500', 500, 'INTERNAL'],
    ['503', 503, 'UNAVAILABLE'],
    ['504', 504, 'DEADLINE_EXCEEDED'],
    ['refuse=key', 400, 'INVALID_ARGUMENT'],
    ['refuse=credit', 429, 'RESOURCE_EXHAUSTED'],
    ['refuse=context', 400, 'INVALID_ARGUMENT'],
    ['refuse=model', 404, 'NOT_FOUND'],
    ['refuse=overloaded', 503, 'UNAVAILABLE'],
  ])('%s the status and word', async (fault, code, status) => {
    const { client } = await gemini();
    for (const stream of [false, true]) {
      expect(await refusal(client, `m!${fault}`, stream)).toMatchObject({
        status: code,
        error: { code, status, message: expect.stringMatching(/\w/) },
      });
    }
  });

  test('a rate limit when it ends, in the body and not in a header', async () => {
    const { client, origin } = await gemini();
    const { error } = await refusal(client, 'm!429;retry-after=30', false);
    expect(error).toMatchObject({
      details: [
        { '@type': 'type.googleapis.com/google.rpc.QuotaFailure' },
        { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '30s' },
      ],
    });
    const raw = await fetch(`${origin}/v1beta/models/m!429;retry-after=30:generateContent`, {
      method: 'POST',
      body: '{}',
    });
    expect([raw.status, raw.headers.get('retry-after')]).toEqual([429, null]);
  });

  test('a wrong key what Google says, whichever way the key was sent', async () => {
    const { origin } = await gemini({ keys: ['right'] });
    const body = JSON.stringify({ contents: [{ parts: [{ text: 'Hi.' }] }] });
    const ask = (query: string, headers = {}): Promise<Response> =>
      fetch(`${origin}/v1beta/models/m:generateContent${query}`, { method: 'POST', body, headers });
    expect((await ask('?key=right')).status).toBe(200);
    expect((await ask('', { 'x-goog-api-key': 'right' })).status).toBe(200);
    const refused = await ask('?key=wrong');
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { error: { status: 'INVALID_ARGUMENT', details: [{ reason: 'API_KEY_INVALID' }] } },
    ]);
  });

  test.each(['error-in-200;status=503', 'error-in-200@token=4;status=503'])(
    '%s the error inside of the stream',
    async (fault) => {
      const { client } = await gemini();
      expect(await refusal(client, `m!${fault}`, true)).toMatchObject({
        status: 503,
        error: { status: 'UNAVAILABLE' },
      });
    },
  );
});

const TOOLS = [
  {
    functionDeclarations: ['get_weather', 'get_time'].map((name) => ({
      name,
      parametersJsonSchema: { type: 'object', properties: { city: { type: 'string' } } },
    })),
  },
];

/** Two turns with two calls; `edit` is what happens to the first answer's parts on their way back. */
async function twoTurns(
  first: GoogleGenAI,
  second: GoogleGenAI,
  edit: (parts: Part[]) => Part[] = (parts) => parts,
  model = 'gemini-3-sim',
) {
  const contents: Content[] = [{ role: 'user', parts: [{ text: 'Use get_weather and get_time.' }] }];
  const parts: Part[] = [];
  const stream = await first.models.generateContentStream({ model, contents, config: { tools: TOOLS } });
  for await (const chunk of stream) parts.push(...(chunk.candidates?.[0]?.content?.parts ?? []));
  contents.push({ role: 'model', parts: edit(parts) });
  contents.push({
    role: 'user',
    parts: parts.flatMap(({ functionCall }) =>
      functionCall
        ? [{ functionResponse: { name: functionCall.name ?? '', response: { output: 'ok' } } }]
        : [],
    ),
  });
  return second.models.generateContent({ model, contents, config: { tools: TOOLS } });
}

describe('a thought signature of the simulated Gemini', () => {
  test('stands on the first call only, and is taken back', async () => {
    const { client } = await gemini();
    let seen: readonly (string | undefined)[] = [];
    const answer = await twoTurns(client, client, (parts) => {
      seen = parts.filter(({ functionCall }) => functionCall).map(({ thoughtSignature }) => thoughtSignature);
      return parts;
    });
    expect(seen).toEqual([expect.any(String), undefined]);
    expect(answer.text).toBeTruthy();
  });

  test("is refused when it was changed, moved to another call, or made by another's model", async () => {
    const [{ client }, other] = [await gemini({ name: 'one' }), await gemini({ name: 'other' })];
    const moved = ([a = {}, b = {}, ...rest]: Part[]): Part[] => {
      const { thoughtSignature = '', ...bare } = a;
      return [bare, { ...b, thoughtSignature }, ...rest];
    };
    const changed = (parts: Part[]): Part[] =>
      parts.map((part) => (part.thoughtSignature ? { ...part, thoughtSignature: 'c2ltMQ==' } : part));
    for (const refused of [
      () => twoTurns(client, client, moved, 'gemini-3-sim!call-tool=2'),
      () => twoTurns(client, client, changed),
      () => twoTurns(client, other.client),
    ]) {
      await expect(refused()).rejects.toThrow('Corrupted thought signature');
    }
  });

  test('must be there for a third-generation model, or be waived as Google documents', async () => {
    const { client } = await gemini();
    const without = (signature?: string) => (parts: Part[]) =>
      parts.map(({ thoughtSignature, ...part }) =>
        thoughtSignature !== undefined && signature !== undefined
          ? { ...part, thoughtSignature: signature }
          : part,
      );
    await expect(twoTurns(client, client, without())).rejects.toThrow(
      'Function call is missing a thought_signature in functionCall parts.',
    );
    const waived = await twoTurns(client, client, without('skip_thought_signature_validator'));
    expect(waived.text).toBeTruthy();
    expect((await twoTurns(client, client, without(), 'gemini-2.5-sim')).text).toBeTruthy();
  });

  test('ends an answer without calls, on a text that may be empty', async () => {
    const { client } = await gemini();
    const chat = client.chats.create({ model: 'gemini-3-sim' });
    for await (const chunk of await chat.sendMessageStream({ message: 'Hi.' })) void chunk;
    const signed = chat
      .getHistory()
      .flatMap(({ parts = [] }) => parts.filter((part) => part.thoughtSignature));
    expect(signed).toMatchObject([{ text: '' }]);
    expect((await chat.sendMessage({ message: 'And?' })).text).toBeTruthy();
  });
});
