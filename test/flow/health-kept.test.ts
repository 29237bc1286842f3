import { afterEach, describe, expect, test } from 'vitest';

import type { Remembered, RememberPort } from '../../src/core/ports.ts';
import { closeGrounds, type Ground, type GroundOptions, movableClock, openGround } from './ground.ts';

afterEach(closeGrounds);

const ONCE = { retries: 0, retriesLast: 0 };

/** A file in memory: what one proxy leaves, the next one finds. */
class Kept implements RememberPort {
  #text: string | undefined;
  readonly #parts: Remembered[] = [];
  readonly #now: () => number;
  #writtenAt = 0;

  constructor(now: () => number, text?: string, writtenAt = now()) {
    this.#now = now;
    this.#text = text;
    this.#writtenAt = writtenAt;
  }

  keep(part: Remembered): void {
    this.#parts.push(part);
    if (this.#text !== undefined)
      part.restore(JSON.parse(this.#text), { writtenAt: this.#writtenAt, now: this.#now() });
  }

  changed(): void {
    this.#writtenAt = this.#now();
    this.#text = this.text;
  }

  get text(): string {
    return JSON.stringify(this.#parts[0]?.snapshot());
  }

  /** As the next daemon finds it. */
  next(): Kept {
    return new Kept(this.#now, this.#text, this.#writtenAt);
  }
}

/** A second proxy before the same simulators, as after a restart. */
function again(ground: Ground, options: GroundOptions): Promise<Ground> {
  const providers = ground.profile.providers.map(({ name, url, keys }) => ({
    name,
    url,
    keys: keys.map((key) => (key.is === 'env' ? key.name : '')),
  }));
  return openGround({ providers, ...options });
}

function stateOf(ground: Ground, provider: string) {
  return ground.proxy.health().find(({ target }) => target.provider === provider);
}

describe('after a restart', () => {
  test('a target whose breaker was open is left alone for the rest of its time [promise:health-kept]', async () => {
    const clock = movableClock();
    const kept = new Kept(clock.now);
    const ground = await openGround({ clock, remember: kept, policy: ONCE });
    ground.simulator('first').setFault('503');
    for (let turn = 0; turn < 3; turn++) await ground.chat();
    const before = stateOf(ground, 'first')?.breaker;
    expect(before?.is).toBe('open');
    const next = await again(ground, { clock, remember: kept.next(), policy: ONCE });
    expect(stateOf(next, 'first')?.breaker).toEqual(before);
    expect((await next.chat()).headers['x-gw-provider']).toBe('second');
    expect(ground.calls('first')).toBe(3);
    ground.simulator('first').setFault(undefined);
    clock.move(5_001);
    expect((await next.chat()).headers['x-gw-provider']).toBe('first');
  });

  test('a provider that said until when is not asked before that', async () => {
    const clock = movableClock();
    const kept = new Kept(clock.now);
    const ground = await openGround({ clock, remember: kept, providers: ['first'], policy: ONCE });
    ground.simulator('first').setFault('429;retry-after=600');
    await ground.chat();
    const next = await again(ground, { clock, remember: kept.next(), policy: ONCE });
    const answer = await next.chat();
    expect([answer.status, answer.headers['retry-after'], ground.calls('first')]).toEqual([429, '60', 1]);
  });

  test('with every breaker open a caller is not refused for that [promise:breaker-never-refuses]', async () => {
    const clock = movableClock();
    const kept = new Kept(clock.now);
    const ground = await openGround({ clock, remember: kept, policy: ONCE });
    for (const name of ['first', 'second']) ground.simulator(name).setFault('503');
    for (let turn = 0; turn < 4; turn++) await ground.chat();
    for (const { breaker } of ground.proxy.health()) expect(breaker.is).toBe('open');
    ground.simulator('first').setFault(undefined);
    ground.simulator('second').setFault(undefined);
    const next = await again(ground, { clock, remember: kept.next(), policy: ONCE });
    for (const { breaker } of next.proxy.health()) expect(breaker.is).toBe('open');
    expect((await next.chat()).status).toBe(200);
  });
});

describe('what was wrong with one key', () => {
  async function refused(): Promise<{ ground: Ground; kept: Kept }> {
    const clock = movableClock();
    const kept = new Kept(clock.now);
    const ground = await openGround({ clock, remember: kept, policy: ONCE });
    ground.simulator('first').setFault('401');
    await ground.chat();
    ground.simulator('first').setFault(undefined);
    return { ground, kept };
  }

  test('is known of every model behind it, and is in the file without the key', async () => {
    const { ground, kept } = await refused();
    const next = await again(ground, { remember: kept.next(), policy: ONCE });
    expect(stateOf(next, 'first')?.cooldown?.reason).toBe('upstream_refused_key');
    expect((await next.chat('another-model')).headers['x-gw-provider']).toBe('second');
    expect(kept.text).not.toContain('Bearer');
    expect(kept.text).not.toMatch(/"identity":"[^"]*sk-/);
  });

  test('is not held against another value of it, nor against another address', async () => {
    const { ground, kept } = await refused();
    const [first, second] = ground.profile.providers;
    const entry = (url = '') => ({ name: 'first', url, keys: ['sk-first'] });
    const there = { name: 'second', url: second?.url ?? '', keys: ['sk-second'] };
    const elsewhere = await openGround({
      providers: [entry(first?.url.replace('127.0.0.1', 'localhost')), there],
      remember: kept.next(),
      policy: ONCE,
    });
    expect(stateOf(elsewhere, 'first')?.cooldown).toBeUndefined();
    const changed = await openGround({
      providers: [{ ...entry(first?.url), headers: { 'x-org': 'another' } }, there],
      remember: kept.next(),
      policy: ONCE,
    });
    expect(stateOf(changed, 'first')?.cooldown).toBeUndefined();
    expect((await changed.chat()).headers['x-gw-provider']).toBe('first');
  });

  test('ends with a reload that brings another value of it, and so does its breaker', async () => {
    let value = 'sk-old';
    const ground = await openGround({ policy: ONCE });
    ground.simulator('first').setFault('503');
    const { settings, profile } = ground;
    const keys: Ground['keys'] = {
      resolve: (reference) =>
        reference.is === 'env' && reference.name === 'sk-first'
          ? ground.keys.resolve({ is: 'env', name: value })
          : ground.keys.resolve(reference),
    };
    ground.proxy.apply({ settings, profile, keys });
    for (let turn = 0; turn < 3; turn++) await ground.chat();
    ground.proxy.apply({ settings, profile, keys });
    expect(stateOf(ground, 'first')?.breaker.is).toBe('open');
    value = 'sk-new';
    ground.proxy.apply({ settings, profile, keys });
    expect(stateOf(ground, 'first')?.breaker.is).toBe('closed');
  });
});

test('a file full of nonsense starts a proxy that knows nothing', async () => {
  for (const text of [
    'null',
    '[]',
    '{"salt":1}',
    '{"salt":"s","keys":{},"targets":[1,{"provider":"first"}]}',
  ]) {
    const ground = await openGround({ remember: new Kept(Date.now, text) });
    expect(ground.proxy.health()).toEqual([]);
    expect((await ground.chat()).status).toBe(200);
  }
});
