import { describe, expect, it, test } from 'vitest';

import { type Effort, EFFORTS } from '../../../src/core/conversation.ts';
import {
  budgetOf,
  effortOf,
  isEffort,
  nearestEffort,
  wishedBudget,
  wishedEffort,
} from '../../../src/formats/hub/effort.ts';

describe('how hard to think', () => {
  it('survives a format that only knows tokens', () => {
    for (const effort of EFFORTS) expect(effortOf(budgetOf(effort))).toBe(effort);
  });

  test.each<[number, Effort]>([
    [-1, 'none'],
    [0, 'none'],
    [Number.NaN, 'none'],
    [1, 'minimal'],
    [2000, 'low'],
    [4000, 'medium'],
    [10_000, 'medium'],
    [16_000, 'high'],
    [31_999, 'high'],
    [1_000_000, 'max'],
  ])('%s tokens are %s', (budget, effort) => {
    expect(effortOf(budget)).toBe(effort);
  });

  it('is what the caller said, in either way of saying it', () => {
    expect(wishedEffort(undefined)).toBeUndefined();
    expect(wishedEffort({ mode: 'on' })).toBeUndefined();
    expect(wishedEffort({ mode: 'off', effort: 'high' })).toBe('none');
    expect(wishedEffort({ mode: 'auto', effort: 'low', budget: 30_000 })).toBe('low');
    expect(wishedEffort({ mode: 'on', budget: 30_000 })).toBe('high');
    expect(wishedBudget(undefined)).toBeUndefined();
    expect(wishedBudget({ mode: 'auto' })).toBeUndefined();
    expect(wishedBudget({ mode: 'off', budget: 9 })).toBe(0);
    expect(wishedBudget({ mode: 'on', effort: 'low', budget: 9 })).toBe(9);
    expect(wishedBudget({ mode: 'on', effort: 'low' })).toBe(1024);
  });

  it('goes to the nearest that is on offer, rather more than less', () => {
    expect(nearestEffort('xhigh', ['low', 'medium', 'high'])).toBe('high');
    expect(nearestEffort('xhigh', ['low', 'high', 'max'])).toBe('max');
    expect(nearestEffort('minimal', ['low', 'high'])).toBe('low');
    expect(nearestEffort('medium', ['low', 'medium', 'high'])).toBe('medium');
    expect(nearestEffort('low', [])).toBeUndefined();
  });

  it('is one of seven words', () => {
    expect(isEffort('xhigh')).toBe(true);
    expect(isEffort('constructor')).toBe(false);
    expect(isEffort(undefined)).toBe(false);
  });
});
