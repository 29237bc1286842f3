import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { OUTAGE_WORDS, parseOutage } from '../../../src/cli/outage/fault.ts';
import { outageLines } from '../../../src/cli/outage/report.ts';
import { compare, type Result, spread } from '../../../src/cli/outage/result.ts';
import { perform, type Piece } from '../../../src/cli/outage/stage.ts';
import { makeStyle } from '../../../src/cli/style.ts';
import type { Trail } from '../../../src/core/trail.ts';
import { failedAttempt } from '../../sample-trail.ts';
import {
  FIRST,
  MINUTE,
  outage,
  pieceOf,
  play,
  profileOf,
  SECOND,
  served,
  shortly,
  SINCE,
  steady,
} from './outage-ground.ts';

async function resultOf(piece: Piece): Promise<Result> {
  return compare(piece, await perform({ ...piece, outages: [] }), await perform(piece), 10);
}

describe('an outage in words', () => {
  test.each([
    ['openai:503', { provider: 'openai', model: undefined, startMs: 0, lastsMs: Infinity, rate: 1 }],
    ['openai:503@5m', { provider: 'openai', startMs: 5 * MINUTE, lastsMs: Infinity }],
    [
      'openai/gpt-4o:503@5m+90s',
      { provider: 'openai', model: 'gpt-4o', startMs: 5 * MINUTE, lastsMs: 90_000 },
    ],
    ['ollama/llama3:8b:timeout+1m', { provider: 'ollama', model: 'llama3:8b', lastsMs: MINUTE }],
    ['openai:529;rate=20%', { play: { is: 'status', status: 529, code: 'simulated' }, rate: 0.2 }],
    [
      'openai:429;retry-after=30',
      { play: { is: 'status', status: 429, code: 'rate_limit_exceeded', retryAfterMs: 30_000 } },
    ],
    ['openai:slow-first-token=7s', { play: { is: 'late', firstMs: 7_000, betweenMs: 0 } }],
  ])('%s', (text, expected) => {
    expect(outage(text)).toMatchObject(expected);
  });

  test.each([
    'openai',
    'openai:',
    ':503',
    'openai:503@x',
    'openai:503+0s',
    'openai:200',
    'openai:cut=3s',
    'openai:503;rate=900%',
    'openai:timout',
  ])('refuses %s', (text) => {
    expect(parseOutage(text).is).toBe('failed');
  });

  test('every word of gw chaos can be simulated', async () => {
    for (const word of OUTAGE_WORDS) {
      const { trails, met } = await play(steady(2_000, 10_000), [`first:${word}`]);
      expect(met.size, word).toBeGreaterThan(0);
      expect(
        trails.map((trail) => trail?.outcome),
        word,
      ).toEqual(Array(5).fill('served'));
    }
  });
});

describe('a simulation', () => {
  test('without an outage ends as it was recorded, to the millisecond', async () => {
    const trails = [...steady(700, MINUTE), served(500, { stream: false })].sort((a, b) => a.at - b.at);
    const { trails: played } = await play(trails, []);
    expect(played.map((trail) => trail && shortly(trail))).toEqual(trails.map(shortly));
    expect(played.map((trail) => trail?.totalMs)).toEqual(trails.map(() => 1200));
  });

  test('repeats itself with the same seed, and only then', async () => {
    const paced = steady(1_000, MINUTE).map((trail, index): Trail => ({ ...trail, totalMs: index }));
    const times = async (seed: number): Promise<unknown> =>
      (await play(paced, ['first:503;rate=50%'], { seed })).trails.map((trail) => trail && shortly(trail));
    expect(await times(1)).toEqual(await times(1));
    expect(await times(1)).not.toEqual(await times(2));
  });

  test('an outage of three minutes opens the breaker once, costs few calls, and is over soon after', async () => {
    const result = await resultOf(pieceOf(steady(2_000, 10 * MINUTE), ['first:503@2m+3m']));
    expect(result.lost).toEqual([]);
    expect(result.breakers.map(({ is }) => is)).toEqual(['opened', 'closed']);
    expect(result.callsMet).toBeLessThanOrEqual(6);
    const back = (result.breakers[1]?.at ?? 0) - (SINCE + 5 * MINUTE);
    expect(back).toBeLessThanOrEqual(31_000);
    expect(result.stoodIn).toEqual({ 'second/backup': result.touched });
    expect(result.asRecorded).toBe(300);
  });

  test('costs what the stand-in costs', async () => {
    const trails = steady(2_000, MINUTE).map((trail) => ({ ...trail, costUsd: 0.00044 }));
    const { recorded, control, outage: broken } = await resultOf(pieceOf(trails, ['first:401']));
    expect(recorded.costUsd).toBeCloseTo(30 * 0.00044, 8);
    expect(control.costUsd).toBeCloseTo(30 * 0.00044, 8);
    expect(broken.costUsd).toBeCloseTo(30 * 0.0044, 8);
  });

  test('says who would have failed when nobody stands in', async () => {
    const trails = steady(5_000, MINUTE, {
      plan: [{ target: FIRST }],
      client: { name: 'aider', session: 's1' },
    });
    const result = await resultOf(
      pieceOf(trails, ['first:503@30s+20s'], { profile: profileOf({}, ['first']) }),
    );
    expect(result.lost.length).toBeGreaterThan(0);
    expect(result.hits).toEqual([
      { client: 'aider', sessions: 1, requests: result.touched, failed: result.lost.length },
    ]);
    expect(result.recorded.failed).toBe(0);
    expect(result.lost[0]).toMatchObject({ client: 'aider', fault: 'upstream_overloaded' });
  });

  test('waits for the first content as long as the policy says', async () => {
    const { addedMs } = await resultOf(pieceOf(steady(20_000, 2 * MINUTE), ['first:timeout']));
    // Ten seconds of silence, and then the stand-in's second instead of 0.4; after three of them nobody waits.
    expect(addedMs).toEqual({ p50: 600, p95: 10_600, max: 10_600 });
  });

  test('is told of a stand-in that nothing is known of', async () => {
    const { assumed } = await resultOf(pieceOf(steady(2_000, MINUTE), ['first:503']));
    expect(assumed).toEqual(['second/backup']);
  });

  test('a real failure stays one, also while the target was only left alone', async () => {
    const ill = served(0, {
      attempts: [
        failedAttempt({ target: FIRST }),
        ...served(0, {}, { target: SECOND, startMs: 100 }).attempts,
      ],
      served: SECOND,
      failover: true,
    });
    const alone: Trail = {
      ...ill,
      id: 'alone',
      at: SINCE + 1_000,
      plan: [{ target: FIRST, skipped: 'left alone', fault: 'upstream_overloaded' }, { target: SECOND }],
      attempts: ill.attempts.slice(1),
    };
    const { trails } = await play([ill, alone], []);
    expect(trails.map((trail) => trail?.served?.provider)).toEqual(['second', 'second']);
  });

  test.each([
    ['cached', { cache: { is: 'hit' }, attempts: [] }],
    ['hung-up', { outcome: 'gone' }],
    ['not-asked', { operation: 'count-tokens' }],
    ['unroutable', { route: 'no-such-route', asked: '' }],
  ] as const)('leaves out, and counts, what is %s', async (why, change) => {
    const { leftOut } = await play([served(0, change)], []);
    expect([...leftOut.values()]).toEqual([why]);
  });
});

describe('figures', () => {
  test('add up, whatever failed before the outage and in it', async () => {
    const fault = fc.constantFrom(
      'first:503',
      'second:503',
      'first:cut',
      'second:refused',
      'first:429;rate=50%',
    );
    const when = fc.constantFrom('', '@20s', '@10s+20s');
    const failed = [
      failedAttempt({ target: FIRST }),
      failedAttempt({ target: SECOND, startMs: 100, endMs: 200 }),
    ];
    const ill: Partial<Trail> = { attempts: failed, outcome: 'failed', served: undefined as never };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
        fc.array(fc.tuple(fault, when), { minLength: 1, maxLength: 2 }),
        async (wells, faults) => {
          const trails = wells.map((well, index) => served(index * 5_000, well ? {} : ill));
          const outages = faults.map(([what, at]) => `${what}${at}`);
          const result = await resultOf(pieceOf(trails, outages, { until: SINCE + MINUTE }));
          const { simulated, touched, saved, lost, cut, failedAnyway, outage: sums, steps, hits } = result;
          const sum = (counts: readonly number[]): number => counts.reduce((all, each) => all + each, 0);
          const untouched = simulated - touched - failedAnyway;
          expect(saved + lost.length).toBe(touched);
          expect(cut).toBeLessThanOrEqual(lost.length);
          expect(sums.served + sums.failed).toBe(simulated);
          expect(saved + untouched).toBe(sums.served);
          expect(lost.length + failedAnyway).toBe(sums.failed);
          expect(sum(Object.values(result.answeredBy))).toBe(saved);
          expect(sum(hits.map(({ requests }) => requests))).toBe(touched);
          expect(sum(hits.map((hit) => hit.failed))).toBe(lost.length);
          expect(sum(steps.map(({ requests }) => requests))).toBe(simulated);
          expect(sum(steps.map((step) => step.failed))).toBe(lost.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('say what fails without the outage too, and until when it lasts', async () => {
    const ill = served(1_000, {
      attempts: [failedAttempt({ target: FIRST, fault: 'upstream_rejected', status: 400, remedy: 'fail' })],
      outcome: 'failed',
      served: undefined as never,
    });
    const piece = pieceOf([ill, served(5 * MINUTE)], ['first:503@2m']);
    const told = { piece, result: await resultOf(piece), span: 'The last 10m', utf8: true };
    const text = outageLines(told, { style: makeStyle({}, false), width: 200 }).join('\n');
    expect(text).toMatch(/first: 503 from \d\d:\d\d:\d\d to the end/);
    expect(text).toContain('Of 2 requests, 1 would have been touched by it, and all answered all the same.');
    expect(text).toContain('1 request would have failed without it as well.');
    expect(text).toMatch(/answered by +second\/backup 1\n/);
  });

  test('half, nineteen in twenty, and the worst are of the list, and in this order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), (list) => {
        const { p50 = -1, p95 = -1, max = -1 } = spread(list) ?? {};
        expect(list).toEqual(expect.arrayContaining([p50, p95, max]));
        expect(p50 <= p95 && p95 <= max && max === Math.max(...list)).toBe(true);
      }),
    );
    expect(spread([])).toBeUndefined();
  });
});
