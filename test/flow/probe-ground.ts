import { expect } from 'vitest';

import type { FormatName } from '../../src/core/operation.ts';
import type { Policy } from '../../src/core/policy.ts';
import { HeldClock } from '../unit/daemon/held-clock.ts';
import { type Ground, openGround, until } from './ground.ts';

export const ONCE: Partial<Policy> = { retries: 0, retriesLast: 0 };
const LOOKS = /"event":"probe-/;

/** Looks that were finished and told. */
export function looks(ground: Ground): string[] {
  return ground.logLines.filter((line) => LOOKS.test(line));
}

export function breakerOf(ground: Ground, provider: string): string | undefined {
  return ground.proxy.health().find(({ target }) => target.provider === provider)?.breaker.is;
}

/** Moves the clock on, and waits for a look that begins by it. */
export async function lookAfter(ground: Ground, clock: HeldClock, ms: number): Promise<string> {
  const before = looks(ground).length;
  clock.advance(ms);
  await until(() => looks(ground).length > before, 'a look was told');
  return looks(ground).at(-1) ?? '';
}

/** Moves the clock on, and gives a look that begins by it the time to be seen. */
export async function nothingAfter(ground: Ground, clock: HeldClock, ms: number): Promise<void> {
  const before = [looks(ground).length, ...ground.profile.providers.map(({ name }) => ground.calls(name))];
  clock.advance(ms);
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect([looks(ground).length, ...ground.profile.providers.map(({ name }) => ground.calls(name))]).toEqual(
    before,
  );
}

export async function failing(
  fault: string | undefined,
  options: {
    readonly policy?: Partial<Policy>;
    readonly format?: FormatName;
    readonly simulator?: { readonly keys?: readonly string[] };
  } = {},
): Promise<{ ground: Ground; clock: HeldClock }> {
  const clock = new HeldClock();
  const { policy, format, simulator } = options;
  const ground = await openGround({
    clock,
    providers: [{ name: 'first', ...(format && { format }), ...(simulator && { simulator }) }, 'second'],
    policy: { ...ONCE, ...policy },
  });
  ground.simulator('first').setFault(fault);
  for (let turn = 0; turn < 3; turn++) expect((await ground.chat()).headers['x-gw-provider']).toBe('second');
  return { ground, clock };
}
