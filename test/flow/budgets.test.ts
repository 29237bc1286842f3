import Anthropic, { APIError as AnthropicError } from '@anthropic-ai/sdk';
import { ApiError, GoogleGenAI } from '@google/genai';
import OpenAI, { APIError as OpenaiError } from 'openai';
import { afterEach, describe, expect, test } from 'vitest';

import type { Budget, RequestLimit } from '../../src/core/budget.ts';
import type { FactsPort } from '../../src/core/ports.ts';
import type { ModelPrice } from '../../src/core/price.ts';
import { CALLER_FORMATS } from '../../src/formats/index.ts';
import { keysOf } from '../../src/lib/expect.ts';
import { Purse } from '../../src/proxy/index.ts';
import { closeGrounds, type Ground, openGround, until } from './ground.ts';
import { HeldClock } from './held-clock.ts';
import { askIn } from './translated-asking.ts';

afterEach(closeGrounds);

const price = (input: number): ModelPrice => ({
  source: 'profile',
  periods: [{ rates: { input, output: input } }],
});

/** Prices by provider, known at once; nothing of the others. */
function pricesOf(prices: Readonly<Record<string, number>>): FactsPort {
  return {
    meet: () => undefined,
    of: ({ provider }) => (prices[provider] === undefined ? {} : { price: price(prices[provider]) }),
    settled: () => Promise.resolve(),
  };
}

function purseOf(budgets: readonly Partial<Budget>[], limits: readonly RequestLimit[] = []): Purse {
  const purse = new Purse();
  const whole = budgets.map((change): Budget => ({
    scope: { is: 'all' },
    per: 'day',
    unit: 'tokens',
    amount: 1,
    action: 'block',
    at: [0.8, 1],
    ...change,
  }));
  purse.apply({ budgets: whole, limits }, Date.now());
  return purse;
}

/** A proxy whose budget of one token was used up by one request. */
async function usedUp(
  change: Partial<Budget> = {},
  prices: Readonly<Record<string, number>> = {},
): Promise<Ground> {
  const ground = await openGround({ purse: purseOf([change]), facts: pricesOf(prices) });
  const answer = await ground.chat();
  expect(answer.status).toBe(200);
  await ground.trailOf(answer);
  return ground;
}

const FORMATS = keysOf(CALLER_FORMATS);

/** How each official library is asked, with its own default of retries, and what it throws. */
const LIBRARIES: Readonly<
  Record<
    string,
    { readonly ask: (origin: string) => Promise<unknown>; thrown: abstract new (...words: never[]) => Error }
  >
> = {
  'openai (chat completions)': {
    ask: (origin) =>
      new OpenAI({ baseURL: `${origin}/v1`, apiKey: 'k' }).chat.completions.create({
        model: 'm',
        messages: [{ role: 'user', content: 'hi' }],
      }),
    thrown: OpenaiError,
  },
  'openai (responses)': {
    ask: (origin) =>
      new OpenAI({ baseURL: `${origin}/v1`, apiKey: 'k' }).responses.create({ model: 'm', input: 'hi' }),
    thrown: OpenaiError,
  },
  anthropic: {
    ask: (origin) =>
      new Anthropic({ baseURL: origin, apiKey: 'k' }).messages.create({
        model: 'm',
        max_tokens: 10,
        messages: [{ role: 'user', content: 'hi' }],
      }),
    thrown: AnthropicError,
  },
  'google genai': {
    ask: (origin) =>
      new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: origin } }).models.generateContent({
        model: 'm',
        contents: 'hi',
      }),
    thrown: ApiError,
  },
};

describe('a budget that is used up and blocks', () => {
  test.each(FORMATS)(
    'is a 402 in the caller’s own format that asks for no retry (%s) [promise:budget-refuses]',
    async (format) => {
      const ground = await usedUp();
      const calls = ground.calls('first');
      const answer = await ground.ask(askIn(format, 'm', format === 'openai-chat'));
      expect(answer.status).toBe(402);
      expect(answer.headers['x-should-retry']).toBe('false');
      expect(answer.headers['retry-after']).toBeUndefined();
      expect(answer.headers['x-gw-budget']).toMatch(/% of 1 tokens today, refused$/);
      // Twice the one token that is allowed would still be less than was used.
      const advised = /gw budget set all --tokens (\d+) --per day/.exec(answer.text)?.[1];
      const used = /used up \((\d+) tokens so far\)/.exec(answer.text)?.[1];
      expect(Number(advised)).toBeGreaterThan(Number(used));
      expect(ground.calls('first')).toBe(calls);
      expect(await ground.trailOf(answer)).toMatchObject({
        outcome: 'failed',
        fault: 'over_budget',
        attempts: [],
        budgets: [{ did: 'blocked', scope: 'all' }],
      });
      expect(ground.proxy.health().every(({ breaker }) => breaker.is === 'closed')).toBe(true);
    },
  );

  test.each(Object.entries(LIBRARIES))(
    'is thrown by %s at once, and not asked for again',
    async (_, { ask, thrown }) => {
      const ground = await usedUp();
      const before = ground.trails.length;
      const error = await ask(`http://127.0.0.1:${ground.port}`).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(thrown);
      expect(error).toMatchObject({ status: 402 });
      expect(String(error)).toContain('is used up');
      await until(() => ground.trails.length > before, 'it was recorded');
      expect(ground.trails).toHaveLength(before + 1);
    },
  );

  test('refuses nobody else: neither another client’s requests nor questions that cost nothing', async () => {
    const ground = await openGround({ purse: purseOf([{ scope: { is: 'client', name: 'curl' } }]) });
    const asCurl = { 'user-agent': 'curl/8.5' };
    await ground.trailOf(await ground.chat('m', {}, asCurl));
    expect((await ground.chat('m', {}, asCurl)).status).toBe(402);
    expect((await ground.chat()).status).toBe(200);
    const count = { path: '/v1/messages/count_tokens', body: '{"model":"m","messages":[]}', headers: asCurl };
    expect(
      (await ground.ask({ ...count, headers: { ...asCurl, 'anthropic-version': '2023-06-01' } })).status,
    ).not.toBe(402);
  });
});

describe('fifty requests at once', () => {
  test('do not overdraw a budget, and those that are not sent say why [promise:budget-bounded]', async () => {
    // Each is expected to take about 520 tokens, and takes fewer.
    const time = new HeldClock();
    const ground = await openGround({
      providers: [{ name: 'first', simulator: { clock: time } }],
      purse: purseOf([{ amount: 1_500 }]),
      policy: { waitMs: 0 },
    });
    const asked = Array.from({ length: 50 }, () => ground.chat('m!slow-headers=20ms+tokens=40'));
    await until(() => ground.trails.length === 47, 'those that would overdraw it are refused');
    time.letGo();
    const answers = await Promise.all(asked);
    const served = answers.filter(({ status }) => status === 200);
    expect(served).toHaveLength(3);
    for (const { status, headers, text } of answers) {
      if (status === 200) continue;
      expect([status, headers['x-should-retry'], headers['retry-after']]).toEqual([402, 'true', '2']);
      expect(text).toContain('requests under way may take that');
    }
  });

  test('wait for a moment where those under way may take less than what was set aside', async () => {
    const ground = await openGround({ purse: purseOf([{ amount: 1_500 }]), policy: { waitMs: 10_000 } });
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => ground.chat('m!slow-headers=100ms+tokens=40')),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
  });
});

describe('a budget that only warns', () => {
  test('lets requests through with a header, from its first share on', async () => {
    const ground = await usedUp({ action: 'warn' });
    const answer = await ground.stream();
    expect(answer.status).toBe(200);
    expect(answer.headers['x-gw-budget']).toMatch(/^\d+% of 1 tokens today$/);
    expect(await ground.trailOf(answer)).toMatchObject({ outcome: 'served', budgets: [{ did: 'warned' }] });
  });

  test('says how many requests are not in it because nobody knows their price', async () => {
    const ground = await openGround({
      purse: purseOf([{ unit: 'usd', amount: 0.000_001, action: 'warn' }]),
      facts: pricesOf({ first: 1000 }),
    });
    ground.simulator('first').setFault('500');
    await ground.trailOf(await ground.chat());
    ground.simulator('first').setFault(undefined);
    await ground.trailOf(await ground.chat());
    expect((await ground.chat()).headers['x-gw-budget']).toContain(', 1 of unknown price not in it');
  });
});

describe('a budget that asks cheaper targets only', () => {
  test('passes the dear one over, says so, and calls that no failover [promise:budget-cheaper]', async () => {
    const ground = await usedUp({ action: 'cheaper' }, { first: 1000, second: 1 });
    const answer = await ground.chat();
    expect(answer.headers['x-gw-provider']).toBe('second');
    expect(answer.headers['x-gw-budget']).toContain('cheaper targets only');
    expect(answer.headers['x-gw-failover']).toBeUndefined();
    const trail = await ground.trailOf(answer);
    expect(trail).toMatchObject({ failover: false, served: { provider: 'second' } });
    expect(trail.order?.map(({ by }) => by)).toEqual(['budget']);
    expect(trail.plan.find(({ target }) => target.provider === 'first')?.skipped).toContain('not cheaper');
  });

  test('refuses where no other target is known to be cheaper', async () => {
    const ground = await usedUp({ action: 'cheaper' }, { first: 1, second: 1000 });
    const answer = await ground.chat();
    expect(answer.status).toBe(402);
    expect(answer.text).toContain('no target of route main is known to be cheaper');
  });

  test('takes a target on this machine whose price nobody knows for one that costs nothing', async () => {
    const ground = await usedUp({ action: 'cheaper' }, { first: 1 });
    expect((await ground.chat()).headers['x-gw-provider']).toBe('second');
  });
});

describe('a limit on requests per minute', () => {
  const tight = (requestsPerMinute: number): Purse =>
    purseOf([], [{ scope: { is: 'all' }, requestsPerMinute }]);

  test('has a request wait its turn where that comes soon, and tells of it', async () => {
    const ground = await openGround({ purse: tight(120), policy: { waitMs: 10_000 } });
    const answers = await Promise.all(Array.from({ length: 24 }, () => ground.chat()));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await until(() => ground.trails.length === 24, 'all were recorded');
    const held = ground.trails.filter((trail) => trail.held !== undefined);
    expect(held.length).toBeGreaterThan(0);
    expect(held[0]?.held?.by).toBe('120 requests a minute for all');
  });

  test.each(FORMATS)(
    'is a 429 with the right time to come back otherwise (%s) [promise:limit-tells-when]',
    async (format) => {
      const ground = await openGround({ purse: tight(2) });
      expect((await ground.chat()).status).toBe(200);
      const answer = await ground.ask(askIn(format, 'm', false));
      expect(answer.status).toBe(429);
      expect(answer.headers['x-should-retry']).toBe('true');
      const afterS = Number(answer.headers['retry-after']);
      expect(afterS).toBeGreaterThan(20);
      expect(afterS).toBeLessThanOrEqual(30);
      expect(answer.text).toContain(
        '2 requests a minute for all are let through, evenly, and this one came too soon',
      );
      expect(answer.text).toContain('gw limit set all --per-minute 4');
      expect(await ground.trailOf(answer)).toMatchObject({ fault: 'too_many_requests', attempts: [] });
    },
  );
});
