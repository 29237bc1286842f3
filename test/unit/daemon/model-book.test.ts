import { describe, expect, test } from 'vitest';

import type { ModelQuestion } from '../../../src/core/model-facts.ts';
import { DEFAULT_POLICY } from '../../../src/core/policy.ts';
import type { Profile, Provider } from '../../../src/core/profile.ts';
import type { Target } from '../../../src/core/target.ts';
import { askCatalogue, type CatalogueAnswer } from '../../../src/daemon/ask-catalogue.ts';
import { ModelBook } from '../../../src/daemon/model-book.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { HeldClock } from './held-clock.ts';

const OPENAI = providerAt('https://api.openai.com/v1', { preset: 'openai' });

function providerAt(url: string, more: Partial<Provider> = {}): Provider {
  return {
    name: 'p',
    preset: undefined,
    url,
    format: 'openai-chat',
    alsoSpeaks: [],
    auth: 'bearer',
    keys: [],
    enabled: true,
    headers: {},
    quirks: [],
    models: [],
    owns: [],
    ...more,
  };
}

function target(model: string): Target {
  return { provider: 'p', model, key: 'none' };
}

/** A book whose looks are answered with the length of each name, and what it asked. */
function openBook(answers = true) {
  const clock = new HeldClock();
  const looks: (readonly ModelQuestion[])[] = [];
  const ask = ({
    models,
  }: {
    readonly models: readonly ModelQuestion[];
  }): Promise<CatalogueAnswer | undefined> => {
    looks.push(models);
    const facts = models.map(({ model }) => ({ context: model.length }));
    return Promise.resolve(answers ? { facts, models: [] } : undefined);
  };
  return { book: new ModelBook(ask, clock), clock, looks };
}

/** Lets everything happen that waits for nothing. */
async function idle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

describe('what is known of models', () => {
  test('is looked up once, for all that are met at once', async () => {
    const { book, clock, looks } = openBook();
    const [a, b, again] = [target('a'), target('bb'), target('a')];
    for (const each of [a, b, again]) book.meet(each, OPENAI);
    expect(book.of(a)).toBeUndefined();
    clock.advance(100);
    await book.settled();
    expect(looks.map((models) => models.map(({ model }) => model))).toEqual([['a', 'bb']]);
    expect([a, b, again].map((each) => book.of(each)?.context)).toEqual([1, 2, 1]);
  });

  test('is known at once of models the profile names, when their first request comes', async () => {
    const { book, clock, looks } = openBook();
    const profile: Profile = {
      name: 'default',
      providers: [{ ...OPENAI, models: ['listed'] }],
      routes: [
        {
          name: 'r',
          match: ['*'],
          targets: [
            { provider: 'p', model: 'routed' },
            { provider: 'p', model: undefined },
          ],
          policy: {},
        },
      ],
      policy: DEFAULT_POLICY,
    };
    book.prepare(profile);
    clock.advance(100);
    await book.settled();
    const met = target('routed');
    book.meet(met, OPENAI);
    expect(book.of(met)?.context).toBe(6);
    expect(looks).toHaveLength(1);
  });

  test('costs at most one look in a second, whatever names callers invent', async () => {
    const { book, clock, looks } = openBook();
    for (let second = 0; second < 3; second++) {
      for (let step = 0; step < 10; step++) {
        book.meet(target(`invented-${second}-${step}`), OPENAI);
        clock.advance(100);
        await idle();
      }
    }
    expect(looks.length).toBeLessThanOrEqual(4);
    clock.advance(2000);
    await book.settled();
    expect(looks.flat()).toHaveLength(30);
  });

  test('is nothing when the look did not work, and nobody tries again', async () => {
    const { book, clock, looks } = openBook(false);
    const one = target('a');
    book.meet(one, OPENAI);
    clock.advance(100);
    await book.settled();
    expect(book.of(one)).toEqual({});
    book.meet(target('a'), OPENAI);
    clock.advance(5000);
    await idle();
    expect(looks).toHaveLength(1);
  });

  test('needs no look for a server of one’s own', () => {
    const { book, looks } = openBook();
    const [lab, free] = [target('a'), target('b')];
    book.meet(lab, providerAt('http://127.0.0.1:9001/v1'));
    book.meet(free, providerAt('http://localhost:9001/v1', { quirks: ['free'] }));
    expect(book.of(lab)).toEqual({});
    expect(book.of(free)?.price?.source).toBe('free');
    expect(looks).toEqual([]);
  });

  test('is the owner’s own price before anybody else’s, the first that fits', async () => {
    const { book, clock } = openBook();
    const prices = { 'gpt-*': { input: 7 }, '*': { input: 8 } };
    const [named, other] = [target('gpt-4o'), target('o1')];
    for (const each of [named, other]) book.meet(each, { ...OPENAI, prices });
    clock.advance(100);
    await book.settled();
    expect(book.of(named)).toMatchObject({
      context: 6,
      price: { source: 'profile', periods: [{ rates: { input: 7 } }] },
    });
    expect(book.of(other)?.price?.periods[0]?.rates.input).toBe(8);
  });
});

describe('the process that looks models up', () => {
  test('answers in the order of the question', async () => {
    const at = { preset: 'openai', url: OPENAI.url, free: false };
    const answer = await askCatalogue(
      {
        models: [
          { ...at, model: 'no-such-model' },
          { ...at, model: 'gpt-4o-mini' },
        ],
        providers: [at],
      },
      systemClock,
    );
    expect(answer?.facts[0]).toEqual({});
    expect(answer?.facts[1]).toMatchObject({ context: 128_000, price: { source: 'genai-prices' } });
    expect(answer?.models[0]?.find(({ model }) => model === 'gpt-4o-mini')).toMatchObject({
      facts: { context: 128_000 },
    });
  });
});
