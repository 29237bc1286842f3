import { describe, expect, test } from 'vitest';

import type { BudgetView } from '../../../src/core/budget.ts';
import type { Incident } from '../../../src/core/health.ts';
import type { Trail } from '../../../src/core/trail.ts';
import { budgetAlert, type Sight, Watch } from '../../../src/daemon/alerts/watch.ts';
import { sampleTrail } from '../../sample-trail.ts';

const NOON = new Date(2026, 5, 10, 12).getTime();
const MINUTE = 60_000;

describe('what is watched', () => {
  const target = { provider: 'openai', model: 'gpt', key: 'K' };
  const incident: Incident = {
    id: 'i',
    target,
    reason: 'upstream_overloaded',
    message: 'the provider said sk-secret',
    from: NOON,
    last: NOON + MINUTE,
    over: false,
    rescued: 3,
    lost: 1,
    to: { 'groq/llama': 3 },
  };
  const sight = (change: Partial<Sight> = {}): Sight => ({
    now: NOON,
    incidents: [],
    ended: [],
    offline: undefined,
    ...change,
  });
  const trail = (id: string, change: Partial<Trail>): Trail => sampleTrail({ id, route: 'main', ...change });
  const lost = (id: string): Trail => trail(id, { outcome: 'failed', fault: 'exhausted', status: 503 });

  test('tells of an incident when it begins and when it is over, and in no words of a provider', () => {
    const watch = new Watch();
    expect(watch.look(sight())).toEqual([]);
    const begun = watch.look(sight({ incidents: [incident] }));
    expect(begun).toMatchObject([{ kind: 'failover', title: 'gw: openai/gpt fails' }]);
    expect(begun[0]?.message).toBe('the provider is overloaded or failing. groq/llama serves instead.');
    expect(watch.look(sight({ incidents: [incident] }))).toEqual([]);
    const over = watch.look(sight({ incidents: [{ ...incident, over: true }] }));
    expect(over).toMatchObject([{ title: 'gw: openai/gpt fails no longer' }]);
    expect(JSON.stringify([begun, over])).not.toContain('sk-secret');
  });

  test('takes what was there before for no news', () => {
    const watch = new Watch();
    expect(watch.look(sight({ incidents: [incident], ended: [lost('1')] }))).toEqual([]);
    expect(watch.look(sight({ incidents: [incident], ended: [lost('1')] }))).toEqual([]);
  });

  test('tells once that nobody serves a route, and once that somebody does again', () => {
    const watch = new Watch();
    watch.look(sight());
    expect(watch.look(sight({ ended: [lost('2'), lost('1')] }))).toMatchObject([
      { kind: 'down', title: 'gw: nobody serves route main' },
    ]);
    expect(watch.look(sight({ ended: [lost('3'), lost('2'), lost('1')] }))).toEqual([]);
    const served = trail('4', { outcome: 'served', served: target });
    expect(watch.look(sight({ now: NOON + MINUTE, ended: [served, lost('3')] }))).toMatchObject([
      { kind: 'down', title: 'gw: route main is served again' },
    ]);
  });

  test.each(['upstream_rejected', 'over_budget', 'content_blocked', 'offline'] as const)(
    'does not call a route down for a request that failed with %s',
    (fault) => {
      const watch = new Watch();
      watch.look(sight());
      expect(watch.look(sight({ ended: [trail('1', { outcome: 'failed', fault })] }))).toEqual([]);
    },
  );

  test('tells that this computer is offline and online again', () => {
    const watch = new Watch();
    watch.look(sight());
    const offline = { since: NOON, reason: 'no-interface', message: 'no network is connected' } as const;
    expect(watch.look(sight({ offline }))).toMatchObject([
      { kind: 'offline', title: 'gw: this computer is offline' },
    ]);
    expect(watch.look(sight({ offline }))).toEqual([]);
    expect(watch.look(sight({ now: NOON + MINUTE }))).toMatchObject([
      { title: 'gw: this computer is online again' },
    ]);
  });

  test('tells what follows when a budget is used up', () => {
    const view: BudgetView = {
      scope: 'each-session',
      holder: 's1',
      per: 'day',
      unit: 'usd',
      amount: 5,
      action: 'block',
      at: [0.8, 1],
      used: 5,
      reserved: 0,
      share: 1,
      requests: 1,
      unpriced: 0,
      startsAt: NOON,
      endsAt: NOON,
    };
    expect(budgetAlert(view, NOON).message).toBe(
      '100% of $5.00 today for session s1 is used. Requests are refused now.',
    );
    expect(budgetAlert({ ...view, used: 4, share: 0.8 }, NOON)).toMatchObject({
      title: 'gw: a budget is nearly used up',
      message: '80% of $5.00 today for session s1 is used.',
    });
  });
});
