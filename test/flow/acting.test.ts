import { afterEach, describe, expect, test } from 'vitest';

import { closeGrounds, type Ground, movableClock, openGround } from './ground.ts';

afterEach(closeGrounds);

const OPEN_MS = 60_000;

async function servedBy(ground: Ground): Promise<unknown> {
  return (await ground.chat()).headers['x-gw-provider'];
}

function stateOf(ground: Ground, provider: string) {
  const found = ground.proxy.health().find(({ target }) => target.provider === provider);
  if (found === undefined) throw new Error(`${provider} was not met yet`);
  return found;
}

describe('a breaker opened by hand', () => {
  test('keeps requests away until its time is up, and then the target comes back through a probe', async () => {
    const clock = movableClock();
    const ground = await openGround({ clock });
    expect(await servedBy(ground)).toBe('first');
    expect(ground.proxy.tripTarget(stateOf(ground, 'first').target, OPEN_MS)).toBe(true);
    expect(await servedBy(ground)).toBe('second');
    expect(ground.calls('first')).toBe(1);
    clock.move(OPEN_MS + 1);
    expect(await servedBy(ground)).toBe('first');
    expect(stateOf(ground, 'first').breaker.is).toBe('half-open');
  });

  test('is closed by hand too, as is one that opened by itself', async () => {
    const ground = await openGround();
    await ground.chat();
    const { target } = stateOf(ground, 'first');
    ground.proxy.tripTarget(target, OPEN_MS);
    expect(await servedBy(ground)).toBe('second');
    expect(ground.proxy.resetTarget(target)).toBe(true);
    expect(await servedBy(ground)).toBe('first');
  });

  test('cannot be opened at a target that was never met', async () => {
    const ground = await openGround();
    const target = { provider: 'nobody', model: 'm', key: 'none' };
    expect([ground.proxy.tripTarget(target, OPEN_MS), ground.proxy.resetTarget(target)]).toEqual([
      false,
      false,
    ]);
  });
});

describe('a key that was refused', () => {
  test('is tried again once that is forgotten by hand', async () => {
    const ground = await openGround();
    ground.simulator('first').setFault('401');
    expect(await servedBy(ground)).toBe('second');
    const { target, cooldown } = stateOf(ground, 'first');
    expect(cooldown?.reason).toBe('upstream_refused_key');
    ground.simulator('first').setFault(undefined);
    ground.proxy.resetTarget(target);
    expect(await servedBy(ground)).toBe('first');
  });
});

describe('the limits a provider tells of', () => {
  test('are known after its answer, and stay while it does not answer', async () => {
    const ground = await openGround();
    await ground.chat();
    const told = stateOf(ground, 'first').limits;
    expect(told).toContainEqual(
      expect.objectContaining({ name: 'requests', limit: 10_000, remaining: 9_999 }),
    );
    ground.simulator('first').setFault('reset@accept');
    await ground.chat();
    expect(stateOf(ground, 'first').limits).toEqual(told);
  });
});
