import { afterAll, describe, expect, test } from 'vitest';

import { readFrames } from './simulator-frames.ts';
import { closeSimulators, simulate } from './simulator-ground.ts';
import { type Exchange, hasRecordings, readRecorded } from './simulator-recordings.ts';

afterAll(closeSimulators);

/** Every path of fields in a value: `choices[].message.content`. What a caller made up (arguments, schemas) is not ours. */
function pathsOf(value: unknown, at = ''): string[] {
  if (FREE.test(at)) return [at];
  if (Array.isArray(value)) return value.flatMap((item) => pathsOf(item, `${at}[]`));
  if (typeof value !== 'object' || value === null) return [at];
  return Object.entries(value).flatMap(([name, inner]) => pathsOf(inner, at === '' ? name : `${at}.${name}`));
}

const FREE = /\.(?:args|input|arguments|tools|text\.format|metadata|parameters)$/;

interface Row {
  readonly api: string;
  /** Only this host's are its maker's own. */
  readonly host: RegExp;
  readonly place: string;
  readonly body: object;
  /** Fields of ours that nobody recorded, each with its reason. */
  readonly unrecorded?: RegExp;
}

const TOOL = { name: 'get_weather', schema: { type: 'object', properties: { city: { type: 'string' } } } };
const CHAT_TOOLS = [{ type: 'function', function: { name: TOOL.name, parameters: TOOL.schema } }];
const SAID = 'Use get_weather.';
const MODEL = 'm!text=Well.+reasoning=4+cached-tokens=2+prompt-tokens=9';

const ROWS: readonly Row[] = [
  {
    api: 'openai.chat',
    host: /./,
    place: '/v1/chat/completions',
    body: { model: MODEL, messages: [{ role: 'user', content: SAID }], tools: CHAT_TOOLS },
  },
  {
    api: 'openai.responses',
    host: /openai/,
    place: '/v1/responses',
    body: {
      model: MODEL,
      input: SAID,
      tools: [{ type: 'function', name: TOOL.name, parameters: TOOL.schema }],
      include: ['reasoning.encrypted_content'],
    },
  },
  {
    api: 'anthropic.messages',
    host: /anthropic/,
    place: '/v1/messages',
    body: {
      model: MODEL,
      max_tokens: 999,
      messages: [{ role: 'user', content: SAID }],
      tools: [{ name: TOOL.name, input_schema: TOOL.schema }],
    },
  },
  {
    api: 'gemini.generate',
    host: /./,
    place: `/v1beta/models/${MODEL}:generateContent`,
    body: {
      contents: [{ role: 'user', parts: [{ text: SAID }] }],
      tools: [{ functionDeclarations: [{ name: TOOL.name, parameters: TOOL.schema }] }],
    },
  },
  {
    api: 'bedrock.converse',
    host: /./,
    place: `/model/${encodeURIComponent(MODEL)}/converse`,
    body: {
      messages: [{ role: 'user', content: [{ text: SAID }] }],
      toolConfig: { tools: [{ toolSpec: { name: TOOL.name, inputSchema: { json: TOOL.schema } } }] },
    },
  },
  {
    api: 'cohere.chat',
    host: /cohere/,
    place: '/v2/chat',
    body: { model: MODEL, messages: [{ role: 'user', content: SAID }], tools: CHAT_TOOLS },
    // Recorded only in streams.
    unrecorded: /^message\.content\[\]\.thinking$/,
  },
  {
    api: 'ollama.chat',
    host: /./,
    place: '/api/chat',
    body: { model: MODEL, stream: false, messages: [{ role: 'user', content: SAID }], tools: CHAT_TOOLS },
  },
];

const headers = { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' };

describe.skipIf(!hasRecordings)('an answer of the simulator beside recorded ones', () => {
  const exchanges = hasRecordings ? readRecorded() : [];

  test.each(ROWS)('$api has fields that were recorded, and those that always were', async (row) => {
    const { origin } = await simulate();
    const answer = await fetch(`${origin}${row.place}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(row.body),
    });
    const ours = new Set(pathsOf(await answer.json()));
    const theirs = exchanges.filter((one) => isWhole(one, row)).map((one) => new Set(pathsOf(bodyOf(one))));
    expect(theirs.length).toBeGreaterThan(2);
    const seen = new Set(theirs.flatMap((paths) => [...paths]));
    const parents = new Set([...seen].flatMap((path) => [path, path.replace(/\[\]$/, ''), `${path}[]`]));
    const invented = [...ours].filter((path) => !parents.has(path) && !row.unrecorded?.test(path));
    expect(invented).toEqual([]);
    const always = [...seen].filter((path) => theirs.every((paths) => paths.has(path)));
    expect(always.filter((path) => !ours.has(path))).toEqual([]);
  });

  test.each([
    ['anthropic.messages', '/v1/messages', /anthropic/],
    ['openai.responses', '/v1/responses', /openai/],
  ])('%s streams events whose names and fields were recorded', async (api, place, host) => {
    const { origin } = await simulate();
    const asked = ROWS.find((row) => row.api === api)?.body;
    const answer = await fetch(`${origin}${place}`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ ...asked, stream: true }),
    });
    const recorded = exchanges.filter(
      (one) => one.api === api && host.test(one.host) && textOf(one).startsWith('event: '),
    );
    const seen = new Set(recorded.flatMap((one) => eventPaths(textOf(one))));
    const parents = new Set([...seen].flatMap((path) => [path, path.replace(/\[\]$/, ''), `${path}[]`]));
    const ours = eventPaths(await answer.text());
    expect(ours.length).toBeGreaterThan(50);
    expect(ours.filter((path) => !parents.has(path))).toEqual([]);
  });

  test('bedrock.converseStream sends frames whose names and fields were recorded', async () => {
    const { origin } = await simulate();
    const row = ROWS.find(({ api }) => api === 'bedrock.converse');
    const answer = await fetch(`${origin}${row?.place}-stream`, {
      method: 'POST',
      body: JSON.stringify(row?.body),
    });
    const recorded = exchanges.filter(
      (one) => one.api === 'bedrock.converseStream' && one.response.bodyBase64,
    );
    const seen = new Set(
      recorded.flatMap((one) => framePaths(Buffer.from(one.response.bodyBase64 ?? '', 'base64'))),
    );
    const ours = framePaths(Buffer.from(await answer.arrayBuffer()));
    expect(ours.length).toBeGreaterThan(20);
    expect(ours.filter((path) => !seen.has(path))).toEqual([]);
  });
});

function isWhole({ api, host, request, response }: Exchange, row: Row): boolean {
  if (api !== row.api || !row.host.test(host) || response.status !== 200) return false;
  // Cohere's first version is another format.
  if (api === 'cohere.chat' && !request.url.includes('/v2/')) return false;
  return isObject(bodyOf({ response }));
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf({ response }: Pick<Exchange, 'response'>): string {
  return response.bodyText ?? '';
}

function bodyOf({ response }: Pick<Exchange, 'response'>): unknown {
  if (response.body !== undefined) return response.body;
  try {
    return JSON.parse(response.bodyText ?? '');
  } catch {
    return undefined;
  }
}

function eventPaths(text: string): string[] {
  return [...text.matchAll(/^event: (.*)\r?\ndata: (.*)$/gm)].flatMap(([, name = '', data = '']) =>
    pathsOf(JSON.parse(data)).map((path) => `${name} ${path}`),
  );
}

function framePaths(bytes: Buffer): string[] {
  return [...readFrames(bytes)].flatMap(({ headers: named, payload }) =>
    pathsOf(payload).map((path) => `${named[':event-type']} ${path}`),
  );
}
