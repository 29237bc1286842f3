import { afterEach, describe, expect, test } from 'vitest';

import type { Policy } from '../../src/core/policy.ts';
import type { ModelPrice } from '../../src/core/price.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { HeldClock } from '../unit/daemon/held-clock.ts';
import { closeGrounds, type Ground, type GroundProvider, openGround, routeOver, until } from './ground.ts';
import type { Answer } from './raw-client.ts';

afterEach(closeGrounds);

/** A stream's first content is late after this long, so the question comes after half of it. */
const CONTENT_MS = 10_000;

interface Doubted {
  readonly ground: Ground;
  readonly clock: HeldClock;
}

async function openDoubted(
  fault: string,
  policy: Partial<Policy> = {},
  first: Partial<GroundProvider> = {},
  more: { readonly concurrency?: Readonly<Record<string, number>> } = {},
): Promise<Doubted> {
  const clock = new HeldClock();
  const providers = [{ name: 'first', simulator: { clock: systemClock }, ...first }, 'second'];
  const ground = await openGround({ clock, policy, providers, ...more });
  ground.simulator('first').setFault(fault);
  return { ground, clock };
}

function asked(ground: Ground, calls: number): Promise<void> {
  return until(() => ground.calls('first') >= calls, `the first target was called ${calls} times`);
}

/** Asks for a whole answer, lets the question be asked, and then its time pass. */
async function doubt({ ground, clock }: Doubted, answer: Promise<Answer>): Promise<Answer> {
  await asked(ground, 1);
  clock.advance(CONTENT_MS / 2);
  await asked(ground, 2);
  clock.advance(CONTENT_MS / 2);
  return answer;
}

/** Lets the time pass after which a question would have been asked, and gives it the time to be seen. */
async function undoubted({ ground, clock }: Doubted): Promise<void> {
  await asked(ground, 1);
  clock.advance(CONTENT_MS);
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(ground.calls('first')).toBe(1);
}

// [promise:doubt-silent]
describe('a whole answer of any length that does not come', () => {
  test('is taken elsewhere when a stream would have been late, if a question for one token is not answered either', async () => {
    const doubted = await openDoubted('slow-headers=10m');
    const answer = await doubt(doubted, doubted.ground.chat());
    expect(answer.headers['x-gw-provider']).toBe('second');
    const [first] = (await doubted.ground.trailOf(answer)).attempts;
    expect(first).toMatchObject({
      fault: 'upstream_timeout',
      message: 'no answer within 10.0s, and none to a question for one token either',
      limitMs: CONTENT_MS,
      limitFrom: 'question',
    });
    expect(doubted.ground.logLines.join()).toContain('late-and-silent');
  });

  test('is taken elsewhere as soon however long it may be, and if its model is only slow to begin', async () => {
    const doubted = await openDoubted('slow-first-token=20s');
    const answer = await doubt(doubted, doubted.ground.chat('m', { max_tokens: 100_000 }));
    expect(answer.headers['x-gw-provider']).toBe('second');
  });

  test('has one question asked for a whole crowd of callers', async () => {
    const doubted = await openDoubted('slow-headers=10m');
    const { ground, clock } = doubted;
    const crowd = Array.from({ length: 8 }, () => ground.chat());
    await asked(ground, 8);
    clock.advance(CONTENT_MS / 2);
    await asked(ground, 9);
    clock.advance(CONTENT_MS / 2);
    for (const answer of await Promise.all(crowd)) expect(answer.headers['x-gw-provider']).toBe('second');
    expect(ground.calls('first')).toBe(9);
  });
});

// [promise:doubt-alive]
describe('a whole answer that is long in coming', () => {
  test.each([
    ['answers', 'slow-headers=10m;first=1'],
    ['refuses', 'slow-headers=10m;first=1+503;after=1'],
  ])('is waited for while its target %s another question', async (_, fault) => {
    const { ground, clock } = await openDoubted(fault);
    const answer = ground.chat();
    await asked(ground, 1);
    clock.advance(CONTENT_MS / 2);
    await until(() => ground.logLines.join().includes('late-but-alive'), 'the question was answered');
    clock.advance(CONTENT_MS);
    // Asked again, later each time, and silent by now.
    ground.simulator('first').setFault('slow-headers=10m');
    clock.advance(CONTENT_MS / 2);
    await asked(ground, 3);
    clock.advance(CONTENT_MS / 2);
    const trail = await ground.trailOf(await answer);
    expect(trail.attempts[0]).toMatchObject({ vouchedMs: CONTENT_MS / 2, limitFrom: 'question' });
    expect(trail.attempts[0]?.limitMs).toBe(25_000);
  });
});

// [promise:doubt-not]
describe('nothing is asked beside a whole answer', () => {
  test.each<[string, Partial<Policy>, Partial<GroundProvider>]>([
    ['where looks may cost nothing', { probe: 'free' }, {}],
    ['where its limit was set by hand', { answerMs: 60_000 }, {}],
    ["of a model of one's own", {}, { auth: 'none', keys: [] }],
    ['for which the caller brings the key', {}, { auth: 'passthrough', keys: [] }],
  ])('%s', async (_, policy, first) => {
    const doubted = await openDoubted('slow-headers=10m', policy, first);
    const answer = doubted.ground.chat('m', {}, { authorization: 'Bearer sk-own' });
    await undoubted(doubted);
    doubted.clock.advance(600_000);
    await answer;
  });

  test.each(['sonar-pro', 'perplexity/sonar', 'o3-deep-research', 'gpt-4o-mini-search-preview'])(
    'of a model that searches the web for every question: %s',
    async (model) => {
      const doubted = await openDoubted('slow-headers=10m');
      const answer = doubted.ground.chat(model);
      await undoubted(doubted);
      doubted.clock.advance(600_000);
      await answer;
    },
  );

  test('of a model that is paid by the request', async () => {
    const clock = new HeldClock();
    const price: ModelPrice = { source: 'genai-prices', periods: [{ rates: { input: 1, requests: 12 } }] };
    const facts = { meet: () => undefined, of: () => ({ price }), settled: () => Promise.resolve() };
    const ground = await openGround({ clock, facts });
    ground.simulator('first').setFault('slow-headers=10m');
    const answer = ground.chat();
    await undoubted({ ground, clock });
    clock.advance(600_000);
    await answer;
  });

  test('of a provider that serves only so many at once, nor of the last target', async () => {
    const narrow = await openDoubted('slow-headers=10m', {}, {}, { concurrency: { first: 2 } });
    const one = narrow.ground.chat();
    await undoubted(narrow);
    narrow.clock.advance(600_000);
    await one;
    const last = { clock: new HeldClock(), routes: [routeOver(['first'])], providers: ['first'] };
    const ground = await openGround(last);
    ground.simulator('first').setFault('slow-headers=10m');
    const two = ground.chat();
    await undoubted({ ground, clock: last.clock });
    last.clock.advance(600_000);
    await two;
  });

  test('where only other keys of the same model remain, which a late target would not be followed by', async () => {
    const clock = new HeldClock();
    const first = { name: 'first', keys: ['sk-1', 'sk-2'], simulator: { clock: systemClock } };
    const ground = await openGround({ clock, providers: [first] });
    ground.simulator('first').setFault('slow-headers=10m');
    const answer = ground.chat('m', { max_tokens: 64 });
    await undoubted({ ground, clock });
    clock.advance(600_000);
    // Nor is what it may be in length a reason to end it.
    expect((await ground.trailOf(await answer)).attempts[0]).toMatchObject({ limitMs: 120_000 });
  });
});
