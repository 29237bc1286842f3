import { afterEach, describe, expect, test } from 'vitest';

import type { Balance } from '../../src/core/policy.ts';
import type { FactsPort } from '../../src/core/ports.ts';
import type { Route } from '../../src/core/profile.ts';
import { closeGrounds, type Ground, HELLO, movableClock, openGround, routeOver } from './ground.ts';

afterEach(closeGrounds);

/** Three simulators behind one route that balances so. */
function balanced(balance: Balance, more: Parameters<typeof openGround>[0] = {}): Promise<Ground> {
  return openGround({ providers: ['a', 'b', 'c'], routes: [weightedRoute(balance)], ...more });
}

function weightedRoute(balance: Balance, weights: readonly number[] = []): Route {
  const route = routeOver(['a', 'b', 'c'], { policy: { balance } });
  return {
    ...route,
    targets: route.targets.map((target, index) => {
      const weight = weights[index];
      return weight === undefined ? target : { ...target, weight };
    }),
  };
}

async function providers(ground: Ground, count: number): Promise<string[]> {
  const served: string[] = [];
  for (let turn = 0; turn < count; turn++)
    served.push(String((await ground.chat('m', { messages: HELLO })).headers['x-gw-provider']));
  return served;
}

/** A turn that goes on from an earlier answer to the same beginning. */
const LATER = [...HELLO, { role: 'assistant', content: 'Well.' }, { role: 'user', content: 'And then?' }];

describe('a balanced route', () => {
  test('asks one after the other by turns', async () => {
    const ground = await balanced('round-robin');
    expect(await providers(ground, 6)).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
    expect(ground.trails.at(-1)?.order).toEqual([
      { by: 'round-robin', why: 'c/backup chosen by round-robin: its turn' },
    ]);
    expect(ground.trails.at(-1)).toMatchObject({ failover: false });
    expect(ground.trails.at(-1)?.plan.map(({ target }) => target.provider)).toEqual(['c', 'a', 'b']);
  });

  test('honours weights, and turns go on where they were after a reload [promise:weights-honoured]', async () => {
    const ground = await balanced('weighted', { routes: [weightedRoute('weighted', [3, 2])] });
    const before = await providers(ground, 3);
    ground.proxy.apply(ground);
    const served = [...before, ...(await providers(ground, 9))];
    const count = (name: string): number => served.filter((provider) => provider === name).length;
    expect([count('a'), count('b'), count('c')]).toEqual([6, 4, 2]);
    expect(ground.trails.at(-1)?.order?.[0]?.why).toMatch(/chosen by weighted: its turn: [123] in 6 are$/);
  });

  test('lets the others stand in, in the order they are written, and leaves out who is down [promise:balance-fails-over]', async () => {
    const ground = await balanced('round-robin');
    ground.simulator('a').setFault('500');
    const served = await providers(ground, 12);
    expect(served).not.toContain('a');
    expect(new Set(served)).toEqual(new Set(['b', 'c']));
    expect(ground.calls('a')).toBeLessThanOrEqual(6);
    // Left alone by now: it takes no turn, and standing in for it is no failover.
    expect(ground.trails.at(-1)).toMatchObject({ failover: false });
    expect(ground.trails.at(-1)?.plan.at(-1)).toMatchObject({ skipped: expect.anything() });
  });

  test('prefers who is fast, finds out about everybody first, and finds one again that has recovered [promise:latency-explored]', async () => {
    let random = 0.5;
    const clock = movableClock();
    const ground = await balanced('least-latency', {
      clock,
      random: () => random,
      providers: [{ name: 'a', simulator: { firstTokenMs: 400 } }, 'b', 'c'],
    });
    expect(await providers(ground, 3)).toEqual(['a', 'b', 'c']);
    expect(await providers(ground, 4)).not.toContain('a');
    expect(ground.trails.at(-1)?.order?.[0]?.why).toMatch(
      /chosen by least-latency: .*ms against .*ms$|nobody is faster$/,
    );
    random = 0.01;
    clock.move(60_000);
    expect(await providers(ground, 1)).toEqual(['a']);
    expect(ground.trails.at(-1)?.order?.[0]?.why).toMatch(/to see how fast it is now: not measured for/);
  });

  test('prefers who has the fewest requests under way', async () => {
    const ground = await balanced('least-busy', {
      providers: [{ name: 'a', simulator: { firstTokenMs: 1500 } }, 'b', 'c'],
    });
    const long = ground.chat();
    await expect.poll(() => ground.calls('a')).toBe(1);
    expect(await providers(ground, 1)).toEqual(['b']);
    expect(ground.trails.at(-1)?.order?.[0]?.why).toBe(
      'b/backup chosen by least-busy: nobody has fewer requests under way',
    );
    await long;
    expect(await providers(ground, 1)).toEqual(['a']);
  });

  test('prefers who is cheapest for the request, and whose price nobody knows comes last', async () => {
    const ground = await balanced('cheapest', { facts: pricesOf({ b: 10, c: 1 }) });
    expect(await providers(ground, 1)).toEqual(['c']);
    expect(ground.trails.at(-1)?.order?.[0]?.why).toMatch(
      /^c\/backup chosen by cheapest: about \$[\d.]+ against about \$[\d.]+$/,
    );
    ground.simulator('c').setFault('500');
    expect(await providers(ground, 1)).toEqual(['a']);
  });
});

describe('a conversation', () => {
  test('stays with who served it, on a balanced route [promise:conversation-stays]', async () => {
    const ground = await balanced('round-robin');
    expect(await providers(ground, 2)).toEqual(['a', 'b']);
    for (let turn = 0; turn < 3; turn++) {
      const answer = await ground.chat('m', { messages: LATER });
      expect(answer.headers['x-gw-provider']).toBe('b');
    }
    expect(ground.trails.at(-1)?.order).toEqual([
      {
        by: 'affinity',
        why: expect.stringMatching(/^the conversation stays with b\/backup: its prompt may be cached/),
      },
    ]);
    // Somebody else's goes on with the turns.
    expect(await providers(ground, 1)).toEqual(['c']);
  });

  test('is known by the session its client names, from its first turn on [promise:conversation-stays]', async () => {
    const ground = await balanced('round-robin');
    const ask = async (session: string): Promise<string> =>
      String((await ground.chat('m', {}, { 'x-session-id': session })).headers['x-gw-provider']);
    expect([
      await ask('one'),
      await ask('two'),
      await ask('one'),
      await ask('two'),
      await ask('three'),
    ]).toEqual(['a', 'b', 'a', 'b', 'c']);
  });

  test.each([
    [
      'Anthropic’s',
      '/v1/messages',
      { model: 'm', max_tokens: 50, system: 'Be kind.' },
      (turns: readonly string[]) => ({
        messages: turns.map((text, index) => ({
          role: index % 2 === 0 ? 'user' : 'assistant',
          // Clients move the mark of what is to be cached to the last message.
          content: [
            {
              type: 'text',
              text,
              ...(index === turns.length - 1 && { cache_control: { type: 'ephemeral' } }),
            },
          ],
        })),
      }),
    ],
    [
      'the Responses',
      '/v1/responses',
      { model: 'm', instructions: 'Be kind.' },
      (turns: readonly string[]) => ({
        input:
          turns.length === 1
            ? turns[0]
            : turns.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content })),
      }),
    ],
    [
      'Gemini’s',
      '/v1beta/models/m:generateContent',
      { systemInstruction: { parts: [{ text: 'Be kind.' }] } },
      (turns: readonly string[]) => ({
        contents: turns.map((text, index) => ({
          role: index % 2 === 0 ? 'user' : 'model',
          parts: [{ text }],
        })),
      }),
    ],
  ])('is known by how it began in %s API too [promise:conversation-stays]', async (_, path, base, write) => {
    const ground = await balanced('round-robin');
    const ask = async (...turns: readonly string[]): Promise<string> => {
      const answer = await ground.ask({ path, body: JSON.stringify({ ...base, ...write(turns) }) });
      expect(answer.status).toBe(200);
      return String(answer.headers['x-gw-provider']);
    };
    expect([await ask('one'), await ask('two')]).toEqual(['a', 'b']);
    expect([await ask('two', 'Well.', 'And?'), await ask('one', 'Well.', 'And?')]).toEqual(['b', 'a']);
    expect(await ask('three')).toBe('c');
  });

  test('moves when its home fails, and stays where it went', async () => {
    const ground = await balanced('round-robin');
    await providers(ground, 1);
    ground.simulator('a').setFault('500');
    const moved = await ground.chat('m', { messages: LATER });
    expect(moved.headers['x-gw-provider']).toBe('b');
    ground.simulator('a').setFault(undefined);
    expect((await ground.chat('m', { messages: LATER })).headers['x-gw-provider']).toBe('b');
  });

  test('has no home after half an hour, nor where the route wants none', async () => {
    const clock = movableClock();
    const ground = await balanced('round-robin', { clock });
    await providers(ground, 1);
    clock.move(31 * 60_000);
    expect((await ground.chat('m', { messages: LATER })).headers['x-gw-provider']).toBe('b');
    const without = await openGround({
      providers: ['a', 'b', 'c'],
      routes: [routeOver(['a', 'b', 'c'], { policy: { balance: 'round-robin', affinityMs: 0 } })],
    });
    await providers(without, 1);
    expect((await without.chat('m', { messages: LATER })).headers['x-gw-provider']).toBe('b');
  });
});

describe('a conversation that was led away from whom the order prefers', () => {
  const LONG = 'All work and no play makes Jack a dull boy. '.repeat(900);
  const later = [
    { role: 'user', content: LONG },
    { role: 'assistant', content: 'Well.' },
    { role: 'user', content: 'And?' },
  ];

  async function ledAway(prices: Readonly<Record<string, number>>, content = LONG) {
    const clock = movableClock();
    const ground = await openGround({ clock, providers: ['a', 'b'], facts: pricesOf(prices) });
    ground.simulator('a').setFault('500');
    const away = await ground.chat('m', { messages: [{ role: 'user', content }] });
    expect(away.headers['x-gw-provider']).toBe('b');
    ground.simulator('a').setFault(undefined);
    clock.move(10_000);
    return { ground, clock };
  }

  test('stays where its prompt is warm while a cold one costs more than a cent [promise:conversation-weighed]', async () => {
    const { ground } = await ledAway({ a: 10, b: 10 });
    const answer = await ground.chat('m', { messages: later });
    expect(answer.headers['x-gw-provider']).toBe('b');
    const trail = await ground.trailOf(answer);
    expect(trail.order?.[0]?.why).toMatch(
      /^the conversation stays with b\/backup: a cold prompt costs \$[\d.]+, against \$[\d.]+ from the cache$/,
    );
    expect(trail).toMatchObject({ failover: false });
    // New ones prefer the first again at once.
    expect((await ground.chat()).headers['x-gw-provider']).toBe('a');
  });

  test.each([
    ['the saving is small', { a: 0.1, b: 0.1 }, 10_000],
    ['its cache is cold by now', { a: 10, b: 10 }, 6 * 60_000],
    ['its home is dearer from the cache', { a: 1, b: 40 }, 10_000],
  ])('goes back when %s [promise:conversation-weighed]', async (_, prices, ms) => {
    const { ground, clock } = await ledAway(prices);
    clock.move(ms);
    const answer = await ground.chat('m', { messages: later });
    expect(answer.headers['x-gw-provider']).toBe('a');
    expect((await ground.trailOf(answer)).order?.[0]?.why).toMatch(
      /^the conversation left b\/backup for a\/m: /,
    );
    // And is at home there from then on, with nothing more to say.
    const next = await ground.chat('m', { messages: later });
    expect((await ground.trailOf(next)).order).toBeUndefined();
  });

  test('waits for its home when that may be asked in a moment, and a cold prompt costs more', async () => {
    const ground = await openGround({ providers: ['a', 'b'], facts: pricesOf({ a: 10, b: 10 }) });
    const session = { 'x-session-id': 'one' };
    await ground.chat('m', { messages: [{ role: 'user', content: LONG }] }, session);
    ground.simulator('a').setFault('429;retry-after-ms=900;once');
    const other = ground.chat('m', {}, { 'x-session-id': 'two' });
    await expect.poll(() => ground.calls('a')).toBe(2);
    await expect.poll(() => ground.proxy.health().some(({ cooldown }) => cooldown !== undefined)).toBe(true);
    const answer = await ground.chat('m', { messages: later }, session);
    expect(answer.headers['x-gw-provider']).toBe('a');
    expect((await ground.trailOf(answer)).order?.[0]?.why).toMatch(
      /^waited \d+ms for a\/m: a cold prompt costs/,
    );
    await other;
  });
});

/** Dollars per million tokens of the prompt, by provider; a tenth of it from the cache. */
function pricesOf(inputs: Readonly<Record<string, number>>): FactsPort {
  return {
    meet: () => undefined,
    of: ({ provider }) => {
      const input = inputs[provider];
      if (input === undefined) return {};
      const rates = { input, output: input * 4, cacheRead: input / 10 };
      return { price: { source: 'profile', periods: [{ rates }] } };
    },
    settled: () => Promise.resolve(),
  };
}
