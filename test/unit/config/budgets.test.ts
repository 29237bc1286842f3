import { describe, expect, test } from 'vitest';

import { readDocument } from '../../../src/config/document.ts';

const PROVIDERS = { p: { url: 'https://p.example/v1', format: 'openai-chat' } };
const ROUTES = { fast: { targets: ['p/m'] } };

function read(profile: object, more: object = {}): ReturnType<typeof readDocument> {
  return readDocument(
    { profiles: { default: { providers: PROVIDERS, routes: ROUTES, ...profile } }, ...more },
    [],
  );
}

function places(profile: object, more: object = {}): string[] {
  return read(profile, more).problems.map(({ place, message }) => `${place}: ${message}`);
}

describe('budgets of a profile', () => {
  test('are for everything, a day and a warning unless it is said otherwise', () => {
    const { config, problems } = read({ budgets: [{ usd: 5 }] });
    expect(problems).toEqual([]);
    expect(config.profiles['default']?.budgets).toEqual([
      { scope: { is: 'all' }, per: 'day', unit: 'usd', amount: 5, action: 'warn', at: [0.8, 1] },
    ]);
  });

  test('are read with all they can say, their shares in order', () => {
    // oxlint-disable-next-line unicorn/no-thenable -- a part of a profile file
    const whole = { scope: 'route:fast', per: 'month', tokens: 1000, then: 'cheaper', at: [1, 0.5, 0.5] };
    expect(read({ budgets: [whole] }).config.profiles['default']?.budgets).toEqual([
      {
        scope: { is: 'route', name: 'fast' },
        per: 'month',
        unit: 'tokens',
        amount: 1000,
        action: 'cheaper',
        at: [0.5, 1],
      },
    ]);
  });

  test.each([
    ['no amount', { budgets: [{}] }, 'budgets[0]: it is not said how much may be spent'],
    ['two amounts', { budgets: [{ usd: 1, tokens: 1 }] }, 'budgets[0]: one budget cannot count in two units'],
    ['nothing at all', { budgets: [{ usd: 0 }] }, 'budgets[0].usd: 0 is not allowed here'],
    [
      'a route that is not there',
      { budgets: [{ usd: 1, scope: 'route:fats' }] },
      'budgets[0].scope: there is no route "fats"',
    ],
    [
      'a scope that is none',
      { budgets: [{ usd: 1, scope: 'everything' }] },
      'budgets[0].scope: "everything" is not allowed here',
    ],
    [
      'the same one twice',
      { budgets: [{ usd: 1 }, { usd: 2 }] },
      'budgets[1]: there is another budget of this scope, period and unit',
    ],
    ['an unknown key', { budgets: [{ usd: 1, perr: 'day' }] }, 'budgets[0].perr: unknown key'],
    ['a limit without a number', { limits: [{}] }, 'limits[0]: it is not said how much is let through'],
    [
      'a limit of half a request',
      { limits: [{ requestsPerMinute: 0.5 }] },
      'limits[0].requestsPerMinute: 0.5 is not allowed here',
    ],
    [
      'two limits of one scope',
      { limits: [{ requestsPerMinute: 1 }, { requestsPerMinute: 2 }] },
      'limits[1]: there is another limit of this scope',
    ],
  ])('are refused with %s', (_, profile, problem) => {
    expect(places(profile)).toContain(`profiles.default.${problem}`);
  });
});

describe('alerts', () => {
  test('are off until somebody is to be told', () => {
    expect(read({}).config.settings.alerts).toBeUndefined();
  });

  test('are told of everything, and seldom, unless it is said otherwise', () => {
    const { config, problems } = read({}, { alerts: { webhook: { env: 'HOOK' }, quiet: '22:30-7:00' } });
    expect(problems).toEqual([]);
    expect(config.settings.alerts).toEqual({
      on: ['failover', 'budget', 'down', 'offline'],
      desktop: false,
      webhook: { is: 'env', name: 'HOOK' },
      quiet: { from: 1350, to: 420 },
      atMostEveryMs: 300_000,
    });
  });

  test.each(['22-8', '25:00-08:00', '08:00-08:00', 'never'])('take no quiet hours %s', (quiet) => {
    expect(places({}, { alerts: { desktop: true, quiet } })[0]).toContain('alerts.quiet');
  });
});
