import { afterEach, describe, expect, test } from 'vitest';

import type { Ask } from './simulator-asker.ts';
import { BARE_ASKERS } from './simulator-askers-bare.ts';
import { SDK_ASKERS } from './simulator-askers-sdk.ts';
import { closeSimulators, postTo, simulate } from './simulator-ground.ts';

afterEach(closeSimulators);

const ASKERS = [...SDK_ASKERS, ...BARE_ASKERS];
const MODES = [
  ['whole', false],
  ['streamed', true],
] as const;

/** What every format's client hears of the same question, streamed and whole. */
async function hearAll(asked: Omit<Ask, 'stream'>) {
  const { origin } = await simulate();
  const all = [];
  for (const asker of ASKERS) {
    for (const [mode, stream] of MODES) {
      all.push({ asker, mode, heard: await asker.ask(origin, { ...asked, stream }) });
    }
  }
  return all;
}

describe('the same question, asked in every format, streamed and whole,', () => {
  test('gets the same text, for the same figures', async () => {
    const heard = await hearAll({ system: 'Be brief.', question: 'Tell me something.' });
    const texts = new Set(heard.map((one) => one.heard.text));
    expect(texts.size).toBe(1);
    expect([...texts][0]?.length).toBeGreaterThan(50);
    expect(new Set(heard.map((one) => one.heard.usage.input)).size).toBe(1);
    expect(new Set(heard.map((one) => one.heard.usage.output)).size).toBe(1);
    for (const one of heard) {
      expect([one.asker.format, one.heard.finish]).toEqual([one.asker.format, one.asker.finishes.stop]);
      expect(one.heard).toMatchObject({ thought: '', calls: [] });
    }
  });

  test('gets another text for another question, and another system prompt', async () => {
    const texts = [];
    for (const asked of [
      { question: 'Tell me something.' },
      { question: 'And now?' },
      { question: 'And now?', system: 'Be brief.' },
    ]) {
      const heard = await hearAll(asked);
      expect(new Set(heard.map((one) => one.heard.text)).size).toBe(1);
      texts.push(heard[0]?.heard.text);
    }
    expect(new Set(texts).size).toBe(3);
  });

  test('gets the same calls, all tools at once that the question names', async () => {
    const heard = await hearAll({ question: 'Use get_weather and get_time.', tools: true });
    const [first] = heard;
    expect(first?.heard.calls).toEqual([
      { name: 'get_weather', input: { city: expect.any(String), days: expect.any(Number) } },
      { name: 'get_time', input: { city: expect.any(String), days: expect.any(Number) } },
    ]);
    for (const one of heard) {
      expect(one.heard).toMatchObject({ text: '', calls: first?.heard.calls });
      expect(one.heard.finish).toBe(one.asker.finishes.calls);
    }
  });

  test('gets text before calls when both are asked for', async () => {
    const heard = await hearAll({ model: 'm!text=One moment.+call-tool=3', question: 'Hi.', tools: true });
    for (const one of heard) {
      expect(one.heard.calls.map(({ name }) => name)).toEqual(['get_weather', 'get_time', 'get_weather']);
      // What Cohere's models say before they call is their plan.
      if (one.asker.format !== 'cohere-chat') expect(one.heard.text).toBe('One moment.');
    }
  });

  test('is cut at the limit', async () => {
    const heard = await hearAll({ question: 'Tell me something.', limit: 16 });
    expect(new Set(heard.map((one) => one.heard.text)).size).toBe(1);
    for (const one of heard) {
      expect([one.heard.finish, one.heard.usage.output]).toEqual([one.asker.finishes.limit, 16]);
    }
  });

  test('is thought about first where the format lets one ask for that', async () => {
    const heard = await hearAll({ question: 'Tell me something.', think: true });
    const thoughts = heard
      .filter((one) => one.asker.format !== 'openai-chat')
      .map((one) => one.heard.thought);
    expect(new Set(thoughts).size).toBe(1);
    expect(thoughts[0]).not.toBe('');
    expect(new Set(heard.map((one) => one.heard.text)).size).toBe(1);
  });

  test('has its figures added up as each format does', async () => {
    const heard = await hearAll({
      model: 'm!tokens=10+reasoning=7+prompt-tokens=100+cached-tokens=40',
      question: 'Tell me something.',
    });
    for (const { asker, heard: one } of heard) {
      const { cachedInInput, thoughtInOutput } = asker.counts;
      expect(one.usage.input).toBe(cachedInInput ? 100 : 60);
      expect(one.usage.output).toBe(thoughtInOutput ? 17 : 10);
      if (asker.format !== 'ollama-chat') expect(one.usage.cached).toBe(40);
      expect(one.thought).not.toBe('');
    }
  });

  test('can be echoed, and answered with a text of the tester', async () => {
    for (const one of await hearAll({ model: 'm!echo', question: 'Say it again.' })) {
      expect(one.heard.text).toBe('Say it again.');
    }
    for (const one of await hearAll({ model: 'm!text=Naïve – 漢字 🙂', question: 'Hi.' })) {
      expect(one.heard.text).toBe('Naïve – 漢字 🙂');
    }
  });
});

describe.each(ASKERS)('$format', (asker) => {
  test.each([
    'fragment=1',
    'fragment=7',
    'slow-first-token=5ms',
    'extra-fields',
    'proto',
    'huge-event=64KiB',
  ])('%s changes nothing about what is heard', async (fault) => {
    const { origin } = await simulate();
    const asked = { question: 'Tell me something.', think: true };
    for (const [, stream] of MODES) {
      const plain = await asker.ask(origin, { ...asked, stream, model: 'm!tokens=8' });
      expect(await asker.ask(origin, { ...asked, stream, model: `m!tokens=8+${fault}` })).toEqual(plain);
    }
  });

  test.each([
    'cut@token=4;by=end',
    'cut@token=4',
    'reset@token=4',
    'fin@event=3',
    'error-in-200',
    'error-in-200@token=4',
    'html-200',
    'empty-200',
    'refuse=overloaded',
  ])('%s never passes for an answer', async (fault) => {
    const { origin, simulator } = await simulate();
    for (const [mode, stream] of MODES) {
      const model = `m!tokens=20+${fault}`;
      const heard = await asker.ask(origin, { question: 'Hi.', stream, model }).catch(() => undefined);
      // Clients of a format without an end mark see a tidy cut only by the missing reason.
      expect([mode, heard?.finish ?? undefined]).toEqual([mode, undefined]);
    }
    expect(simulator.calls.map((call) => call.fault)).toEqual(
      [`tokens=20`, `tokens=20`].map((tokens) => `${tokens}+${fault}`),
    );
  });

  test('is answered the same by the same seed, byte for byte, and told which simulator it was', async () => {
    const { origin } = await simulate({ name: 'alpha' });
    const first = await asker.ask(origin, { question: 'Hi.', stream: true, think: true });
    const other = await simulate({ name: 'alpha' });
    expect(await asker.ask(other.origin, { question: 'Hi.', stream: true, think: true })).toEqual(first);
  });

  test('has its key looked for where the format puts it', async () => {
    const { origin } = await simulate({ keys: ['sk-test'] });
    await asker.ask(origin, { question: 'Hi.', stream: false });
    const strict = await simulate({ keys: ['sk-other'] });
    await expect(asker.ask(strict.origin, { question: 'Hi.', stream: false })).rejects.toThrow(/4\d\d|key/i);
  });

  test('is refused a model that is not there, when only some are', async () => {
    const { origin } = await simulate({ models: ['a'] });
    await asker.ask(origin, { question: 'Hi.', stream: false, model: 'a' });
    await expect(asker.ask(origin, { question: 'Hi.', stream: false, model: 'b' })).rejects.toThrow(/model/);
  });
});

test('paths where nothing is get the 404 of whom they are meant for', async () => {
  const { origin } = await simulate();
  const shapes: Readonly<Record<string, object>> = {
    '/v1/nowhere': { error: { type: 'invalid_request_error' } },
    '/v1/messages/nowhere': { type: 'error', error: { type: 'not_found_error' } },
    '/v1beta/nowhere': { error: { code: 404, status: 'NOT_FOUND' } },
    '/model/m/nowhere': { message: 'Not Found' },
    '/v2/nowhere': { id: expect.any(String), message: 'Not Found' },
    '/api/nowhere': { error: '404 page not found' },
  };
  for (const [path, shape] of Object.entries(shapes)) {
    const answer = await postTo(`${origin}${path}`, {});
    expect([path, answer.status, await answer.json()]).toMatchObject([path, 404, shape]);
  }
});
