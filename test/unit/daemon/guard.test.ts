import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { type AlertSettings, DEFAULT_ALERTS } from '../../../src/core/alerts.ts';
import type { Budget } from '../../../src/core/budget.ts';
import { DEFAULT_POLICY } from '../../../src/core/policy.ts';
import type { Profile } from '../../../src/core/profile.ts';
import { DEFAULT_SETTINGS } from '../../../src/core/settings.ts';
import { Guard } from '../../../src/daemon/guard.ts';
import { Secret } from '../../../src/lib/secret.ts';
import { HeldClock } from './held-clock.ts';

function openGuard(resolved?: string) {
  const clock = new HeldClock();
  let looks = 0;
  const guard = new Guard({
    database: join(tmpdir(), 'gw-no-such-folder', 'requests.db'),
    clock,
    log: { write: () => undefined },
    version: '1.0.0',
    observatory: {
      incidents: () => {
        looks++;
        return [];
      },
      newest: () => [],
    },
    httpProxyFor: () => undefined,
    flush: () => Promise.resolve(),
  });
  const profile: Profile = { name: 'default', providers: [], routes: [], policy: DEFAULT_POLICY };
  const keys = { resolve: () => (resolved === undefined ? undefined : new Secret(resolved)) };
  const apply = (alerts?: Partial<AlertSettings>, budgets: readonly Budget[] = []): Promise<void> => {
    const settings = alerts
      ? { ...DEFAULT_SETTINGS, alerts: { ...DEFAULT_ALERTS, ...alerts } }
      : DEFAULT_SETTINGS;
    return guard.apply({ profile: { ...profile, budgets }, settings, keys });
  };
  return { guard, clock, apply, looks: () => looks };
}

const WEBHOOK = { webhook: { is: 'env', name: 'GW_HOOK' } } as const;

describe('the guard', () => {
  test('does nothing while nothing is set: no timer runs, and nobody is told', async () => {
    const { guard, clock, apply, looks } = openGuard();
    await apply();
    clock.advance(60_000);
    expect([clock.timers, looks()]).toEqual([0, 0]);
    expect(guard.purse.isEmpty).toBe(true);
    expect(guard.status(clock.now())).toEqual({});
    expect(await guard.handlers()['test-alerts']({})).toEqual({ sent: [] });
  });

  test('looks from time to time once somebody is to be told, and no more often after a reload', async () => {
    const { clock, apply, looks, guard } = openGuard('https://hooks.example/secret');
    await apply(WEBHOOK);
    await apply(WEBHOOK);
    clock.advance(10_000);
    expect([clock.timers, looks()]).toEqual([1, 6]);
    await apply();
    expect(clock.timers).toBe(0);
    guard.close();
  });

  test.each([
    [undefined, 'does not resolve'],
    ['not-an-address', 'no http address'],
    ['file:///etc/passwd', 'no http address'],
  ])('says that alerts cannot be posted to %s, without the address', async (resolved, why) => {
    const { guard, apply } = openGuard(resolved);
    await apply(WEBHOOK);
    expect(guard.problems()).toHaveLength(1);
    expect(guard.problems()[0]?.message).toContain(why);
    expect(JSON.stringify(guard.problems())).not.toContain('passwd');
  });

  test('tells how full budgets are, also where there is no record yet', async () => {
    const { guard, clock, apply } = openGuard();
    await apply(undefined, [
      { scope: { is: 'all' }, per: 'day', unit: 'usd', amount: 5, action: 'warn', at: [0.8, 1] },
    ]);
    expect(guard.status(clock.now()).budgets).toMatchObject([{ scope: 'all', used: 0, amount: 5 }]);
  });
});
