import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import type { Trail } from '../../../src/core/trail.ts';
import { type Measured, type MeasureQuery, openArchive } from '../../../src/store/index.ts';
import { failedAttempt, failoverTrail, GROQ, NIGHT, sampleTrail } from '../../sample-trail.ts';
import { closeRecorders, recorderAt, withArchive } from './recorder-ground.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const home = mkdtempSync(join(tmpdir(), 'gw-measure-'));
const path = join(home, 'requests.db');

const lost: Partial<Trail> = {
  outcome: 'failed',
  status: 503,
  served: undefined as never,
  usage: undefined as never,
};

beforeAll(async () => {
  const recorder = recorderAt(path, { maxAgeDays: 36_500 });
  const trails = [
    sampleTrail({ at: NIGHT - 3 * HOUR_MS }),
    sampleTrail({ at: NIGHT - 90 * MINUTE_MS, totalMs: 10_000 }),
    ...[1000, 2000, 3000, 4000].map((totalMs, n) =>
      sampleTrail({ at: NIGHT - (50 - n) * MINUTE_MS, totalMs }),
    ),
    failoverTrail({
      at: NIGHT - 20 * MINUTE_MS,
      totalMs: 500,
      firstContentMs: 100,
      client: { name: 'curl' },
    }),
    sampleTrail({ at: NIGHT - 10 * MINUTE_MS, ...lost, attempts: [failedAttempt({ target: GROQ })] }),
    sampleTrail({ at: NIGHT - 9 * MINUTE_MS, outcome: 'cut', totalMs: 99_999 }),
    sampleTrail({ at: NIGHT - 8 * MINUTE_MS, outcome: 'gone', status: 499 }),
    sampleTrail({
      at: NIGHT - 7 * MINUTE_MS,
      ...lost,
      status: 404,
      plan: [],
      attempts: [],
      route: undefined as never,
    }),
    sampleTrail({ at: NIGHT - 6 * MINUTE_MS, rehearsal: true }),
    sampleTrail({ at: NIGHT, totalMs: 1 }),
  ];
  for (const trail of trails) recorder.record(trail);
  await recorder.flush();
  await closeRecorders();
});
afterEach(closeRecorders);
afterAll(() => rmSync(home, { recursive: true, force: true }));

const measure = (more: Partial<MeasureQuery> = {}, file = path): Measured =>
  withArchive(file, (archive) =>
    archive.measure({
      since: NIGHT - HOUR_MS,
      until: NIGHT,
      by: 'provider',
      stepMs: 10 * MINUTE_MS,
      offsetMs: 0,
      ...more,
    }),
  );

describe('figures of a span of time', () => {
  test('count what began in it, by how it ended, without rehearsals', () => {
    expect(measure().total).toMatchObject({ requests: 9, served: 5, failed: 3, gone: 1, failovers: 1 });
  });

  test('have the exact quantiles of what was served, and the sums of all tokens that were told', () => {
    expect(measure().total).toMatchObject({
      p50: 2000,
      p95: 4000,
      firstContentP50: 410,
      tokensIn: 840,
      tokensOut: 560,
    });
  });

  test('sum up what is known of their cost, and count those of which it is not', async () => {
    const file = join(home, 'costs.db');
    const recorder = recorderAt(file, { maxAgeDays: 36_500 });
    const at = NIGHT - MINUTE_MS;
    for (const costUsd of [0.1, 0.2, 0]) recorder.record(sampleTrail({ at, costUsd }));
    recorder.record(sampleTrail({ at }));
    recorder.record(sampleTrail({ at, usage: undefined as never }));
    await recorder.flush();
    expect(measure({}, file).total).toMatchObject({ requests: 5, costUsd: 0.3, unpriced: 1 });
    expect(measure({ by: 'client' }, file).groups[0]).toMatchObject({ costUsd: 0.3, unpriced: 1 });
    expect(measure().total.costUsd).toBeUndefined();
  });

  test('stand beside those of the span before, which is as long', () => {
    expect(measure().before).toMatchObject({ requests: 1, p50: 10_000 });
    expect(measure({ since: NIGHT - 90 * MINUTE_MS }).before).toMatchObject({ requests: 1, p50: 1240 });
  });

  test('stand beside those of an earlier span when asked, also one that overlaps', () => {
    expect(measure({ againstMs: 2 * HOUR_MS }).before).toMatchObject({ requests: 1, p50: 1240 });
    const overlapping = measure({ againstMs: 30 * MINUTE_MS });
    expect(overlapping.before).toMatchObject({ requests: 5, p99: 10_000 });
    expect(overlapping.total).toEqual(measure().total);
  });

  test('are none where nothing happened', () => {
    const { total, groups, series } = measure({ since: NIGHT + HOUR_MS, until: NIGHT + 2 * HOUR_MS });
    expect(total).toEqual({ requests: 0, served: 0, failed: 0, gone: 0, failovers: 0, unpriced: 0 });
    expect(groups).toEqual([]);
    expect(series.every(({ requests, failed }) => requests === 0 && failed === 0)).toBe(true);
  });

  test('tell when the log begins', () => {
    expect(measure().oldest).toBe(NIGHT - 3 * HOUR_MS);
  });

  const cases: readonly [MeasureQuery['by'], readonly (readonly [string | undefined, number])[]][] = [
    [
      'provider',
      [
        ['openai', 6],
        ['groq', 2],
        [undefined, 1],
      ],
    ],
    [
      'model',
      [
        ['gpt-4o', 6],
        ['llama-3.3-70b', 2],
        [undefined, 1],
      ],
    ],
    [
      'client',
      [
        ['openai-node', 8],
        ['curl', 1],
      ],
    ],
    [
      'route',
      [
        ['main', 8],
        [undefined, 1],
      ],
    ],
  ];
  test.each(cases)('are kept apart by %s, the busiest first', (by, expected) => {
    expect(measure({ by }).groups.map(({ name, requests }) => [name, requests])).toEqual(expected);
  });

  test('of a group are its own', () => {
    const groq = measure().groups.find(({ name }) => name === 'groq');
    expect(groq).toMatchObject({
      served: 1,
      failed: 1,
      failovers: 1,
      p50: 500,
      p95: 500,
      firstContentP50: 100,
    });
  });

  test('are kept apart by the hours of the local clock, in their order', () => {
    const hours = (offsetMs: number) =>
      measure({ by: 'hour', offsetMs }).groups.map(({ at, requests }) => [at, requests]);
    const one = Date.UTC(2026, 5, 1, 1);
    expect(hours(0)).toEqual([
      [one - HOUR_MS, 4],
      [one, 5],
    ]);
    // Half past five ahead: hours begin at half past.
    expect(hours(5.5 * HOUR_MS)).toEqual([[one - HOUR_MS / 2, 9]]);
  });

  test('come as steps without a gap, which add up to the total', () => {
    const { series, total } = measure();
    expect(series.map(({ at }) => at)).toEqual(
      series.map((_, n) => (series[0]?.at ?? 0) + n * 10 * MINUTE_MS),
    );
    expect(series.map(({ requests }) => requests).reduce((a, b) => a + b)).toBe(total.requests);
    expect(series.map(({ failed }) => failed).reduce((a, b) => a + b)).toBe(3);
  });
});

describe('a look at the whole log', () => {
  const inspect = (file: string) => withArchive(file, (archive) => archive.inspect());

  test('counts its rows and finds nothing wrong with a sound one', () => {
    expect(inspect(path)).toEqual({ rows: 13, oldest: NIGHT - 3 * HOUR_MS });
  });

  test('finds damage behind a sound beginning', async () => {
    const file = join(home, 'damaged.db');
    const recorder = recorderAt(file);
    for (let n = 0; n < 200; n++) recorder.record(sampleTrail());
    await recorder.flush();
    await closeRecorders();
    const { readFileSync } = await import('node:fs');
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0xff, 3 * 8192, 6 * 8192));
    expect(inspect(file).damage).toEqual(expect.any(String));
  });

  test('leaves no file behind when told to leave no trace', async () => {
    const folder = mkdtempSync(join(home, 'alone-'));
    const file = join(folder, 'requests.db');
    const recorder = recorderAt(file);
    recorder.record(sampleTrail());
    await recorder.flush();
    await closeRecorders();
    const opened = openArchive(file, { traceless: true });
    if (opened.is === 'failed') throw new Error(opened.fault);
    expect(opened.value.inspect().rows).toBe(1);
    opened.value.close();
    expect(readdirSync(folder)).toEqual(['requests.db']);
  });
});

describe('what gw chaos did', () => {
  test('counts in all, and against no provider', async () => {
    const own = join(home, 'chaos.db');
    const recorder = recorderAt(own, { maxAgeDays: 36_500 });
    const attempts = [{ ...failedAttempt({ target: GROQ }), injected: '503' }];
    recorder.record(sampleTrail({ at: NIGHT - 10 * MINUTE_MS, ...lost, attempts }));
    await recorder.flush();
    await closeRecorders();
    const { total, groups } = measure({ by: 'provider' }, own);
    expect([total.failed, groups]).toEqual([1, []]);
  });
});
