import { afterEach, expect, test } from 'vitest';

import { closeGrounds, openGround, until } from './ground.ts';
import { HeldClock } from './held-clock.ts';
import { askIn } from './translated-asking.ts';

afterEach(closeGrounds);

const HEDGE = { hedge: 60, hedgeSpend: 1, affinityMs: 0 };
const SLOW = 'm!slow-first-token=20s';

test('a target whose signature is long in coming is overtaken, and asked nothing', async () => {
  const ground = await openGround({
    providers: ['first', 'second'],
    policy: HEDGE,
    // Never comes.
    signerFor: ({ name }) => (name === 'first' ? { sign: () => new Promise(() => {}) } : undefined),
  });
  const trail = await ground.trailOf(await ground.stream('m'));
  expect(trail).toMatchObject({ outcome: 'served', served: { provider: 'second' }, failover: false });
  expect(trail.attempts[0]).toMatchObject({ lost: true });
  // What was never sent costs nothing.
  expect(trail.attempts[0]?.usage).toBeUndefined();
  expect(ground.calls('first')).toBe(0);
});

test('a drill proves the order of the route, and races nobody', async () => {
  const ground = await openGround({ policy: HEDGE });
  const drill = ground.proxy.armDrill({ faults: {}, dry: false, simulatorOrigin: undefined });
  const headers = { 'x-gw-drill': drill, 'x-gw-hedge': '10ms' };
  const trail = await ground.trailOf(await ground.stream('m!slow-first-token=200ms', {}, headers));
  expect(trail.attempts.map(({ target }) => target.provider)).toEqual(['first']);
});

test('requests that share one call share one race, whoever of them leaves', async () => {
  const time = new HeldClock();
  const ground = await openGround({
    providers: ['first', { name: 'second', simulator: { clock: time, firstTokenMs: 5 } }],
    policy: { ...HEDGE, coalesce: true },
  });
  const asked = askIn('openai-chat', SLOW, true);
  const leader = ground.open(asked);
  await until(() => ground.calls('first') === 1, 'the first was asked');
  const others = [ground.open(asked), ground.open(asked)];
  await until(() => ground.started.length === 3, 'all have asked');
  leader.hangUp();
  time.letGo();
  for (const other of others) expect(await other.answer()).toMatchObject({ status: 200, whole: true });
  expect([ground.calls('first'), ground.calls('second')]).toEqual([1, 1]);
  await until(
    () => ground.simulator('first').calls.every(({ end }) => end !== 'open'),
    'the loser was ended',
  );
});

test('only what the caller got is captured', async () => {
  const ground = await openGround({ policy: HEDGE, record: { capture: 'all' } });
  const answer = await ground.stream(SLOW);
  const { id } = await ground.trailOf(answer);
  const kept = Buffer.concat([...(ground.captures.get(id)?.answer ?? [])]).toString();
  expect(kept === answer.text).toBe(true);
});

test('that one was slow is no failure of it, and is learned', async () => {
  const ground = await openGround({ policy: { ...HEDGE, breakerFailures: 1, balance: 'least-latency' } });
  for (let turn = 0; turn < 4; turn++) await ground.stream(SLOW);
  expect(ground.proxy.health().every(({ breaker }) => breaker.is === 'closed')).toBe(true);
  expect(ground.proxy.rooms.total.view().inFlight).toBe(0);
});
