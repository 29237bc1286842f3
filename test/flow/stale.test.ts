import { afterEach, describe, expect, test } from 'vitest';

import { collectIncidents } from '../../src/core/incident.ts';
import type { Policy } from '../../src/core/policy.ts';
import { CALLER_FORMATS } from '../../src/formats/index.ts';
import { keysOf } from '../../src/lib/expect.ts';
import { closeGrounds, type Ground, type GroundOptions, movableClock, openGround } from './ground.ts';
import { MemoryAnswers } from './memory-answers.ts';
import { askIn } from './translated-asking.ts';

afterEach(closeGrounds);

const HOUR_MS = 3_600_000;
const STALE: Partial<Policy> = { staleIfErrorMs: HOUR_MS, retries: 0, retriesLast: 0 };

async function opened(policy: Partial<Policy> = {}, more: GroundOptions = {}) {
  const [answers, clock] = [new MemoryAnswers(), movableClock()];
  const ground = await openGround({ answers, clock, policy: { ...STALE, ...policy }, ...more });
  return { ground, answers, clock };
}

function fail(
  ground: Ground,
  fault: string | undefined,
  names: readonly string[] = ['first', 'second'],
): void {
  for (const name of names) ground.simulator(name).setFault(fault);
}

describe('when every target failed', () => {
  const FORMATS = keysOf(CALLER_FORMATS);
  const cases = FORMATS.flatMap((format) => [
    { format, stream: true },
    { format, stream: false },
  ]);

  test.each(cases)(
    'the last good identical answer stands in, labelled ($format, stream: $stream) [promise:stale-if-error]',
    async ({ format, stream }) => {
      const { ground, clock } = await opened({}, { providers: [{ name: 'first', format }] });
      const asked = askIn(format, 'm', stream);
      const good = await ground.ask(asked);
      expect(good.headers['x-gw-cache']).toBeUndefined();
      fail(ground, '503', ['first']);
      clock.move(600_000);
      const old = await ground.ask(asked);
      expect([old.status, old.whole]).toEqual([200, true]);
      expect(old.headers['x-gw-cache']).toMatch(/^stale; age=6\d\d; reason=upstream_overloaded$/);
      expect(old.bytes.equals(good.bytes)).toBe(true);
      fail(ground, undefined, ['first']);
      clock.move(60_000);
      expect((await ground.ask(asked)).headers['x-gw-cache']).toBeUndefined();
    },
  );

  test.each(['503', '429', 'reset@headers', 'refuse=credit', 'refuse=key', 'refuse=model'])(
    'by %s',
    async (fault) => {
      const { ground } = await opened();
      await ground.chat();
      fail(ground, fault);
      expect((await ground.chat()).headers['x-gw-cache']).toContain('stale; age=0');
    },
  );

  test('the trail tells why, the failure counts, and it is no success of anybody', async () => {
    const { ground } = await opened({ breakerFailures: 1 });
    await ground.chat();
    fail(ground, '503');
    const old = await ground.chat();
    const trail = await ground.trailOf(old);
    expect(trail).toMatchObject({ outcome: 'served', failover: false });
    expect(trail.served).toBeUndefined();
    expect(trail.attempts.map(({ fault }) => fault)).toEqual(['upstream_overloaded', 'upstream_overloaded']);
    expect(trail.cache).toMatchObject({
      is: 'stale',
      fault: 'upstream_overloaded',
      from: { provider: 'first' },
      source: ground.trails[0]?.id,
    });
    expect(old.headers['x-gw-failover']).toBeUndefined();
    const [incident] = collectIncidents(ground.trails);
    expect(incident).toMatchObject({ rescued: 1, lost: 0, to: { 'a kept answer': 1 } });
    expect(ground.proxy.health().map(({ breaker }) => breaker.is)).toEqual(['open', 'open']);
  });

  test('because all of them are being left alone, it stands in as well', async () => {
    const { ground } = await opened({ breakerFailures: 1 });
    await ground.chat();
    fail(ground, '429;retry-after=600');
    await ground.chat();
    const calls = ground.calls('first');
    expect((await ground.chat()).headers['x-gw-cache']).toContain('stale');
    expect(ground.calls('first')).toBe(calls);
  });

  test('an answer whose time as a fresh one is up stands in', async () => {
    const { ground, clock } = await opened({ cache: true, cacheTtlMs: 1000 });
    await ground.chat();
    fail(ground, '503');
    expect((await ground.chat()).headers['x-gw-cache']).toBe('hit; age=0');
    clock.move(5000);
    expect((await ground.chat()).headers['x-gw-cache']).toContain('stale; age=5');
  });

  test('what another target said in its place stands in, too', async () => {
    const { ground } = await opened();
    fail(ground, '503', ['first']);
    await ground.chat();
    fail(ground, '503');
    expect((await ground.chat()).headers['x-gw-provider']).toBe('second');
  });
});

describe('no old answer stands in', () => {
  const refused = async (ground: Ground): Promise<void> => {
    const answer = await ground.chat();
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.headers['x-gw-cache'] ?? 'none').not.toContain('stale');
  };

  test('that is older than was asked for', async () => {
    const { ground, clock } = await opened();
    await ground.chat();
    clock.move(HOUR_MS + 1);
    fail(ground, '503');
    await refused(ground);
  });

  test('where nobody asked for one', async () => {
    const { ground } = await opened({ staleIfErrorMs: 0 });
    await ground.chat();
    fail(ground, '503');
    await refused(ground);
  });

  test.each(['400;code=content_policy_violation', '400;code=context_length_exceeded', '400'])(
    'when it is the request that is refused: %s',
    async (fault) => {
      const { ground } = await opened();
      await ground.chat();
      fail(ground, fault);
      await refused(ground);
    },
  );

  test('for a caller that wants a new one', async () => {
    const { ground } = await opened();
    await ground.chat();
    fail(ground, '503');
    for (const wish of ['off', 'refresh']) {
      const answer = await ground.chat('m', {}, { 'x-gw-cache': wish });
      expect(answer.status).toBe(503);
    }
  });

  test('that calls tools, unless that is asked for [promise:stale-no-tools]', async () => {
    const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }];
    for (const stream of [true, false]) {
      for (const staleToolCalls of [false, true]) {
        const { ground } = await opened({ staleToolCalls });
        const more = { tools, tool_choice: 'required', stream };
        expect((await ground.chat('m', more)).text).toContain('tool_calls');
        fail(ground, '503');
        const answer = await ground.chat('m', more);
        expect(answer.status).toBe(staleToolCalls ? 200 : 503);
      }
    }
  });

  test('in place of one that broke off after its beginning reached the caller', async () => {
    const { ground } = await opened({ onCut: 'error' });
    await ground.stream();
    fail(ground, 'cut@token=5');
    const answer = await ground.stream();
    expect(answer.headers['x-gw-cache']).toBeUndefined();
    expect(answer.whole).toBe(false);
  });
});
