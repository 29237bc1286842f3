import { afterEach, describe, expect, test } from 'vitest';

import { createSimulator } from '../../src/simulator/index.ts';
import { HeldClock } from '../unit/daemon/held-clock.ts';
import { closeGrounds, openGround } from './ground.ts';
import { breakerOf, failing, lookAfter, looks, nothingAfter, ONCE } from './probe-ground.ts';
import { closeRawServers, rawServer } from './raw-server.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

describe('what a look finds', () => {
  test('of a host that is there again is enough where it was gone, and free', async () => {
    const clock = new HeldClock();
    const before = createSimulator({ name: 'before' });
    const { port, url } = await before.listen();
    await before.close();
    const ground = await openGround({ clock, providers: [{ name: 'first', url }, 'second'], policy: ONCE });
    for (let turn = 0; turn < 3; turn++) await ground.chat();
    expect(await lookAfter(ground, clock, 5_000)).toMatch(/probe-failed.*"way":"models-list".*unreachable/);
    const back = createSimulator({ name: 'back' });
    await back.listen(port);
    try {
      await lookAfter(ground, clock, 10_000);
      expect(await lookAfter(ground, clock, 1_000)).toMatch(/probe-succeeded.*"way":"models-list"/);
      expect(breakerOf(ground, 'first')).toBe('closed');
      expect(back.calls.map(({ method }) => method)).toEqual(['GET', 'GET']);
    } finally {
      await back.close();
    }
  });

  test('of a 400 leaves the trial to the next caller, and is not asked again and again', async () => {
    const { ground, clock } = await failing('503');
    ground.simulator('first').setFault('400');
    expect(await lookAfter(ground, clock, 5_000)).toMatch('upstream_rejected');
    await nothingAfter(ground, clock, 60_000);
    ground.simulator('first').setFault(undefined);
    expect((await ground.chat()).headers['x-gw-provider']).toBe('first');
  });

  test('of a rate limit is obeyed like one that a caller met', async () => {
    const { ground, clock } = await failing('503');
    ground.simulator('first').setFault('429;retry-after=50');
    expect(await lookAfter(ground, clock, 5_000)).toMatch('upstream_rate_limited');
    await nothingAfter(ground, clock, 49_000);
    ground.simulator('first').setFault(undefined);
    expect(await lookAfter(ground, clock, 1_000)).toMatch('probe-succeeded');
  });

  test('counts in no statistic, and belongs to no exchange', async () => {
    const { ground, clock } = await failing('503');
    const [trails, attempts] = [ground.trails.length, ground.attempts.length];
    await lookAfter(ground, clock, 5_000);
    expect([ground.trails.length, ground.attempts.length]).toEqual([trails, attempts]);
  });

  test('shows no key in the log', async () => {
    const { ground, clock } = await failing('503');
    await lookAfter(ground, clock, 5_000);
    expect(looks(ground).join()).not.toContain('Bearer');
  });
});

test('nobody is looked at whom gw chaos made fail: the provider would answer well', async () => {
  const clock = new HeldClock();
  const ground = await openGround({ clock, policy: ONCE });
  ground.proxy.chaos.start({
    provider: 'first',
    fault: '503',
    play: { is: 'answered', text: '503' },
    rate: 1,
    skip: 0,
    most: Infinity,
    delayMs: 0,
    lastsMs: 600_000,
    simulatorOrigin: new URL(ground.profile.providers[1]?.url ?? '').origin,
  });
  for (let turn = 0; turn < 3; turn++) expect((await ground.chat()).headers['x-gw-provider']).toBe('second');
  expect(breakerOf(ground, 'first')).toBe('open');
  await nothingAfter(ground, clock, 60_000);
});

describe('a key that was refused', () => {
  test('is looked at every ten minutes for free, and is in use again without a command', async () => {
    const keys: string[] = ['sk-other'];
    const { ground, clock } = await failing(undefined, { simulator: { keys } });
    expect(ground.calls('first')).toBe(1);
    expect(await lookAfter(ground, clock, 600_000)).toMatch(
      /probe-failed.*models-list.*upstream_refused_key/,
    );
    expect(ground.calls('first')).toBe(2);
    keys.push('sk-first');
    await ground.chat();
    expect(await lookAfter(ground, clock, 600_000)).toMatch('probe-succeeded');
    expect((await ground.chat()).headers['x-gw-provider']).toBe('first');
  });

  test('is not taken for good by a list of models that everybody may read', async () => {
    const { ground, clock } = await failing('401', { policy: { probe: 'free' } });
    ground.simulator('first').setFault(undefined);
    expect(await lookAfter(ground, clock, 600_000)).toMatch('probe-unclear');
    expect((await ground.chat()).headers['x-gw-provider']).toBe('first');
  });
});

describe('an account without credit', () => {
  test('is looked at every five minutes, and noticed when it was filled up', async () => {
    const { ground, clock } = await failing('402');
    expect(await lookAfter(ground, clock, 300_000)).toMatch(/probe-failed.*upstream_out_of_credit/);
    ground.simulator('first').setFault(undefined);
    await ground.chat();
    expect(await lookAfter(ground, clock, 300_000)).toMatch('probe-succeeded');
    expect((await ground.chat()).headers['x-gw-provider']).toBe('first');
  });

  test('is not asked for nothing where only free looks are wished', async () => {
    const { ground, clock } = await failing('402', { policy: { probe: 'free' } });
    await nothingAfter(ground, clock, 300_000);
  });
});

test('an idle connection that ended with the outage is not taken for the outage', async () => {
  let answers = 0;
  const server = await rawServer((socket) => {
    answers++;
    if (answers === 4) socket.resetAndDestroy();
    else if (answers <= 3) socket.write('HTTP/1.1 503 Sorry\r\ncontent-length: 0\r\n\r\n');
    else
      socket.write(
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${ANSWER.length}\r\n\r\n${ANSWER}`,
      );
  });
  const clock = new HeldClock();
  const ground = await openGround({
    clock,
    providers: [{ name: 'first', url: server.url }, 'second'],
    policy: ONCE,
  });
  for (let turn = 0; turn < 3; turn++) await ground.chat();
  expect(await lookAfter(ground, clock, 5_000)).toMatch('probe-succeeded');
  expect(answers).toBe(5);
});

const ANSWER = JSON.stringify({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
});
