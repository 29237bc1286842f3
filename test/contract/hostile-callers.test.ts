import { describe, expect, test } from 'vitest';

import type { TranslationTarget } from '../../src/core/format.ts';
import type { CallerFormatName } from '../../src/core/operation.ts';
import { CALLER_FORMATS, estimateTokens, FORMATS } from '../../src/formats/index.ts';
import { keysOf } from '../../src/lib/expect.ts';
import { damaged, randomFrom } from './hostile-requests.ts';
import { RICH_REQUESTS } from './rich-requests.ts';

const CALLERS = keysOf(CALLER_FORMATS);
const MODELS = ['m', 'claude-opus-4-8', 'claude-sonnet-4-5', 'gpt-5', 'gemini-3-pro', 'gemini-2.0-flash'];
const CASES = 700;

function targetOf(model: string): TranslationTarget {
  return { provider: 'p', model, quirks: [], maxOutput: undefined };
}

/** Reads the request and tells it to a provider of every format; what became of it in a word. */
function translate(format: CallerFormatName, body: Buffer, model: string): string {
  const caller = CALLER_FORMATS[format];
  const codec = caller.toCaller;
  if (!codec) throw new Error('no codec');
  caller.readEnvelope('chat', 'application/json', body, '/models/m:streamGenerateContent');
  codec.restoreState(body, targetOf(model));
  const read = codec.decodeRequest(body, {
    model: 'm',
    stream: true,
    recall: () => undefined,
    recallItem: () => undefined,
  });
  if (read.is === 'failed') return read.fault.message;
  estimateTokens(read.value);
  for (const { name, toProvider } of Object.values(FORMATS)) {
    if (!toProvider) throw new Error('no codec');
    const { body: sent, path } = toProvider.encodeRequest(read.value, targetOf(model));
    const text = sent.toString('utf8');
    // Throws where the text is no JSON.
    JSON.parse(text);
    expect(path, name).toMatch(/^\/[\x21-\x7e]*$/);
    expect(sent.length, name).toBeLessThan(body.length * 8 + 100_000);
  }
  return 'told';
}

describe.each(CALLERS)('a caller of %s', (format) => {
  test('may send anything: it is told to every provider as JSON, or refused with what is wrong', () => {
    const ends = new Map<string, number>();
    for (const request of RICH_REQUESTS[format]) {
      expect(translate(format, Buffer.from(JSON.stringify(request)), 'm')).toBe('told');
      for (let seed = 1; seed <= CASES; seed++) {
        const random = randomFrom(seed);
        const body = JSON.stringify(damaged(request, random, 1 + Math.floor(random() * 4)));
        const model = MODELS[Math.floor(random() * MODELS.length)] ?? 'm';
        const end = translate(format, Buffer.from(body), model);
        ends.set(end, (ends.get(end) ?? 0) + 1);
      }
    }
    expect(ends.get('told')).toBeGreaterThan(CASES / 2);
    ends.delete('told');
    for (const end of ends.keys()) expect(end).toMatch(/\w+ \w+/);
    expect('polluted' in {}).toBe(false);
  });

  test.each(['', 'null', '[]', '""', '{', '{}{}', '\u0000', '{"a":1,"a":'])(
    'may send %j for a request',
    (body) => {
      expect(translate(format, Buffer.from(body), 'm')).toMatch(/\w+ \w+/);
    },
  );
});

function many<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function deep(count: number, opening: string, closing: string): string {
  return `${opening.repeat(count)}1${closing.repeat(count)}`;
}

const SAID = { role: 'user', content: 'x' };
const CALL = { id: 'call_0', type: 'function', function: { name: 'f', arguments: '{}' } };
const ANSWER = { role: 'tool', tool_call_id: 'call_0', content: 'y' };
const FORGED = Buffer.from(
  `gw1[${many(100_000, () => '{"on":"text","states":[{"format":"gemini","kind":"signature","data":"x"}]}').join(',')}]`,
).toString('base64');

/** Each took from seconds to minutes as long as a step of its way was made anew for each of its pieces. */
const LARGE: readonly (readonly [string, CallerFormatName, () => string])[] = [
  ['turns of one role', 'openai-chat', () => JSON.stringify({ messages: many(40_000, () => SAID) })],
  [
    'instructions among the turns',
    'openai-chat',
    () =>
      JSON.stringify({
        messages: many(40_000, (at) => (at % 3 === 0 ? SAID : { role: 'system', content: 'x' })),
      }),
  ],
  [
    'results without calls',
    'openai-chat',
    () => JSON.stringify({ messages: [SAID, ...many(40_000, () => ANSWER)] }),
  ],
  [
    'calls of one id',
    'openai-chat',
    () =>
      JSON.stringify({
        messages: [
          SAID,
          { role: 'assistant', tool_calls: many(20_000, () => CALL) },
          ...many(20_000, () => ANSWER),
        ],
      }),
  ],
  [
    'documents of one name',
    'openai-chat',
    () => {
      const file = { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' };
      return JSON.stringify({
        messages: [{ role: 'user', content: many(20_000, () => ({ type: 'file', file })) }],
      });
    },
  ],
  [
    'states in a forged envelope',
    'openai-chat',
    () => {
      const forged = {
        role: 'assistant',
        content: 'y',
        reasoning_details: [{ type: 'reasoning.encrypted', data: FORGED }],
      };
      return JSON.stringify({ messages: [SAID, forged, SAID] });
    },
  ],
  [
    'calls and results without ids',
    'gemini',
    () => {
      const functionCall = { name: 'f', args: {} };
      const functionResponse = { name: 'f', response: {} };
      return JSON.stringify({
        contents: [
          { role: 'model', parts: many(20_000, () => ({ functionCall })) },
          { role: 'user', parts: many(20_000, () => ({ functionResponse })) },
        ],
      });
    },
  ],
  [
    'levels in arguments',
    'anthropic-messages',
    () =>
      `{"max_tokens":5,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":${deep(50_000, '{"a":', '}')}}]}]}`,
  ],
  [
    'levels in a schema',
    'openai-chat',
    () =>
      `{"messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","strict":true,"parameters":${deep(20_000, '{"anyOf":[', ']}')}}}]}`,
  ],
];

test.each(LARGE)(
  'a request of very many %s is told in time that grows with its length',
  // Under a second each on an idle machine; what grew with the square of the length would take minutes.
  { timeout: 40_000 },
  (_, format, make) => {
    expect(translate(format, Buffer.from(make()), 'm')).toBe('told');
  },
);
