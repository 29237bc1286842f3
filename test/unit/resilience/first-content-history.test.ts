import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { DEFAULT_POLICY } from '../../../src/core/policy.ts';
import {
  firstContentLimit,
  FirstContentBook,
  FirstContentHistory,
  type Reasoning,
} from '../../../src/resilience/index.ts';

const NOW = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;
const SHORT: readonly [bytes: number, reasoning: Reasoning] = [1000, 'none'];

function historyOf(readings: readonly number[], kind = SHORT): FirstContentHistory {
  const history = new FirstContentHistory();
  for (const ms of readings) history.record(...kind, ms, NOW);
  return history;
}

function limitOf(history: FirstContentHistory, more: { isLast?: boolean; now?: number } = {}): number {
  const { isLast = false, now = NOW } = more;
  return firstContentLimit(
    DEFAULT_POLICY,
    { stream: true, isLast, reasoning: 'none' },
    history.learned(...SHORT, now),
  );
}

/** One attempt at a model that takes `ms`: what the limit allows is seen, the rest is cut off. */
function attempt(history: FirstContentHistory, ms: number, now = NOW): void {
  const limit = limitOf(history, { now });
  if (ms <= limit) history.record(...SHORT, ms, now);
  else history.recordCutOff(...SHORT, limit, now);
}

const repeat = (count: number, ms: number): number[] => Array.from({ length: count }, () => ms);

describe('what is learned of first contents', () => {
  test('is nothing before there are fifty readings', () => {
    expect(historyOf(repeat(49, 300)).learned(...SHORT, NOW)).toBeUndefined();
    expect(historyOf(repeat(50, 300)).learned(...SHORT, NOW)).toMatchObject({ samples: 50, whole: true });
  });

  test('is the slowest of a hundred, never less than it was and at most an eighth more', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 100, max: 140_000 }), { minLength: 50, maxLength: 400 }),
        (readings) => {
          const sorted = [...readings].sort((a, b) => a - b);
          const truth = sorted[Math.ceil(0.99 * sorted.length) - 1] ?? 0;
          const p99Ms = historyOf(readings).learned(...SHORT, NOW)?.p99Ms ?? 0;
          expect(p99Ms).toBeGreaterThanOrEqual(truth - 1);
          expect(p99Ms).toBeLessThanOrEqual(Math.ceil(truth * 2 ** (1 / 6)) + 1);
        },
      ),
    );
  });

  test('is kept apart for long prompts and for models that think', () => {
    const history = historyOf(repeat(60, 300));
    history.record(200_000, 'none', 9000, NOW);
    expect(history.learned(200_000, 'none', NOW)).toBeUndefined();
    expect(history.learned(1000, 'high', NOW)).toBeUndefined();
    expect(history.view(NOW)).toEqual([
      { belowBytes: 8192, reasoning: 'none', samples: 60, p99Ms: expect.any(Number), whole: true },
    ]);
  });
});

describe('a learned limit', () => {
  test('is one and a half times the slowest of a hundred, between five seconds and two minutes', () => {
    expect(limitOf(historyOf(repeat(100, 300)))).toBe(5000);
    const eight = limitOf(historyOf(repeat(100, 8000)));
    expect(eight).toBeGreaterThanOrEqual(12_000);
    expect(eight).toBeLessThan(14_000);
    expect(limitOf(historyOf(repeat(100, 140_000)))).toBe(120_000);
  });

  test('only lengthens the limit of the last target', () => {
    expect(limitOf(historyOf(repeat(100, 300)), { isLast: true })).toBe(30_000);
    expect(limitOf(historyOf(repeat(100, 20_000)), { isLast: true })).toBeGreaterThan(90_000);
  });

  test('gives way to a limit that somebody set, and can be switched off', () => {
    const learned = historyOf(repeat(100, 300)).learned(...SHORT, NOW);
    const kind = { stream: true, isLast: false, reasoning: 'none' } as const;
    expect(firstContentLimit({ ...DEFAULT_POLICY, firstContentMs: 9000 }, kind, learned)).toBe(9000);
    expect(firstContentLimit({ ...DEFAULT_POLICY, learnLimits: false }, kind, learned)).toBe(10_000);
    expect(firstContentLimit(DEFAULT_POLICY, { ...kind, stream: false }, learned)).toBe(120_000);
  });

  // [promise:limit-learned]
  test('does not shorten itself: whatever the model needs, cutting off never costs it more than the default would', () => {
    const slowness = fc.oneof(
      fc.integer({ min: 100, max: 4000 }),
      fc.integer({ min: 4000, max: 9900 }),
      fc.integer({ min: 9900, max: 200_000 }),
    );
    fc.assert(
      fc.property(fc.array(slowness, { minLength: 300, maxLength: 1200 }), (needs) => {
        const history = new FirstContentHistory();
        let cutWithin = 0;
        for (const ms of needs) {
          if (ms > limitOf(history) && ms <= 10_000) cutWithin++;
          attempt(history, ms);
        }
        // Those that the default would have let through and a learned limit did not: one in a hundred, and a few at the
        // beginning, while the hundred is still small.
        expect(cutWithin).toBeLessThanOrEqual(needs.length * 0.02 + 3);
      }),
      { numRuns: 60 },
    );
  });

  test('settles for a heavy tail instead of spiralling down it', () => {
    // Pareto with index 1: the slowest of a hundred takes a hundred times the fastest.
    const history = new FirstContentHistory();
    let seed = 1;
    const limits: number[] = [];
    for (let i = 0; i < 20_000; i++) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      attempt(history, 80 / (1 - seed / 2_147_483_648));
      if (i % 2000 === 1999) limits.push(limitOf(history));
    }
    expect(Math.min(...limits)).toBeGreaterThanOrEqual(7500);
  });

  test('goes back to the default when the model has become slower than the limit', () => {
    const history = historyOf(repeat(500, 300));
    expect(limitOf(history)).toBe(5000);
    let cut = 0;
    for (let i = 0; i < 100; i++) {
      if (7000 > limitOf(history)) cut++;
      attempt(history, 7000);
    }
    expect(limitOf(history)).toBeGreaterThanOrEqual(10_000);
    expect(cut).toBeLessThanOrEqual(6);
  });

  test('is not made longer than the default by a target that is dead', () => {
    const history = historyOf(repeat(60, 300));
    for (let i = 0; i < 1000; i++) attempt(history, Infinity);
    expect(limitOf(history)).toBe(10_000);
  });

  test('is not changed by callers that wait for less than most answers take', () => {
    const history = historyOf(repeat(60, 6000));
    const before = limitOf(history);
    for (let i = 0; i < 100; i++) history.recordCutOff(...SHORT, 1000, NOW);
    expect(limitOf(history)).toBe(before);
  });
});

describe('the memory of first contents', () => {
  test('forgets: yesterday counts half, and old days do not rule', () => {
    const history = historyOf(repeat(100, 8000));
    expect(history.learned(...SHORT, NOW + DAY)).toMatchObject({ samples: 50 });
    expect(history.learned(...SHORT, NOW + 2 * DAY)).toBeUndefined();
    for (let i = 0; i < 60; i++) history.record(...SHORT, 300, NOW + 8 * DAY);
    expect(limitOf(history, { now: NOW + 8 * DAY })).toBe(5000);
  });

  test('is bounded: after very many readings the newest count', () => {
    const history = historyOf(repeat(100_000, 300));
    expect(history.learned(...SHORT, NOW)?.samples).toBeLessThanOrEqual(2000);
    for (let i = 0; i < 60; i++) history.record(...SHORT, 8000, NOW);
    expect(limitOf(history)).toBeGreaterThanOrEqual(12_000);
  });

  test.each([NOW - 30 * DAY, NOW + 10_000 * DAY, 0])('takes a clock that jumps (%d)', (moment) => {
    const history = historyOf(repeat(100, 8000));
    for (let i = 0; i < 60; i++) history.record(...SHORT, 400, moment);
    const learned = history.learned(...SHORT, moment);
    expect(learned === undefined || Number.isFinite(learned.p99Ms)).toBe(true);
    expect(Number.isFinite(limitOf(history, { now: moment }))).toBe(true);
  });

  test('comes back from a file as it was', () => {
    const book = new FirstContentBook();
    for (let i = 0; i < 80; i++) book.of('openai', 'gpt/4').record(...SHORT, 300 + i * 100, NOW);
    book.of('openai', 'gpt/4').recordCutOff(...SHORT, 10_000, NOW);
    book.of('groq', 'never used');
    const file: unknown = JSON.parse(JSON.stringify(book.snapshot()));
    expect(file).toHaveLength(1);
    const restored = new FirstContentBook();
    restored.restore(file, { writtenAt: NOW, now: NOW + 1000 });
    expect(restored.of('openai', 'gpt/4').view(NOW)).toEqual(book.of('openai', 'gpt/4').view(NOW));
    expect(JSON.stringify(file).length).toBeLessThan(1000);
  });

  test('takes whatever a file holds without harm', () => {
    const kind = { place: 0, at: NOW, cutOff: 0, counts: [3, 60] };
    const odd = [
      null,
      {},
      [{ provider: 'p', model: 'm', kinds: [{ ...kind, place: 99 }] }],
      [{ provider: 'p', model: 'm', kinds: [{ ...kind, at: NOW + DAY }] }],
      [{ provider: 'p', model: 'm', kinds: [{ ...kind, counts: [3, -60] }] }],
      [{ provider: 'p', model: 'm', kinds: [{ ...kind, counts: [-1, 60] }] }],
      [{ provider: 'p', model: 'm', kinds: [{ ...kind, counts: [3, 1e300] }] }],
      [{ provider: 'p', model: 'm', kinds: [{ ...kind, cutOff: 'many' }] }],
      [{ provider: 7, model: 'm', kinds: [kind] }],
    ];
    for (const saved of odd) {
      const book = new FirstContentBook();
      book.restore(saved, { writtenAt: NOW, now: NOW });
      expect(book.of('p', 'm').view(NOW)).toEqual([]);
    }
    fc.assert(
      fc.property(fc.jsonValue(), (saved) => {
        new FirstContentBook().restore(saved, { writtenAt: NOW, now: NOW });
        new FirstContentHistory().restore(saved, NOW);
      }),
    );
  });

  test('is bounded in the names that callers think of', () => {
    const book = new FirstContentBook();
    for (let i = 0; i < 5000; i++) book.of('openai', `model-${i}`).record(...SHORT, 100, NOW);
    expect(book.snapshot().length).toBeLessThanOrEqual(1000);
  });
});
