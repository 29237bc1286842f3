import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { addCost, costOf, FREE, type ModelPrice, type Rates } from '../../../src/core/price.ts';

const AT = Date.UTC(2026, 5, 1, 12);

function price(rates: Rates): ModelPrice {
  return { source: 'profile', periods: [{ rates }] };
}

describe('the cost of an answer', () => {
  it('is what its tokens cost per million', () => {
    expect(costOf(price({ input: 3, output: 15 }), { input: 1000, output: 200 }, AT)).toBe(0.006);
  });

  it('counts a cached token once, at its own rate', () => {
    const rates = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };
    const usage = { input: 10_000, output: 0, cacheRead: 6000, cacheWrite: 3000 };
    expect(costOf(price(rates), usage, AT)).toBe(0.01605);
  });

  it('takes cached tokens for plain ones where the cache has no rate', () => {
    expect(costOf(price({ input: 3 }), { input: 1000, cacheRead: 900 }, AT)).toBe(0.003);
  });

  it('takes the hour’s share of what was written to the cache at the rate of an hour', () => {
    const rates = { input: 3, cacheWrite: 3.75, cacheWrite1h: 6 };
    expect(costOf(price(rates), { input: 1000, cacheWrite: 1000, cacheWrite1h: 400 }, AT)).toBe(0.00465);
  });

  it('does not ask for reasoning twice: it is part of the output', () => {
    const usage = { input: 0, output: 1000, reasoning: 900 };
    expect(costOf(price({ output: 10 }), usage, AT)).toBe(0.01);
    expect(costOf(price({ output: 10, reasoning: 20 }), usage, AT)).toBe(0.019);
  });

  it('has a price of its own for sound, in and out', () => {
    const rates = { input: 1, output: 2, audioInput: 10, audioOutput: 20 };
    const usage = { input: 1000, audioInput: 500, output: 1000, audioOutput: 500 };
    expect(costOf(price(rates), usage, AT)).toBe(0.0165);
  });

  it('asks for cached sound once, at its own rate where there is one', () => {
    const usage = { input: 1000, cacheRead: 600, audioInput: 500, audioCacheRead: 300 };
    const rates = { input: 1, cacheRead: 0.1, audioInput: 10 };
    expect(costOf(price(rates), usage, AT)).toBe(0.00226);
    expect(costOf(price({ ...rates, audioCacheRead: 5 }), usage, AT)).toBe(0.00373);
    const { audioCacheRead: _, ...unsaid } = usage;
    expect(costOf(price(rates), unsaid, AT)).toBe(0.00406);
  });

  it('has a price of its own for images, in and out', () => {
    const rates = { input: 1, output: 2, imageInput: 3, imageOutput: 60 };
    expect(costOf(price(rates), { input: 1000, imageInput: 400, output: 1200, imageOutput: 1000 }, AT)).toBe(
      0.0622,
    );
  });

  it('rises for every token when the prompt is longer than a tier allows, and not at its edge', () => {
    const rates = { input: { base: 1, tiers: [{ above: 1000, rate: 2 }] }, output: 4 };
    expect(costOf(price(rates), { input: 1000, output: 0 }, AT)).toBe(0.001);
    expect(costOf(price(rates), { input: 1001, output: 0 }, AT)).toBe(0.002002);
  });

  it('adds what each request costs', () => {
    expect(costOf(price({ input: 1, requests: 5 }), { input: 0 }, AT)).toBe(0.005);
  });

  it('is nothing where nothing costs, and unknown where no rate says', () => {
    expect(costOf(FREE, { input: 5, output: 5 }, AT)).toBe(0);
    expect(costOf(price({}), { input: 5 }, AT)).toBeUndefined();
    expect(costOf(price({ input: 1 }), { input: 5, output: 1 }, AT)).toBeUndefined();
    expect(costOf({ source: 'profile', periods: [] }, { input: 5 }, AT)).toBeUndefined();
  });

  it('follows the last rates that hold at the time', () => {
    const rising: ModelPrice = {
      source: 'profile',
      periods: [{ rates: { input: 1 } }, { since: AT, rates: { input: 2 } }],
    };
    expect(costOf(rising, { input: 1_000_000 }, AT - 1)).toBe(1);
    expect(costOf(rising, { input: 1_000_000 }, AT)).toBe(2);
  });

  it.each([
    ['00:10', 2],
    ['08:29', 2],
    ['08:30', 1],
    ['16:30', 2],
    ['23:59', 2],
  ])('follows the time of day over midnight: at %s', (time, dollars) => {
    const daily = { from: 16.5 * 3600, to: 8.5 * 3600 };
    const dear: ModelPrice = {
      source: 'profile',
      periods: [{ rates: { input: 1 } }, { daily, rates: { input: 2 } }],
    };
    expect(costOf(dear, { input: 1_000_000 }, Date.parse(`2026-06-01T${time}:00Z`))).toBe(dollars);
  });

  it('is never negative and never more than the dearest rate for every token', () => {
    const count = fc.nat(1_000_000);
    fc.assert(
      fc.property(count, count, count, count, count, (input, output, cacheRead, cacheWrite, reasoning) => {
        const rates = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75, reasoning: 12 };
        const usage = {
          input,
          output,
          cacheRead: Math.min(cacheRead, input),
          cacheWrite: Math.min(cacheWrite, Math.max(0, input - cacheRead)),
          reasoning: Math.min(reasoning, output),
        };
        const cost = costOf(price(rates), usage, AT) ?? -1;
        expect(cost).toBeGreaterThanOrEqual(0);
        expect(cost).toBeLessThanOrEqual((input * 3.75 + output * 15) / 1e6 + 1e-9);
      }),
    );
  });
});

describe('adding costs', () => {
  it('knows the difference between nothing and unknown', () => {
    expect(addCost(undefined, undefined)).toBeUndefined();
    expect(addCost(0, undefined)).toBe(0);
    expect(addCost(0.1, 0.2)).toBe(0.3);
  });
});
