import { afterEach, describe, expect, test } from 'vitest';

import { forEach } from './for-each.ts';
import { closeGrounds, movableClock, openGround, routeOver } from './ground.ts';
import { closeLimitedServers, limitedServer } from './limited-server.ts';

afterEach(async () => {
  await closeGrounds();
  await closeLimitedServers();
});

describe('limits that a provider tells of', () => {
  test('are never run into while another key has room, nor while another target has [promise:limits-foreseen]', async () => {
    const clock = movableClock();
    const first = await limitedServer(5, 60_000, clock);
    const second = await limitedServer(100, 60_000, clock);
    const ground = await openGround({
      clock,
      providers: [
        { name: 'first', url: first.url, keys: ['sk-a', 'sk-b'] },
        { name: 'second', url: second.url },
      ],
    });
    for (let turn = 0; turn < 14; turn++) expect((await ground.chat()).status).toBe(200);
    expect(first.refused + second.refused).toBe(0);
    expect(Object.fromEntries(first.served)).toEqual({ 'sk-a': 5, 'sk-b': 5 });
    expect(second.served.get('sk-second')).toBe(4);
    const last = ground.trails.at(-1);
    expect(last?.order?.[0]).toMatchObject({ by: 'headroom' });
    expect(last?.order?.[0]?.why).toMatch(
      /^first\/m \(env:sk-a\) set back: none of 5 requests left for another/,
    );
    expect(last).toMatchObject({ failover: false, outcome: 'served' });
    // And back as soon as the limit is whole again.
    clock.move(61_000);
    expect((await ground.chat()).headers['x-gw-provider']).toBe('first');
  });

  test('are not run into by many at once either, once they are known [promise:limits-foreseen]', async () => {
    const first = await limitedServer(12, 60_000, { answerMs: () => 5 });
    const second = await limitedServer(100, 60_000);
    const ground = await openGround({
      providers: [
        { name: 'first', url: first.url, keys: ['sk-a', 'sk-b'] },
        { name: 'second', url: second.url },
      ],
      policy: { keys: 'spread', affinityMs: 0 },
    });
    for (let turn = 0; turn < 2; turn++) await ground.chat();
    await forEach([...Array(60).keys()], 16, async () => {
      expect((await ground.chat()).status).toBe(200);
    });
    expect(first.refused + second.refused).toBe(0);
    expect([...first.served.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(20);
  });

  test('spread their load over keys where that is asked for [promise:keys-spread]', async () => {
    const only = await limitedServer(100, 60_000);
    const ground = await openGround({
      providers: [{ name: 'only', url: only.url, keys: ['sk-a', 'sk-b', 'sk-c'] }],
      policy: { keys: 'spread' },
    });
    for (let turn = 0; turn < 9; turn++) await ground.chat();
    const counts = ['sk-a', 'sk-b', 'sk-c'].map((key) => only.served.get(key) ?? 0);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    expect(ground.trails.at(-1)?.order?.at(-1)?.why).toMatch(/^the key env:sk-[abc] has its turn$/);
  });

  test('are waited for when nobody else is left and they end soon', async () => {
    const only = await limitedServer(1, 900);
    const ground = await openGround({ providers: [{ name: 'only', url: only.url }] });
    await ground.chat();
    const answer = await ground.chat();
    expect(answer.status).toBe(200);
    expect(only.refused).toBe(0);
    const trail = await ground.trailOf(answer);
    expect(trail.order?.[0]?.why).toMatch(/^waited \d+ms for only\/m: none of 1 requests left/);
    expect(trail.attempts[0]?.waitedMs).toBeGreaterThan(0);
  });

  test('keep nobody from trying when they end late and nobody else is left', async () => {
    const only = await limitedServer(1, 600_000);
    const ground = await openGround({ providers: [{ name: 'only', url: only.url }] });
    await ground.chat();
    const answer = await ground.chat();
    expect(answer.status).toBe(429);
    expect(only.refused).toBe(1);
    expect((await ground.trailOf(answer)).order?.[0]?.why).toMatch(
      /^nobody has headroom left, so it is tried/,
    );
  });

  test('are each caller’s own where callers bring their keys', async () => {
    const first = await limitedServer(1, 60_000);
    const ground = await openGround({
      providers: [{ name: 'first', url: first.url, auth: 'passthrough' }, 'second'],
    });
    for (const key of ['sk-1', 'sk-2', 'sk-3']) {
      const answer = await ground.chat('m', {}, { authorization: `Bearer ${key}` });
      expect(answer.headers['x-gw-provider']).toBe('first');
    }
    expect(first.refused).toBe(0);
  });

  test('are not believed where the profile says so', async () => {
    const first = await limitedServer(1, 60_000);
    const ground = await openGround({
      providers: [{ name: 'first', url: first.url }, 'second'],
      routes: [routeOver(['first', 'second'], { policy: { headroom: false } })],
    });
    await ground.chat();
    await ground.chat();
    expect(first.refused).toBe(1);
  });
});
