import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { command } from '../../../src/cli/commands/stats.ts';
import { EXIT } from '../../../src/cli/error.ts';
import { formatChange, formatShare } from '../../../src/cli/stats/comparison.ts';
import { sparkline } from '../../../src/cli/stats/sparkline.ts';
import { serveControl } from '../../../src/control/index.ts';
import { openRecorder } from '../../../src/store/index.ts';
import { testContext } from '../../cli-context.ts';
import { failedAttempt, failoverTrail, GROQ, NIGHT, sampleTrail } from '../../sample-trail.ts';
import { recordedHome, runAt } from './recorded-home.ts';
import { failure } from './run-command.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const UTF8 = { LANG: 'C.UTF-8' };

const evil = sampleTrail({ at: NIGHT - 5 * MINUTE_MS, client: { name: 'evil\u001B]0;x\u0007' } });
const lost = sampleTrail({
  at: NIGHT - 2 * HOUR_MS,
  attempts: [failedAttempt({ target: GROQ })],
  outcome: 'failed',
  status: 503,
  served: undefined as never,
});

let home: string;
beforeAll(async () => {
  home = await recordedHome([
    sampleTrail({ at: NIGHT - 47 * HOUR_MS }),
    sampleTrail({ at: NIGHT - 30 * HOUR_MS, totalMs: 620 }),
    lost,
    sampleTrail({ at: NIGHT - 2 * HOUR_MS }),
    failoverTrail({ at: NIGHT - HOUR_MS }),
    evil,
  ]);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const run = (options = {}, more: Parameters<typeof runAt>[5] = {}) =>
  runAt(NIGHT, command, home, [], options, { env: UTF8, ...more });

describe('gw stats', () => {
  test('sets the last day beside the day before, with a chart and a line per provider, in 80 columns', async () => {
    const { out } = await run();
    expect(out).toMatch(/^The last 24h, against the 24h before\n/);
    expect(out).toMatch(/^ {2}requests +4 +2 {2}↑ 100 %$/m);
    expect(out).toMatch(/^ {2}served +75% +100% {2}↓ 25\.0 points$/m);
    expect(out).toMatch(/^ {2}failed +1 +0 {2}↑ from none$/m);
    expect(out).toMatch(/^ {2}total, p50 +1\.24s +620ms {2}↑ 100 %$/m);
    expect(out).toMatch(/^ {2}requests {2}[·▁▂▃▄▅▆▇█]+█/m);
    expect(out).toMatch(/^ {2}errors {4}·+█+·+$/m);
    expect(out).toContain('at most 2 requests and 1 error in an hour');
    expect(out).toMatch(/^PROVIDER +COUNT +SERVED +FAILED +RESCUED +P50 +P95 +FIRST +IN\/OUT$/m);
    expect(out).toMatch(/^openai +2 +100% +– +–/m);
    expect(out).toMatch(/^groq +2 +50% +1 +1/m);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('says what it cost in 80 columns, and how much of it nobody can tell', async () => {
    const at = NIGHT - HOUR_MS;
    const priced = await recordedHome([
      sampleTrail({ at, costUsd: 1.25 }),
      failoverTrail({ at, costUsd: 0.004 }),
      sampleTrail({ at }),
    ]);
    const { out } = await runAt(NIGHT, command, priced, [], {}, { env: UTF8 });
    rmSync(priced, { recursive: true, force: true });
    expect(out).toMatch(/^ {2}cost +\$1\.25$/m);
    expect(out).toContain('1 request is not in the cost');
    expect(out).toMatch(/^openai .* \$1\.25\+$/m);
    expect(out).toMatch(/^groq .* \$0\.0040$/m);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('says that there is nothing to compare with, and when what there is does not reach far enough', async () => {
    expect((await run({ since: '4d' })).out).toContain('Nothing was recorded in the 4d before');
    expect((await run({ since: '40h' })).out).toContain('that is not the whole of the 40h before');
    expect((await run()).out).not.toContain('not the whole');
  });

  test('sets the time beside the same time a day earlier when asked, and refuses other days', async () => {
    const { out } = await run({ since: '10h', against: 'day' });
    expect(out).toContain('The last 10h, against the same time a day earlier');
    expect(out).toMatch(/requests +4 +1 +/);
    expect(out).toMatch(/total, p99/);
    const refused = await failure(run({ against: 'year' }));
    expect(refused).toMatchObject({ exit: EXIT.usage, why: 'they can against before, day, week' });
  });

  test('keeps figures apart by hour, and lets no control character of a caller through', async () => {
    expect((await run({ by: 'hour' })).out.match(/^\d\d-\d\d \d\d:00 /gm)).toHaveLength(3);
    const { out } = await run({ by: 'client' });
    expect(out).toContain('evil·]0;x·');
    expect(out).not.toContain('\u001B');
  });

  test('is plain ASCII where the terminal speaks no UTF-8', async () => {
    const { out } = await run({}, { env: { LANG: 'C' } });
    expect(out).toMatch(/^[\n\u0020-\u007E]*$/);
    expect(out).toMatch(/^ {2}requests {2}[.:\-=+*%#@]+$/m);
  });

  test('prints everything as JSON', async () => {
    const json = (await run({ since: '3h', by: 'route' }, { json: true })).outJson;
    expect(json).toMatchObject({
      since: NIGHT - 3 * HOUR_MS,
      until: NIGHT,
      by: 'route',
      stepMs: 10 * MINUTE_MS,
      total: { requests: 4, served: 3, failed: 1, failovers: 1, servedShare: 0.75, p50: 1240 },
      before: { requests: 0, servedShare: null },
      groups: [{ name: 'main', requests: 4 }],
    });
  });

  test('says when nothing was recorded, in words and in JSON', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'gw-stats-'));
    const { out, err } = await runAt(NIGHT, command, empty, []);
    expect([out, err]).toEqual(['', 'No requests in the last 24h.\n']);
    const json = (await runAt(NIGHT, command, empty, [], {}, { json: true })).outJson;
    expect(json).toMatchObject({ total: { requests: 0 }, groups: [], series: [] });
    expect((await run({ since: '1m' })).err).toBe('No requests in the last 1m.\n');
    expect((await run({ since: '4m' })).err).toBe('No requests in the last 4m; 1 in the 4m before.\n');
    rmSync(empty, { recursive: true });
  });

  test.each([
    [{ by: 'providr' }, 'gw stats --by provider'],
    [{ since: 'yesterday' }, 'gw stats --help'],
    [{ since: '2099-01-01' }, 'gw stats --since 1h'],
    [{ since: '0s' }, 'gw stats --since 1h'],
  ])('refuses %o and says what to write', async (options, fix) => {
    expect(await failure(run(options))).toMatchObject({ exit: EXIT.usage, fix });
  });

  test('has the daemon write what it still holds first', async () => {
    const own = await recordedHome([]);
    const { paths } = testContext({ home: own });
    const recorder = openRecorder({
      path: paths.database,
      settings: { maxAgeDays: 36_500, maxBytes: 1e8 },
      log: { write: () => {} },
    });
    const flush = async (): Promise<{ dropped: number }> => {
      recorder.record(sampleTrail({ at: NIGHT - MINUTE_MS }));
      await recorder.flush();
      return { dropped: 0 };
    };
    const server = await serveControl({
      path: paths.socket,
      subscribe: () => () => {},
      handlers: { flush } as never,
    });
    expect((await runAt(NIGHT, command, own, [], {}, { json: true })).outJson).toMatchObject({
      total: { requests: 1 },
    });
    await server.close();
    await recorder.close();
    rmSync(own, { recursive: true });
  });
});

describe('a line of blocks', () => {
  test('fills its height with the highest and shows whatever is more than none', () => {
    expect(sparkline([0, 1, 50, 100], { utf8: true })).toBe('·▁▄█');
    expect(sparkline([0, 1, 50, 100], { utf8: false })).toBe('.:+@');
    expect(sparkline([0, 0], { utf8: true, repeat: 2 })).toBe('····');
  });
});

describe('a change', () => {
  test.each([
    [112, 100, '↑ 12 %'],
    [88, 100, '↓ 12 %'],
    [100.4, 100, '='],
    [0, 0, '='],
    [3, 0, '↑ from none'],
    [0, 3, '↓ 100 %'],
    [1400, 100, '↑ ×14'],
    [undefined, 3, ''],
  ])('from %d to %d', (now, before, text) => {
    expect(formatChange(now, before, { utf8: true })).toBe(text);
  });

  test('of a share is told in points, and a share is whole only when it is', () => {
    expect(formatChange(0.992, 0.995, { utf8: true, isShare: true })).toBe('↓ 0.3 points');
    expect([0.99999, 1, 0.9921, 0].map(formatShare)).toEqual(['>99.9%', '100%', '99.2%', '0%']);
  });
});
