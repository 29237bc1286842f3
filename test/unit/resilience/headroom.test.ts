import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { Headroom, type HeaderValues } from '../../../src/resilience/index.ts';

const NOW = Date.UTC(2026, 5, 1, 12);

function told(headers: HeaderValues, at = NOW): Headroom {
  const headroom = new Headroom();
  headroom.answered(headroom.sent(10, at), headers, at);
  return headroom;
}

const requests = (remaining: number, reset = '12s'): HeaderValues => ({
  'x-ratelimit-limit-requests': '60',
  'x-ratelimit-remaining-requests': String(remaining),
  'x-ratelimit-reset-requests': reset,
});

describe('headroom', () => {
  test('is no question for a provider that does not tell', () => {
    const headroom = told({ 'content-type': 'application/json' });
    expect(headroom.isTold).toBe(false);
    expect(headroom.shortage(1e9, NOW)).toBeUndefined();
    expect(headroom.share(NOW)).toBe(1);
  });

  test('ends with the last request, and comes back when the limit is whole again', () => {
    const headroom = told(requests(0));
    expect(headroom.shortage(1, NOW)).toMatchObject({ name: 'requests', remaining: 0, until: NOW + 12_000 });
    expect(headroom.shortage(1, NOW + 12_000)).toBeUndefined();
    expect(told(requests(1)).shortage(1, NOW)).toBeUndefined();
  });

  test('is less what is under way and was not answered', () => {
    const headroom = told(requests(2));
    const first = headroom.sent(10, NOW);
    expect(headroom.shortage(1, NOW)).toBeUndefined();
    const second = headroom.sent(10, NOW);
    expect(headroom.shortage(1, NOW)).toBeDefined();
    headroom.lost(second);
    expect(headroom.shortage(1, NOW)).toBeUndefined();
    headroom.lost(first);
  });

  test.each([
    [
      'OpenAI and Groq',
      {
        'x-ratelimit-limit-tokens': '30000',
        'x-ratelimit-remaining-tokens': '120',
        'x-ratelimit-reset-tokens': '1m0s',
      },
      'tokens',
      60_000,
    ],
    [
      'Anthropic',
      {
        'anthropic-ratelimit-input-tokens-limit': '30000',
        'anthropic-ratelimit-input-tokens-remaining': '120',
        'anthropic-ratelimit-input-tokens-reset': '2026-06-01T12:00:30Z',
      },
      'input-tokens',
      30_000,
    ],
    [
      'Mistral, which says of no limit when it is whole again',
      { 'x-ratelimit-limit-tokens-minute': '30000', 'x-ratelimit-remaining-tokens-minute': '120' },
      'tokens-minute',
      60_000,
    ],
    [
      'Azure, which says how long its periods are',
      {
        'x-ratelimit-limit-tokens': '30000',
        'x-ratelimit-remaining-tokens': '120',
        'x-ratelimit-reset-tokens': '0',
        'x-ratelimit-renewalperiod-tokens': '10',
      },
      'tokens',
      10_000,
    ],
    [
      'DigitalOcean, in seconds of the epoch',
      {
        'x-ratelimit-limit-tokens-per-minute': '30000',
        'x-ratelimit-remaining-tokens-per-minute': '120',
        'x-ratelimit-reset-tokens-per-minute': String(NOW / 1000 + 20),
      },
      'tokens-per-minute',
      20_000,
    ],
    [
      'Cerebras, in seconds with a fraction',
      {
        'x-ratelimit-limit-tokens-minute': '30000',
        'x-ratelimit-remaining-tokens-minute': '120',
        'x-ratelimit-reset-tokens-minute': '11.5',
      },
      'tokens-minute',
      11_500,
    ],
  ])('of tokens is measured by the request, as told by %s', (_, headers, name, ms) => {
    const headroom = told(headers);
    expect(headroom.shortage(121, NOW)).toMatchObject({
      name,
      remaining: 120,
      limit: 30_000,
      until: NOW + ms,
    });
    expect(headroom.shortage(120, NOW)).toBeUndefined();
  });

  test('is read as OpenRouter tells it: one limit without a name, until a moment', () => {
    const headroom = told({
      'x-ratelimit-limit': '20',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(NOW + 5000),
    });
    expect(headroom.shortage(1, NOW)).toMatchObject({ name: 'requests', until: NOW + 5000 });
  });

  test('of what an answer takes ends when nothing is left of it, whatever the prompt', () => {
    const answers = (remaining: number): HeaderValues => ({
      'anthropic-ratelimit-output-tokens-limit': '8000',
      'anthropic-ratelimit-output-tokens-remaining': String(remaining),
      'anthropic-ratelimit-output-tokens-reset': '2026-06-01T12:00:30Z',
    });
    expect(told(answers(1)).shortage(7000, NOW)).toBeUndefined();
    expect(told(answers(0)).shortage(1, NOW)).toBeDefined();
  });

  test('does not keep a request away for ever that is larger than the whole limit', () => {
    const limit = {
      'x-ratelimit-limit-tokens': '1000',
      'x-ratelimit-remaining-tokens': '900',
      'x-ratelimit-reset-tokens': '6s',
    };
    expect(told(limit).shortage(5000, NOW)).toBeUndefined();
  });

  test.each([
    [{ 'x-ratelimit-remaining-requests': '0' }],
    [{ 'x-ratelimit-remaining-requests': '-1', 'x-ratelimit-limit-requests': '-1' }],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-limit-requests': '0' }],
    [{ 'x-ratelimit-remaining-input-images': '0', 'x-ratelimit-limit-input-images': '5' }],
    [{ 'x-ratelimit-remaining-requests': 'none', 'x-ratelimit-limit-requests': '5' }],
  ])('is not missed because of %o', (headers) => {
    expect(told(headers).shortage(1, NOW)).toBeUndefined();
  });

  test('only shrinks by an answer to a request that was sent before the last word was heard', () => {
    const headroom = new Headroom();
    const early = headroom.sent(1, NOW);
    const late = headroom.sent(1, NOW + 1);
    headroom.answered(late, requests(0), NOW + 10);
    headroom.answered(early, requests(1), NOW + 11);
    expect(headroom.shortage(1, NOW + 12)).toMatchObject({ remaining: 0 });
    headroom.answered(headroom.sent(1, NOW + 20), requests(7), NOW + 30);
    expect(headroom.shortage(1, NOW + 31)).toBeUndefined();
  });

  test('is forgotten by a refusal, which says itself when to come back', () => {
    const headroom = told(requests(0));
    headroom.refused(headroom.sent(1, NOW), NOW + 1);
    expect(headroom.shortage(1, NOW + 2)).toBeUndefined();
  });

  test('has a share that is that of the tightest limit', () => {
    expect(
      told({
        ...requests(15),
        'x-ratelimit-limit-tokens': '100',
        'x-ratelimit-remaining-tokens': '80',
      }).share(NOW),
    ).toBe(0.25);
    expect(told(requests(15)).share(NOW + 13_000)).toBe(1);
  });

  test('never lets more requests go than are left, in whatever order they go and come [promise:limits-foreseen]', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.boolean(), { maxLength: 120 }),
        (limit, steps) => {
          // A provider that counts requests as they arrive, and answers in any order.
          const headroom = new Headroom();
          const words = (left: number): HeaderValues => ({
            'x-ratelimit-limit-requests': String(limit),
            'x-ratelimit-remaining-requests': String(left),
            'x-ratelimit-reset-requests': '60s',
          });
          let left = limit;
          let refusals = 0;
          const flying: { sent: ReturnType<Headroom['sent']>; left: number }[] = [];
          let now = NOW;
          const send = (): void => {
            const sent = headroom.sent(1, now);
            if (left === 0) refusals++;
            else flying.push({ sent, left: --left });
          };
          send();
          const [only] = flying.splice(0);
          if (only) headroom.answered(only.sent, words(only.left), ++now);
          for (const isSend of steps) {
            now++;
            if (isSend) {
              if (headroom.shortage(1, now) === undefined) send();
            } else {
              const [answer] = flying.splice(now % Math.max(1, flying.length), 1);
              if (answer) headroom.answered(answer.sent, words(answer.left), now);
            }
          }
          expect(refusals).toBe(0);
        },
      ),
    );
  });
});
