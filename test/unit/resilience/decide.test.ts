import { describe, expect, test } from 'vitest';

import { fault, type FaultCode, FAULTS } from '../../../src/core/fault.ts';
import { DEFAULT_POLICY } from '../../../src/core/policy.ts';
import type { Target } from '../../../src/core/target.ts';
import { keysOf } from '../../../src/lib/expect.ts';
import {
  type Decision,
  decide,
  othersAfter,
  type Position,
  skipAfter,
} from '../../../src/resilience/index.ts';
import { FAIL, type Row, ROWS } from './decision-table.ts';

const FIRST: Position = {
  isLast: false,
  retriesHere: 0,
  callerRetries: 0,
  budgetAllows: true,
  remainingMs: 600_000,
  contentDelivered: false,
};
const LAST: Position = { ...FIRST, isLast: true };
const HALF = () => 0.5;
function name(row: Row): string {
  const given = { retryAfterMs: row.retryAfterMs, ...row.at, ...row.policy };
  return `${row.code} ${JSON.stringify(given)}: ${row.why}`;
}

function decided(row: Row, position: Position): Decision {
  const happened = fault(
    row.code,
    undefined,
    row.retryAfterMs === undefined ? {} : { retryAfterMs: row.retryAfterMs },
  );
  return decide(happened, { ...position, ...row.at }, { ...DEFAULT_POLICY, ...row.policy }, HALF);
}

function expectDecision(found: Decision, expected: Decision): void {
  if (found.do === 'retry' && expected.do === 'retry') expect(found.afterMs).toBeCloseTo(expected.afterMs, 6);
  else expect(found).toEqual(expected);
}

describe('while another target remains', () => {
  for (const row of ROWS) test(name(row), () => expectDecision(decided(row, FIRST), row.while));
});

describe('on the last target', () => {
  for (const row of ROWS) test(name(row), () => expectDecision(decided(row, LAST), row.last));
});

describe('every fault', () => {
  const codes = keysOf(FAULTS);

  test('has a row in this table', () => {
    expect([...new Set(ROWS.map((row) => row.code))].sort()).toEqual([...codes].sort());
  });

  test.each(codes)('%s ends the exchange once content was delivered', (code) => {
    expect(decide(fault(code), { ...FIRST, contentDelivered: true }, DEFAULT_POLICY, HALF)).toEqual(FAIL);
  });

  test.each(codes)('%s ends the exchange when the deadline has passed', (code) => {
    expect(decide(fault(code), { ...FIRST, remainingMs: 0 }, DEFAULT_POLICY, HALF)).toEqual(FAIL);
  });

  test.each(codes)('%s is never waited for beyond the deadline, nor before a told time', (code) => {
    for (const retryAfterMs of [0, 1, 999, 2999, 9999]) {
      for (const chance of [0, 0.5, 0.999]) {
        const position = { ...LAST, remainingMs: 5000 };
        const decision = decide(
          fault(code, undefined, { retryAfterMs }),
          position,
          DEFAULT_POLICY,
          () => chance,
        );
        if (decision.do !== 'retry') continue;
        expect(decision.afterMs).toBeLessThan(5000);
        expect(decision.afterMs).toBeGreaterThanOrEqual(retryAfterMs);
      }
    }
  });
});

describe('what remains worth trying', () => {
  const failed: Target = { provider: 'openai', model: 'gpt-4o', key: 'env:A' };
  const otherKey: Target = { ...failed, key: 'env:B' };
  const otherModel: Target = { ...failed, model: 'gpt-4o-mini' };
  const elsewhere: Target = { ...failed, provider: 'azure' };
  const others = [failed, otherKey, otherModel, elsewhere];

  const cases: readonly [FaultCode, readonly Target[]][] = [
    ['upstream_rate_limited', [otherKey, otherModel, elsewhere]],
    ['upstream_refused_key', [otherKey, elsewhere]],
    ['upstream_out_of_credit', [otherKey, elsewhere]],
    ['upstream_overloaded', [otherModel, elsewhere]],
    ['upstream_timeout', [otherModel, elsewhere]],
    ['upstream_model_missing', [otherModel, elsewhere]],
    ['upstream_unreachable', [elsewhere]],
    ['content_blocked', [elsewhere]],
    ['breaker_open', [otherKey, otherModel, elsewhere]],
  ];

  test.each(cases)('after %s', (code, expected) => {
    expect(othersAfter(code, failed, others)).toEqual(expected);
  });

  test('follows the scope of the fault, but for limits, breakers and content policies', () => {
    const own: readonly FaultCode[] = ['upstream_rate_limited', 'breaker_open', 'content_blocked'];
    for (const code of keysOf(FAULTS)) {
      const { scope } = FAULTS[code];
      if (!own.includes(code)) expect(skipAfter(code)).toBe(scope === 'request' ? 'target' : scope);
    }
  });
});
