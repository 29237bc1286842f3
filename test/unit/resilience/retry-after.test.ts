import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { type HeaderValues, readRetryAfter } from '../../../src/resilience/index.ts';

// Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110.
const NOW = Date.UTC(1994, 10, 6, 8, 49, 37);
const DAY = 86_400_000;

interface Case {
  readonly says: string;
  readonly headers?: HeaderValues;
  readonly body?: string;
  readonly status?: number;
  readonly ms: number | undefined;
}

function check(cases: readonly Case[]): void {
  test.each(cases)('$says', ({ headers = {}, body = '', status = 429, ms }) => {
    const read = readRetryAfter(headers, body, NOW, status);
    if (ms === undefined) expect(read).toBeUndefined();
    else expect(read).toBeCloseTo(ms, 6);
  });
}

describe('retry-after', () => {
  check([
    { says: 'whole seconds', headers: { 'retry-after': '30' }, ms: 30_000 },
    { says: 'fractions of seconds', headers: { 'retry-after': '0.25' }, ms: 250 },
    { says: 'zero means at once', headers: { 'retry-after': '0' }, ms: 0 },
    { says: 'any case of the name', headers: { 'Retry-After': '2' }, ms: 2000 },
    { says: 'the first of several values', headers: { 'retry-after': ['3', '9'] }, ms: 3000 },
    { says: 'spaces around it', headers: { 'retry-after': ' 4 ' }, ms: 4000 },
    { says: 'a duration', headers: { 'retry-after': '1m30s' }, ms: 90_000 },
    { says: 'IMF-fixdate', headers: { 'retry-after': 'Sun, 06 Nov 1994 08:49:42 GMT' }, ms: 5000 },
    { says: 'an RFC 850 date', headers: { 'retry-after': 'Sunday, 06-Nov-94 08:49:42 GMT' }, ms: 5000 },
    { says: 'an asctime date', headers: { 'retry-after': 'Sun Nov  6 08:49:42 1994' }, ms: 5000 },
    { says: 'RFC 3339', headers: { 'retry-after': '1994-11-06T09:49:42+01:00' }, ms: 5000 },
    { says: 'a date gone by', headers: { 'retry-after': 'Sun, 06 Nov 1994 08:00:00 GMT' }, ms: 0 },
    { says: 'epoch seconds', headers: { 'retry-after': String(1_000_000_000) }, ms: DAY },
    { says: 'a week is cut to a day', headers: { 'retry-after': '604800' }, ms: DAY },
    { says: 'negative is no answer', headers: { 'retry-after': '-5' }, ms: undefined },
    { says: 'junk is no answer', headers: { 'retry-after': 'soon' }, ms: undefined },
    { says: 'NaN is no answer', headers: { 'retry-after': 'NaN' }, ms: undefined },
    { says: 'Infinity is no answer', headers: { 'retry-after': 'Infinity' }, ms: undefined },
    { says: 'an exponent is no answer', headers: { 'retry-after': '1e9' }, ms: undefined },
    {
      says: 'a date that is none',
      headers: { 'retry-after': 'Sun, 06 Foo 1994 08:49:42 GMT' },
      ms: undefined,
    },
    {
      says: 'an hour that is none',
      headers: { 'retry-after': 'Sun, 06 Nov 1994 48:49:42 GMT' },
      ms: undefined,
    },
    { says: 'empty', headers: { 'retry-after': '' }, ms: undefined },
    { says: 'nothing at all', ms: undefined },
    {
      says: 'junk leaves the word to the body',
      headers: { 'retry-after': 'later' },
      body: 'Please try again in 1.5s.',
      ms: 1500,
    },
    {
      says: 'retry-after-ms before retry-after',
      headers: { 'retry-after': '9', 'retry-after-ms': '120.5' },
      ms: 120.5,
    },
    { says: 'negative retry-after-ms', headers: { 'retry-after': '9', 'retry-after-ms': '-1' }, ms: 9000 },
    {
      says: 'a date by the clock of a provider whose clock is wrong',
      headers: { date: 'Sun, 06 Nov 1994 07:49:37 GMT', 'retry-after': 'Sun, 06 Nov 1994 07:49:47 GMT' },
      ms: 10_000,
    },
  ]);
});

test('a two-digit year that would be over 50 years ahead is of the last century', () => {
  const read = (date: string) => readRetryAfter({ 'retry-after': date }, '', Date.UTC(2026, 0, 1));
  expect(read('Sunday, 06-Nov-94 08:49:37 GMT')).toBe(0);
  expect(read('Thursday, 01-Jan-26 00:00:09 GMT')).toBe(9000);
});

describe('reset times of limits', () => {
  check([
    {
      says: 'OpenAI: the exhausted limit, not the other',
      headers: {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '6m0s',
        'x-ratelimit-remaining-tokens': '149984',
        'x-ratelimit-reset-tokens': '12ms',
      },
      ms: 360_000,
    },
    {
      says: 'both exhausted: the later one',
      headers: {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '1s',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '7.66s',
      },
      ms: 7660,
    },
    {
      says: 'none exhausted but one was hit: the one with the least left',
      headers: {
        'x-ratelimit-limit-requests': '14400',
        'x-ratelimit-remaining-requests': '14370',
        'x-ratelimit-reset-requests': '6s',
        'x-ratelimit-limit-tokens': '6000',
        'x-ratelimit-remaining-tokens': '300',
        'x-ratelimit-reset-tokens': '7.66s',
      },
      ms: 7660,
    },
    {
      says: 'nothing exhausted and nothing limited',
      headers: { 'x-ratelimit-remaining-tokens': '10', 'x-ratelimit-reset-tokens': '30s' },
      status: 503,
      ms: undefined,
    },
    {
      says: 'exhausted counts without a 429',
      headers: { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '30s' },
      status: 503,
      ms: 30_000,
    },
    {
      says: 'Anthropic: RFC 3339',
      headers: {
        'anthropic-ratelimit-tokens-remaining': '0',
        'anthropic-ratelimit-tokens-reset': '1994-11-06T08:50:37Z',
      },
      ms: 60_000,
    },
    {
      says: 'DigitalOcean: epoch seconds',
      headers: { 'x-ratelimit-reset-requests': String(Math.floor(Date.UTC(2026, 0, 1) / 1000)) },
      ms: DAY,
    },
    {
      says: 'Cerebras, Azure: plain seconds',
      headers: { 'x-ratelimit-reset-tokens-minute': '11.38' },
      ms: 11_380,
    },
    {
      says: 'Azure where it does not know',
      headers: { 'x-ratelimit-remaining-tokens': '-1', 'x-ratelimit-reset-tokens': '0' },
      ms: undefined,
    },
    {
      says: 'the plain IETF name',
      headers: { 'ratelimit-remaining': '0', 'ratelimit-reset': '12' },
      ms: 12_000,
    },
    { says: 'junk', headers: { 'x-ratelimit-reset-requests': 'midnight' }, ms: undefined },
    {
      says: 'retry-after wins',
      headers: {
        'retry-after': '1',
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '9s',
      },
      ms: 1000,
    },
  ]);
});

describe('epoch times', () => {
  const now = Date.UTC(2026, 0, 1);
  test('are seconds or milliseconds by their size', () => {
    const inSeconds = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 + 45) };
    const inMs = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now + 45_000) };
    expect(readRetryAfter(inSeconds, '', now)).toBe(45_000);
    expect(readRetryAfter(inMs, '', now)).toBe(45_000);
  });
});

describe('the body of an error', () => {
  const google = (delay: string) =>
    JSON.stringify([
      {
        error: {
          code: 429,
          status: 'RESOURCE_EXHAUSTED',
          details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: delay }],
        },
      },
    ]);
  const openRouter = (headers: unknown) =>
    JSON.stringify({ error: { message: 'Rate limit exceeded', code: 429, metadata: { headers } } });

  check([
    {
      says: 'OpenAI in seconds',
      body: '{"error":{"message":"… Please try again in 1.2s. Visit …"}}',
      ms: 1200,
    },
    { says: 'OpenAI in milliseconds', body: 'Please try again in 20ms.', ms: 20 },
    { says: 'Groq in minutes', body: 'Please try again in 9m31.896s. Need more tokens?', ms: 571_896 },
    { says: 'Azure', body: 'Please retry after 26 seconds.', ms: 26_000 },
    { says: 'Azure in milliseconds', body: 'Please retry after 4000 milliseconds.', ms: 4000 },
    { says: 'one minute', body: 'Rate limited, try again in 1 minute', ms: 60_000 },
    { says: 'Google in words', body: 'Quota exceeded.\\nPlease retry in 34.4s.', ms: 34_400 },
    { says: 'Google as RetryInfo', body: google('34s'), ms: 34_000 },
    { says: 'Google with fractions', body: google('0.847655010s'), ms: 847.65501 },
    {
      says: 'Google in a string inside another body',
      body: JSON.stringify({ raw: google('34s') }),
      ms: 34_000,
    },
    { says: 'OpenRouter: retry-after', body: openRouter({ 'Retry-After': 5 }), ms: 5000 },
    { says: 'OpenRouter without headers', body: openRouter('none'), ms: undefined },
    { says: 'broken JSON', body: '{"error":{"metadata":{"headers":', ms: undefined },
    { says: 'a header before the body', headers: { 'retry-after': '3' }, body: google('34s'), ms: 3000 },
    { says: 'nothing', body: 'You exceeded your current quota, please check your plan.', ms: undefined },
    { says: 'two dots', body: 'try again in 1.2.3 seconds', ms: undefined },
  ]);

  test('of OpenRouter gives epoch milliseconds', () => {
    const now = Date.UTC(2026, 0, 1);
    const body = openRouter({ 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(now + 7000) });
    expect(readRetryAfter({}, body, now, 429)).toBe(7000);
  });
});

describe('whatever a provider sends', () => {
  const value = fc.oneof(
    fc.string(),
    fc.double().map(String),
    fc.integer().map(String),
    fc.bigInt().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.constantFrom('-0', '0', '99999999999999999999', '6m0s', '1e400', '0x10', '.5', '5.', '١'),
  );
  const name = fc.constantFrom(
    'retry-after',
    'retry-after-ms',
    'date',
    'x-ratelimit-reset',
    'x-ratelimit-remaining',
    'x-ratelimit-reset-tokens',
    'x-ratelimit-remaining-tokens',
    'x-ratelimit-limit-tokens',
    'anthropic-ratelimit-requests-reset',
    '__proto__',
  );
  const headers = fc.dictionary(name, fc.oneof(value, fc.array(value, { maxLength: 2 })));
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    value.map((text) => `Please try again in ${text}.`),
    value.map((text) => JSON.stringify({ error: { details: [{ retryDelay: text }] } })),
    fc.dictionary(name, value).map((inner) => JSON.stringify({ error: { metadata: { headers: inner } } })),
  );

  test('the wait is undefined or between 0 and a day, never NaN, negative or infinite', () => {
    fc.assert(
      fc.property(headers, body, fc.constantFrom(200, 429, 503), (headers, body, status) => {
        const read = readRetryAfter(headers, body, Date.UTC(2026, 0, 1), status);
        if (read === undefined) return;
        expect(Number.isFinite(read)).toBe(true);
        expect(read).toBeGreaterThanOrEqual(0);
        expect(read).toBeLessThanOrEqual(DAY);
      }),
      { numRuns: 2000 },
    );
  });
});
