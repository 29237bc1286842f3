import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';

import { type Budget, parseScope, scopeText } from '../../../src/core/budget.ts';
import type { Trail } from '../../../src/core/trail.ts';
import { BudgetBook, type BudgetReached, spanOf, type Ticket } from '../../../src/resilience/index.ts';

const zone = process.env['TZ'];
afterEach(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

const HOUR = 3_600_000;
const NOON = new Date(2026, 5, 10, 12).getTime();

function budget(change: Partial<Budget> = {}): Budget {
  return {
    scope: { is: 'all' },
    per: 'day',
    unit: 'usd',
    amount: 10,
    action: 'block',
    at: [0.8, 1],
    ...change,
  };
}

function book(...budgets: readonly Budget[]): BudgetBook {
  const made = new BudgetBook();
  made.apply(budgets, NOON);
  return made;
}

const CURL = { client: { name: 'curl' } };

/** An ended exchange that cost so much; without a price where that is undefined. */
function ended(costUsd: number | undefined, tokens = 100): Trail {
  const target = { provider: 'p', model: 'm', key: 'k' };
  const attempt = { target, startMs: 0, waitedMs: 0, ...(costUsd !== undefined && { costUsd }) };
  return {
    id: 'x',
    at: NOON,
    operation: 'chat',
    format: 'openai-chat',
    method: 'POST',
    path: '/v1/chat/completions',
    stream: false,
    client: { name: 'curl' },
    plan: [],
    attempts: [attempt],
    outcome: 'served',
    status: 200,
    failover: false,
    bytesIn: 1,
    bytesOut: 1,
    usage: { input: tokens - 10, output: 10 },
  };
}

function spend(
  purse: BudgetBook,
  usd: number | undefined,
  now = NOON,
  subject: Pick<Trail, 'route' | 'client'> = CURL,
): void {
  purse.reserve(subject, { usd: 0, tokens: 0 }, now).settle(ended(usd));
}

function only<T>(list: readonly T[]): T {
  const [first] = list;
  if (first === undefined || list.length !== 1) throw new Error(`not one: ${list.length}`);
  return first;
}

describe('the period of a budget', () => {
  const table = [
    ['Europe/Berlin', 'a day', 'day', '2026-06-10T10:00:00Z', '2026-06-09T22:00:00Z', 24],
    [
      'Europe/Berlin',
      'the day on which clocks go forward',
      'day',
      '2026-03-29T10:00:00Z',
      '2026-03-28T23:00:00Z',
      23,
    ],
    [
      'Europe/Berlin',
      'the day on which clocks go back',
      'day',
      '2026-10-25T10:00:00Z',
      '2026-10-24T22:00:00Z',
      25,
    ],
    [
      'America/Los_Angeles',
      'an evening that is tomorrow in UTC',
      'day',
      '2026-06-11T05:00:00Z',
      '2026-06-10T07:00:00Z',
      24,
    ],
    [
      'Pacific/Auckland',
      'a morning that is yesterday in UTC',
      'day',
      '2026-06-09T20:00:00Z',
      '2026-06-09T12:00:00Z',
      24,
    ],
    // Clocks there go forward at midnight: the day begins at one.
    ['Africa/Cairo', 'a day without a midnight', 'day', '2026-04-24T10:00:00Z', '2026-04-23T22:00:00Z', 23],
    ['UTC', 'a week, from Monday', 'week', '2026-06-14T23:00:00Z', '2026-06-08T00:00:00Z', 168],
    ['UTC', 'a Monday', 'week', '2026-06-08T00:00:00Z', '2026-06-08T00:00:00Z', 168],
    ['UTC', 'a month', 'month', '2026-02-20T10:00:00Z', '2026-02-01T00:00:00Z', 672],
    ['UTC', 'the last moment of a year', 'month', '2026-12-31T23:59:59Z', '2026-12-01T00:00:00Z', 744],
  ] as const;

  test.each(table)('in %s: %s', (where, _, per, at, startsAt, hours) => {
    process.env['TZ'] = where;
    const span = spanOf(per, Date.parse(at));
    expect(new Date(span.startsAt).toISOString()).toBe(new Date(startsAt).toISOString());
    expect((span.endsAt - span.startsAt) / HOUR).toBe(hours);
  });
});

describe('a budget', () => {
  test('lets requests through until it is used up, and says how full it is from its first share on', () => {
    const purse = book(budget());
    spend(purse, 7.9);
    expect(purse.judge(CURL, NOON)).toEqual({ notes: [] });
    spend(purse, 0.1);
    expect(only(purse.judge(CURL, NOON).notes)).toMatchObject({ did: 'warned', share: 0.8 });
    spend(purse, 2);
    expect(purse.judge(CURL, NOON).blockedBy).toMatchObject({ used: 10, share: 1 });
  });

  test('counts what requests under way may take, and gives back what they did not', () => {
    const purse = book(budget());
    const tickets = [
      purse.reserve(CURL, { usd: 6, tokens: 1 }, NOON),
      purse.reserve(CURL, { usd: 6, tokens: 1 }, NOON),
    ];
    expect(purse.judge(CURL, NOON).blockedBy).toMatchObject({ used: 0, reserved: 12 });
    for (const ticket of tickets) ticket.settle(ended(0.5));
    expect(purse.judge(CURL, NOON).blockedBy).toBeUndefined();
    expect(only(purse.views(NOON))).toMatchObject({ used: 1, reserved: 0, requests: 2 });
  });

  test('tells of each share once, however many requests follow', () => {
    const purse = book(budget({ at: [0.5, 0.8, 1] }));
    const told: BudgetReached[] = [];
    purse.listener = (reached) => void told.push(reached);
    for (const usd of [4, 2, 1, 5, 5]) spend(purse, usd);
    expect(told.map(({ share }) => share)).toEqual([0.5, 1]);
  });

  test('begins anew with the next day, and a request of yesterday counts there', () => {
    const purse = book(budget());
    spend(purse, 10);
    const late = purse.reserve(CURL, { usd: 1, tokens: 1 }, NOON);
    const tomorrow = NOON + 12 * HOUR + 1;
    expect(purse.judge(CURL, tomorrow).blockedBy).toBeUndefined();
    late.settle(ended(3));
    expect(only(purse.views(tomorrow))).toMatchObject({ used: 0, reserved: 0 });
  });

  test('gives no new money to a clock that is set back', () => {
    const purse = book(budget());
    spend(purse, 10);
    const before = NOON - 48 * HOUR;
    expect(purse.judge(CURL, before).blockedBy).toBeDefined();
    expect(only(purse.views(before)).endsAt).toBe(spanOf('day', before).endsAt);
  });

  test('in dollars does not count what nobody knows the price of, and says so; in tokens it does', () => {
    const purse = book(budget(), budget({ unit: 'tokens', amount: 150 }));
    spend(purse, undefined);
    expect(purse.views(NOON)).toMatchObject([
      { unit: 'usd', used: 0, unpriced: 1 },
      { unit: 'tokens', used: 100 },
    ]);
    spend(purse, undefined);
    expect(purse.judge(CURL, NOON).blockedBy).toMatchObject({ unit: 'tokens', used: 200 });
  });

  test('goes on after a change of its amount with what was spent', () => {
    const purse = book(budget());
    spend(purse, 10);
    expect(
      purse.apply([budget({ amount: 20 }), budget({ per: 'week' })], NOON).map((meter) => meter.budget.per),
    ).toEqual(['week']);
    expect(purse.views(NOON)).toMatchObject([{ used: 10, share: 0.5 }, { used: 0 }]);
  });

  test('takes over what the record has of its period, and of no other', () => {
    const purse = new BudgetBook();
    const told: BudgetReached[] = [];
    purse.listener = (reached) => void told.push(reached);
    const meter = only(purse.apply([budget()], NOON));
    const expense = { usd: 9, tokens: 1, unpriced: false, asked: true };
    meter.restore(CURL, NOON - 24 * HOUR, expense);
    meter.restore(CURL, NOON - HOUR, expense);
    expect(only(purse.views(NOON))).toMatchObject({ used: 9, requests: 1 });
    expect(told).toEqual([]);
  });

  const subjects = {
    curl: { client: { name: 'curl', session: 'a' }, route: 'fast' },
    claude: { client: { name: 'claude-cli', session: 'b' }, route: 'smart' },
    nobody: { client: { name: 'unknown' } },
  };
  test.each([
    ['all', ['curl', 'claude', 'nobody']],
    ['route:fast', ['curl']],
    ['client:claude-cli', ['claude']],
    ['each-client', ['claude']],
    ['each-session', ['claude']],
  ] as const)('for %s is about those it should be', (text, blocked) => {
    const scope = parseScope(text);
    if (!scope) throw new Error('no scope');
    expect(scopeText(scope)).toBe(text);
    const purse = book(budget({ scope }));
    // One account is emptied by whoever it belongs to.
    spend(purse, 10, NOON, text === 'route:fast' ? subjects.curl : subjects.claude);
    const found = Object.entries(subjects).filter(([, subject]) => purse.judge(subject, NOON).blockedBy);
    expect(found.map(([name]) => name)).toEqual(blocked);
  });

  test('of each session forgets no spending while it has fewer than ten thousand, and grows no further', () => {
    const purse = book(budget({ scope: { is: 'each-session' } }));
    const inSession = (session: string): Pick<Trail, 'client'> => ({ client: { name: 'c', session } });
    spend(purse, 10, NOON, inSession('first'));
    for (let count = 1; count < 10_000; count++) purse.judge(inSession(`s${count}`), NOON);
    expect(purse.judge(inSession('first'), NOON).blockedBy).toBeDefined();
    purse.judge(inSession('one more'), NOON);
    expect(purse.judge(inSession('first'), NOON).blockedBy).toBeUndefined();
  });
});

describe('many requests at once', () => {
  // Each begins with an estimate, and ends later with what it really took.
  const request = fc.record({
    estimate: fc.double({ min: 0, max: 2, noNaN: true }),
    cost: fc.double({ min: 0, max: 4, noNaN: true }),
    endsAfter: fc.nat({ max: 60 }),
  });

  test('never overdraw a budget by more than one estimate and what estimates were too low [promise:budget-bounded]', () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 200 }), (requests) => {
        const purse = book(budget());
        const running: { ticket: Ticket; cost: number; at: number }[] = [];
        let [tooLow, largest] = [0, 0];
        const end = (turn: number): void => {
          for (const each of running.splice(0)) {
            if (each.at <= turn) each.ticket.settle(ended(each.cost));
            else running.push(each);
          }
        };
        for (const [turn, { estimate, cost, endsAfter }] of requests.entries()) {
          end(turn);
          if (purse.judge(CURL, NOON).blockedBy) continue;
          running.push({
            ticket: purse.reserve(CURL, { usd: estimate, tokens: 0 }, NOON),
            cost,
            at: turn + endsAfter,
          });
          tooLow += Math.max(0, cost - estimate);
          largest = Math.max(largest, estimate);
        }
        end(Infinity);
        const { used, reserved } = only(purse.views(NOON));
        expect(reserved).toBe(0);
        expect(used).toBeLessThanOrEqual(10 + largest + tooLow + 1e-6);
      }),
    );
  });
});
