import { describe, expect, test } from 'vitest';

import { readLimits, tellsLimits } from '../../../src/resilience/index.ts';

const NOW = Date.UTC(2026, 5, 1, 12);

describe('what is left of a limit', () => {
  test('is read as OpenAI and those after it tell it', () => {
    const headers = {
      'x-ratelimit-limit-requests': '10000',
      'x-ratelimit-remaining-requests': '9999',
      'x-ratelimit-reset-requests': '6ms',
      'x-ratelimit-limit-tokens': '30000',
      'x-ratelimit-remaining-tokens': '120',
      'x-ratelimit-reset-tokens': '1m0s',
    };
    expect(readLimits(headers, NOW)).toEqual([
      { name: 'requests', limit: 10_000, remaining: 9_999, at: NOW, resetAt: NOW + 6 },
      { name: 'tokens', limit: 30_000, remaining: 120, at: NOW, resetAt: NOW + 60_000 },
    ]);
  });

  test('is read as Anthropic tells it', () => {
    const headers = {
      'anthropic-ratelimit-input-tokens-limit': '400000',
      'anthropic-ratelimit-input-tokens-remaining': '399000',
      'anthropic-ratelimit-input-tokens-reset': '2026-06-01T12:00:30Z',
    };
    expect(readLimits(headers, NOW)).toEqual([
      { name: 'input-tokens', limit: 400_000, remaining: 399_000, at: NOW, resetAt: NOW + 30_000 },
    ]);
  });

  test('is read from a limit without a name, and from one that tells no reset', () => {
    expect(readLimits({ 'x-ratelimit-limit': '5', 'x-ratelimit-remaining': '9' }, NOW)).toEqual([
      { name: 'requests', limit: 5, remaining: 5, at: NOW },
    ]);
  });

  test.each([
    {},
    { 'x-ratelimit-remaining-requests': '3' },
    { 'x-ratelimit-remaining-requests': '-1', 'x-ratelimit-limit-requests': '-1' },
    { 'x-ratelimit-remaining-requests': 'many', 'x-ratelimit-limit-requests': '10' },
    { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-limit-requests': '0' },
  ])('is not made up from %o', (headers) => {
    expect(readLimits(headers, NOW)).toEqual([]);
  });

  test('is looked for only where a header has its name', () => {
    expect(tellsLimits({ 'content-type': 'text/plain' })).toBe(false);
    expect(tellsLimits({ 'anthropic-ratelimit-requests-limit': '1' })).toBe(true);
  });
});
