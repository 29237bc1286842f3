import { expect, test } from 'vitest';

import { retellLimits } from '../../../src/proxy/relay/rate-limits.ts';

const NOW = Date.parse('2026-01-02T03:04:05Z');

test('OpenAI’s limits are told to Anthropic’s clients', () => {
  const headers = {
    'x-ratelimit-limit-requests': '5000',
    'x-ratelimit-remaining-requests': '4999',
    'x-ratelimit-reset-requests': '12ms',
    'x-ratelimit-limit-tokens': '160000',
    'x-ratelimit-remaining-tokens': '159976',
    'x-ratelimit-reset-tokens': '6m0s',
  };
  expect(retellLimits(headers, 'anthropic-messages', NOW)).toEqual({
    'anthropic-ratelimit-requests-limit': '5000',
    'anthropic-ratelimit-requests-remaining': '4999',
    'anthropic-ratelimit-requests-reset': '2026-01-02T03:04:06Z',
    'anthropic-ratelimit-tokens-limit': '160000',
    'anthropic-ratelimit-tokens-remaining': '159976',
    'anthropic-ratelimit-tokens-reset': '2026-01-02T03:10:05Z',
  });
  expect(retellLimits(headers, 'openai-chat', NOW)).toEqual({});
  expect(retellLimits(headers, 'gemini', NOW)).toEqual({});
});

test('Anthropic’s limits are told to OpenAI’s clients, the tightest of tokens for all of them', () => {
  const headers = {
    'anthropic-ratelimit-requests-limit': '1000',
    'anthropic-ratelimit-requests-remaining': '999',
    'anthropic-ratelimit-requests-reset': '2026-01-02T03:04:06.5Z',
    'anthropic-ratelimit-input-tokens-limit': '80000',
    'anthropic-ratelimit-input-tokens-remaining': '80000',
    'anthropic-ratelimit-output-tokens-limit': '16000',
    'anthropic-ratelimit-output-tokens-remaining': '15000',
    'anthropic-ratelimit-output-tokens-reset': '2026-01-02T04:05:06Z',
  };
  expect(retellLimits(headers, 'openai-responses', NOW)).toEqual({
    'x-ratelimit-limit-requests': '1000',
    'x-ratelimit-remaining-requests': '999',
    'x-ratelimit-reset-requests': '1.5s',
    'x-ratelimit-limit-tokens': '16000',
    'x-ratelimit-remaining-tokens': '15000',
    'x-ratelimit-reset-tokens': '1h1m1s',
  });
});

test('Mistral’s are told by the names the others have, and what means nothing is not told', () => {
  const mistral = {
    'x-ratelimit-limit-req-minute': '60',
    'x-ratelimit-remaining-req-minute': '59',
    'x-ratelimit-limit-tokens-minute': '500000',
    'x-ratelimit-remaining-tokens-minute': '499000',
    'x-ratelimit-limit-input-images': '5',
    'x-ratelimit-remaining-input-images': '5',
  };
  expect(retellLimits(mistral, 'openai-chat', NOW)).toEqual({
    'x-ratelimit-limit-requests': '60',
    'x-ratelimit-remaining-requests': '59',
    'x-ratelimit-limit-tokens': '500000',
    'x-ratelimit-remaining-tokens': '499000',
  });
  const odd = {
    'x-ratelimit-remaining-requests': '-1',
    'x-ratelimit-limit-requests': '0',
    'retry-after': '3',
  };
  expect(retellLimits(odd, 'anthropic-messages', NOW)).toEqual({});
});
