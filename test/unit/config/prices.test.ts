import { describe, expect, it } from 'vitest';

import { problemsOf, understand } from './fixtures.ts';

function withPrices(prices: unknown) {
  return { profiles: { default: { providers: { lab: { url: 'http://10.0.0.5:8000/v1', prices } } } } };
}

describe('the prices of a provider', () => {
  it('are rates by model name or pattern', () => {
    const prices = { 'gpt-4.1*': { input: 2, output: 8, cacheRead: 0.5 }, '*': { input: 0 } };
    expect(understand(withPrices(prices)).profiles['default']?.providers[0]?.prices).toEqual(prices);
  });

  it('are absent where nobody says them', () => {
    for (const none of [undefined, {}]) {
      expect(understand(withPrices(none)).profiles['default']?.providers[0]).not.toHaveProperty('prices');
    }
  });

  it.each([
    [{ m: { input: -1 } }, 'input'],
    [{ m: { input: '2' } }, 'input'],
    [{ m: { output: 8 } }, 'input'],
    [{ m: { input: 1, outputs: 2 } }, 'outputs'],
    [{ m: 3 }, 'prices.m'],
    [{ 'a name': { input: 1 } }, 'prices'],
    [[], 'prices'],
  ])('%j is refused, and the place named', (prices, place) => {
    const problems = problemsOf(withPrices(prices));
    expect(problems).not.toEqual([]);
    expect(problems[0]?.place).toContain(place);
  });
});
