import { afterEach, describe, expect, test } from 'vitest';

import type { Policy } from '../../src/core/policy.ts';
import type { Trail } from '../../src/core/trail.ts';
import { CALLER_FORMATS } from '../../src/formats/index.ts';
import { keysOf } from '../../src/lib/expect.ts';
import { readStream } from '../contract/stream-contracts.ts';
import {
  chatRequest,
  closeGrounds,
  type Ground,
  NO_BREAKER,
  openGround,
  routeOver,
  until,
} from './ground.ts';
import { askIn, wordsOf } from './translated-asking.ts';

afterEach(closeGrounds);

const CALLERS = keysOf(CALLER_FORMATS);
/** The first target is late after this. */
const AFTER_MS = 60;
const SLOW = 'm!slow-first-token=20s';

/** Two targets that answer alike, and a policy that asks the second one beside the first. */
function openPair(
  policy: Partial<Policy> = {},
  second = 'backup',
  more: Parameters<typeof openGround>[0] = {},
): Promise<Ground> {
  const same = { name: 'same' };
  return openGround({
    providers: [
      { name: 'first', simulator: same },
      { name: 'second', simulator: same },
    ],
    routes: [
      routeOver([], {
        targets: [
          { provider: 'first', model: undefined },
          { provider: 'second', model: second },
        ],
      }),
    ],
    policy: { ...NO_BREAKER, affinityMs: 0, hedge: AFTER_MS, hedgeSpend: 1, ...policy },
    ...more,
  });
}

/** `first lost, second hedge`. */
function storyOf({ attempts }: Trail): string {
  return attempts
    .map(({ target, hedge, lost, fault }) =>
      [target.provider, hedge && 'hedge', lost && 'lost', fault].filter(Boolean).join(' '),
    )
    .join(', ');
}

function ended(ground: Ground): Promise<void> {
  return until(
    () =>
      ['first', 'second'].every((name) => ground.simulator(name).calls.every(({ end }) => end !== 'open')),
    'every upstream call ended',
  );
}

describe('a first target that is late', () => {
  test.each(CALLERS)(
    'is overtaken for a caller of %s, streamed and whole [promise:hedge-first-wins]',
    async (caller) => {
      const ground = await openPair();
      for (const stream of [true, false]) {
        const plain = await ground.ask(askIn(caller, 'm', stream));
        const answer = await ground.ask(askIn(caller, SLOW, stream));
        const trail = await ground.trailOf(answer);
        expect(storyOf(trail)).toBe('first lost, second hedge');
        expect(trail).toMatchObject({ outcome: 'served', failover: false, served: { provider: 'second' } });
        expect(answer).toMatchObject({ status: 200, whole: true });
        expect(answer.headers['x-gw-hedged']).toMatch(/^by=second\/backup; after=\d+ms; won$/);
        expect(answer.headers['x-gw-failover']).toBeUndefined();
        const words = (body: string): string | undefined =>
          stream ? readStream(caller, body).text : wordsOf(caller, body);
        expect(words(answer.text)).toBe(words(plain.text));
        if (stream) expect(readStream(caller, answer.text)).toMatchObject({ end: 'whole', breaches: [] });
      }
      expect(ground.logLines.filter((line) => line.includes('crashed'))).toEqual([]);
    },
  );

  test('is overtaken by one of another format', async () => {
    const ground = await openGround({
      providers: [
        { name: 'first', format: 'anthropic-messages' },
        { name: 'second', format: 'gemini' },
      ],
      policy: { hedge: AFTER_MS },
    });
    const answer = await ground.stream(SLOW);
    expect(storyOf(await ground.trailOf(answer))).toBe('first lost, second hedge');
    expect(answer).toMatchObject({ status: 200, whole: true });
    expect((await ground.trailOf(answer)).usage?.output).toBeGreaterThan(0);
  });

  test('has its connection closed as soon as the other one has content [promise:hedge-loser-ended]', async () => {
    const ground = await openPair({}, 'backup!slow-drip=50ms');
    const call = ground.open(chatRequest(SLOW, { stream: true }));
    await call.untilText('data:');
    // Long before the answer is whole.
    await until(
      () => ground.simulator('first').calls.every(({ end }) => end === 'aborted-by-caller'),
      'the first was ended',
    );
    expect(ground.trails).toHaveLength(0);
    const trail = await ground.trailOf(await call.answer());
    expect(trail.attempts[0]).toMatchObject({ lost: true, usageEstimated: true, usage: { output: 0 } });
    expect(trail.attempts[0]?.usage?.input).toBeGreaterThan(0);
  });

  test('may still be first: then the other one is ended, and counts against nobody', async () => {
    const ground = await openPair({}, 'backup!slow-first-token=20s');
    const answer = await ground.stream('m!slow-first-token=300ms');
    const trail = await ground.trailOf(answer);
    expect(storyOf(trail)).toBe('second hedge lost, first');
    expect(trail).toMatchObject({ outcome: 'served', failover: false, served: { provider: 'first' } });
    expect(answer.headers['x-gw-hedged']).toMatch(/; lost$/);
    expect(answer.headers['x-gw-provider']).toBe('first');
    await ended(ground);
    expect(ground.proxy.health().every(({ breaker }) => breaker.is === 'closed')).toBe(true);
  });
});

describe('a race', () => {
  test('goes on with the second when the first fails, and nobody else is asked [promise:hedge-quiet]', async () => {
    const ground = await openPair({ firstContentMs: 300 }, 'backup!first-token=600ms');
    const trail = await ground.trailOf(await ground.stream(SLOW));
    expect(storyOf(trail)).toBe('first upstream_timeout, second hedge');
    expect(trail).toMatchObject({ outcome: 'served', failover: true, served: { provider: 'second' } });
    expect(trail.attempts[0]?.remedy).toBe('next');
    expect([ground.calls('first'), ground.calls('second')]).toEqual([1, 1]);
  });

  test('is not noticed by the caller when only the second fails', async () => {
    const ground = await openPair({}, 'backup!500');
    const answer = await ground.stream('m!slow-first-token=400ms');
    const trail = await ground.trailOf(answer);
    expect(storyOf(trail)).toBe('second hedge upstream_overloaded, first');
    expect(trail).toMatchObject({ outcome: 'served', failover: false, served: { provider: 'first' } });
    expect(ground.calls('second')).toBe(1);
  });

  test('that both lose is told as a chain that is exhausted', async () => {
    const ground = await openPair({ firstContentMs: 300, lastTargetFactor: 1 }, 'backup!401');
    const answer = await ground.stream(SLOW);
    const trail = await ground.trailOf(answer);
    expect(trail).toMatchObject({ outcome: 'failed', fault: 'upstream_timeout' });
    expect(answer.status).toBe(504);
    expect(answer.text).toContain('second/backup');
  });

  test('ends with its caller: both calls are ended [promise:hedge-loser-ended]', async () => {
    const ground = await openPair({}, 'backup!slow-first-token=20s');
    const call = ground.open(chatRequest(SLOW, { stream: true }));
    await until(() => ground.calls('second') === 1, 'the second was asked');
    call.hangUp();
    await ended(ground);
    await until(() => ground.trails.length === 1, 'the exchange ended');
    expect(ground.trails[0]).toMatchObject({ outcome: 'gone', status: 499 });
  });

  test('that the second won is continued where that breaks off', async () => {
    const ground = await openPair({}, 'backup!reset@token=9');
    const answer = await ground.stream('m!slow-first-token=1s');
    const trail = await ground.trailOf(answer);
    expect(trail).toMatchObject({ outcome: 'served', continued: true, served: { provider: 'first' } });
    expect(readStream('openai-chat', answer.text)).toMatchObject({ end: 'whole', breaches: [] });
  });

  test('is not held when the request is one that acts, goes on from an earlier answer, or is a picture', async () => {
    const ground = await openPair();
    const requests = [
      askIn('openai-responses', 'm!slow-first-token=300ms', true, {
        tools: [{ type: 'mcp', server_label: 'x', server_url: 'https://example.com/mcp' }],
      }),
      {
        path: '/v1/images/generations',
        body: JSON.stringify({ model: 'm!slow-first-token=300ms', prompt: 'x' }),
      },
    ];
    for (const request of requests) await ground.trailOf(await ground.ask(request));
    expect(ground.calls('second')).toBe(0);
    expect(ground.trails[0]?.attempts[0]?.notHedged).toContain('twice');
  });

  test('takes no room that is not there, and no target that is being left alone', async () => {
    const ground = await openPair({}, 'backup!slow-first-token=20s', { concurrency: { second: 1 } });
    const busy = ground.open(chatRequest('m!slow-first-token=2s', { stream: true }));
    await until(() => ground.calls('second') === 1, 'the only place is taken');
    const other = await ground.trailOf(await ground.stream('m!slow-first-token=300ms'));
    expect(storyOf(other)).toBe('first');
    expect(other.attempts[0]?.notHedged).toBe('no other target was well and free');
    await busy.answer();
  });
});

describe('what hedging may cost', () => {
  test('is bounded while 64 callers wait at once [promise:hedge-capped]', async () => {
    const ground = await openPair({ hedgeSpend: 0.1 });
    const answers = await Promise.all(
      Array.from({ length: 64 }, () => ground.stream('m!slow-first-token=900ms')),
    );
    expect(answers.every(({ status, whole }) => status === 200 && whole)).toBe(true);
    expect(ground.calls('second')).toBeGreaterThan(0);
    expect(ground.calls('second')).toBeLessThanOrEqual(7);
    const refused = ground.trails.filter(({ attempts }) => attempts[0]?.notHedged?.includes('hedgeSpend'));
    expect(refused).toHaveLength(64 - ground.calls('second'));
  });

  test('is nothing unless somebody wants it, or when the request says that it does not', async () => {
    const off = await openPair({ hedge: 'off' });
    await off.stream('m!slow-first-token=300ms');
    expect(off.calls('second')).toBe(0);
    await off.stream(SLOW, {}, { 'x-gw-hedge': `${AFTER_MS}ms` });
    expect(off.calls('second')).toBe(1);
    const on = await openPair();
    await on.stream('m!slow-first-token=300ms', {}, { 'x-gw-hedge': 'off' });
    expect(on.calls('second')).toBe(0);
    expect(await on.chat('m', {}, { 'x-gw-hedge': 'soon' })).toMatchObject({ status: 400 });
  });

  test('follows what the target showed to need: late is what 19 in 20 are not', async () => {
    const ground = await openPair({ hedge: 'p95' });
    const first = ground.simulator('first');
    first.setFault('slow-first-token=300ms');
    expect((await ground.trailOf(await ground.stream('m'))).attempts).toHaveLength(1);
    first.setFault(undefined);
    for (let turn = 0; turn < 60; turn++) await ground.stream('m');
    first.setFault('slow-first-token=20s');
    const known = await ground.trailOf(await ground.stream('m'));
    expect(storyOf(known)).toBe('first lost, second hedge');
  });
});
