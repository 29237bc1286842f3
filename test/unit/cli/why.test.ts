import { describe, expect, test } from 'vitest';

import { FIXES } from '../../../src/cli/story/fixes.ts';
import { headline } from '../../../src/cli/story/headline.ts';
import { story } from '../../../src/cli/story/story.ts';
import { makeStyle } from '../../../src/cli/style.ts';
import { FAULTS } from '../../../src/core/fault.ts';
import type { Trail } from '../../../src/core/trail.ts';
import { keysOf } from '../../../src/lib/expect.ts';
import { terminalSafe } from '../../../src/lib/terminal-safe.ts';
import {
  failedAttempt,
  failoverTrail,
  GROQ,
  NIGHT,
  OPENAI,
  sampleTrail,
  servedAttempt,
} from '../../sample-trail.ts';
import { twiceLimited } from './twice-limited.ts';

const none = undefined as never;
const lines = (trail: Trail, width = 80): string[] =>
  story(trail, { width, style: makeStyle({}, false) }, NIGHT);

describe('the plan', () => {
  test('says why it is not in the order that is written', () => {
    const why = 'openai/gpt-4o chosen by least-latency: 320ms against 410ms';
    const told = lines(sampleTrail({ order: [{ by: 'least-latency', why }] }));
    expect(told).toContain(`  in this order: ${why}`);
    expect(lines(sampleTrail()).join('\n')).not.toContain('in this order');
  });
});

describe('the first sentence', () => {
  const cases: readonly [string, Trail, string][] = [
    ['a plain answer', sampleTrail(), 'Served by openai/gpt-4o in 1.24s.'],
    [
      'a failover',
      twiceLimited,
      'Served by groq/llama-3.3-70b in 2.94s after openai/gpt-4o failed twice (429, retry-after 20s).',
    ],
    [
      'a retry',
      sampleTrail({ attempts: [failedAttempt(), servedAttempt({ startMs: 300 })] }),
      'Served by openai/gpt-4o in 1.24s after it failed (503 overloaded).',
    ],
    [
      'a target left out',
      failoverTrail({
        plan: [{ target: OPENAI, skipped: 'left alone for another 4s' }, { target: GROQ }],
        attempts: [servedAttempt({ target: GROQ })],
      }),
      'Served by groq/llama-3.3-70b in 1.24s, because openai/gpt-4o was left out (left alone for another 4s).',
    ],
    [
      'a failure everywhere',
      sampleTrail({
        attempts: [failedAttempt(), failedAttempt({ target: GROQ, status: none, fault: 'upstream_timeout' })],
        outcome: 'failed',
        status: 503,
        served: none,
      }),
      'Failed after 1.24s: openai/gpt-4o failed (503 overloaded) and groq/llama-3.3-70b failed (timed out) (the caller got 503).',
    ],
    [
      'a refusal',
      sampleTrail({
        attempts: [],
        outcome: 'failed',
        status: 404,
        message: 'nobody offers "gpt-9"',
        served: none,
      }),
      'Nobody was asked: nobody offers "gpt-9" (the caller got 404).',
    ],
    [
      'a cut answer',
      sampleTrail({ outcome: 'cut', attempts: [servedAttempt({ fault: 'stream_broken' })] }),
      'The answer of openai/gpt-4o broke off after 1.24s, when part of it had reached the caller.',
    ],
    [
      'a caller that hung up',
      sampleTrail({
        outcome: 'gone',
        status: 499,
        attempts: [servedAttempt({ firstContentMs: none })],
        served: none,
      }),
      'The caller hung up after 1.24s, when openai/gpt-4o had not begun to answer.',
    ],
    [
      'one that still runs',
      sampleTrail({
        outcome: 'pending',
        attempts: [failedAttempt(), { target: GROQ, startMs: 91, waitedMs: 0 }],
      }),
      'Still running, now at groq/llama-3.3-70b after openai/gpt-4o failed (503 overloaded).',
    ],
  ];
  test.each(cases)('tells %s', (_, trail, sentence) => {
    expect(headline(trail)).toBe(sentence);
  });
});

describe('the story', () => {
  test('reads from sentence to plan, attempts, time, fix and ids [promise:why-tells]', () => {
    const text = lines(twiceLimited)
      .join('\n')
      .replace(twiceLimited.id, '1kt0chjcr0000000')
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, '2026-06-01 01:25:03');
    expect(text).toMatchInlineSnapshot(`
      "Served by groq/llama-3.3-70b in 2.94s after openai/gpt-4o failed twice (429,
      retry-after 20s).

        request  1kt0chjcr0000000
        at       2026-06-01 01:25:03  POST /v1/chat/completions
        asked    gpt-4o, route main, streamed, in openai-chat
        client   openai-node
        answer   200, 4.2 kB, first content after 410ms
        tokens   120 in (100 from cache), 80 out
        cost     $0.00042

      Plan
        1  openai/gpt-4o       env:OPENAI_API_KEY  failed twice
        2  mistral/gpt-4o      env:OPENAI_API_KEY  skipped
           because: cooling down for another 12s
        3  groq/llama-3.3-70b  env:GROQ_API_KEY    answered

      What happened
        1  ✗ openai/gpt-4o – failed: 429, retry-after 400ms
           began at 1ms · sent after 19ms · head after 87ms · ended after 89ms
           said: openai answered 429: slow down
           → the provider limits the rate of this key; gw tried the same target again
             after a wait of 400ms
        2  ✗ openai/gpt-4o – failed: 429, retry-after 20s
           gw waited 400ms · began at 490ms · sent after 5ms · head after 208ms ·
           ended after 210ms
           said: openai answered 429: slow down
           → the provider limits the rate of this key; gw moved on to
             groq/llama-3.3-70b and leaves this one alone for 20s
        3  ✓ groq/llama-3.3-70b – answered 200
           began at 702ms · sent after 58ms · head after 1.30s · first content after
           1.40s · done after 2.24s
           → the caller has the whole answer

      Time
         1 openai/gpt-4o       ▒                                         89ms 429
         2 openai/gpt-4o        ░░░░░░▒▒                                210ms 429
         3 groq/llama-3.3-70b           ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒███████████  2.24s 200
                               0                1.47s            2.94s
                               ░ gw waits  ▒ asked, nothing yet  █ answering

      What to do
        – openai/gpt-4o: spread the load: gw provider edit openai --add-key …, or ask
          openai for a higher limit

      To quote to support
        1  openai: req_failed
        2  openai: req_2
        3  groq: req_served"
    `);
  });

  test.each([40, 60, 80, 120, 200])('stays within %i columns, with every error text whole', (width) => {
    const long = failoverTrail({
      attempts: [
        failedAttempt({ message: `said ${'very '.repeat(40)}much https://example.com/${'x'.repeat(90)}` }),
      ],
    });
    const told = lines(long, width);
    for (const line of told) expect(line.length).toBeLessThanOrEqual(Math.max(width, 58));
    expect(told.join('').replaceAll(' ', '')).toContain('x'.repeat(90));
  });

  test('lets no control character of a provider through', () => {
    const trail = failoverTrail({
      attempts: [failedAttempt({ message: '\u001B[2Jwiped', requestId: 'a\u0007b' })],
    });
    for (const line of lines(trail)) expect(line).toBe(terminalSafe(line));
  });

  test('says that a skipped target was asked all the same when nobody else was left', () => {
    const forced = sampleTrail({ plan: [{ target: OPENAI, skipped: 'left alone for another 4s' }] });
    expect(lines(forced).join('\n')).toContain('answered, asked all the same');
  });

  test.each(keysOf(FAULTS))('has something to do about %s', (code) => {
    const place = {
      provider: 'openai',
      target: 'openai/gpt-4o',
      model: 'gpt-4o',
      key: 'env:X',
      route: 'main',
    };
    expect(FIXES[code](place).length).toBeGreaterThan(10);
  });
});
