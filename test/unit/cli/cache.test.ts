import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { command as clear } from '../../../src/cli/commands/cache/clear.ts';
import { command as status } from '../../../src/cli/commands/cache/status.ts';
import { command as requests } from '../../../src/cli/commands/requests.ts';
import { command as stats } from '../../../src/cli/commands/stats.ts';
import { command as why } from '../../../src/cli/commands/why.ts';
import { statusLines } from '../../../src/cli/daemon/status-lines.ts';
import { makeStyle } from '../../../src/cli/style.ts';
import type { CacheUse } from '../../../src/control/index.ts';
import { type ControlServer, serveControl } from '../../../src/control/index.ts';
import { DEFAULT_SETTINGS } from '../../../src/core/settings.ts';
import type { CacheNote, Trail } from '../../../src/core/trail.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { openAnswerCache } from '../../../src/store/index.ts';
import { testContext } from '../../cli-context.ts';
import { failedAttempt, GROQ, NIGHT, OPENAI, sampleTrail } from '../../sample-trail.ts';
import { declining, idleStatus } from './answering-daemon.ts';
import { recordInto, runAt } from './recorded-home.ts';
import { run } from './run-command.ts';

let home = '';
let daemon: ControlServer | undefined;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gw-cache-'));
});

afterEach(async () => {
  await daemon?.close();
  daemon = undefined;
  rmSync(home, { recursive: true });
});

const none = undefined as never;
const KEPT = { served: none, usage: none, attempts: [], costUsd: 0 };

function trail(cache: CacheNote, change: Partial<Trail> = {}): Trail {
  return sampleTrail({ ...KEPT, cache, ...change });
}

const HIT = trail({ is: 'hit', ageMs: 65_000, from: OPENAI, source: '06evs6r9hk2m3n4p', savedUsd: 0.0021 });
const SHARED = trail({ is: 'coalesced', from: OPENAI, source: '06evs6r9hk2m3n4p', savedUsd: 0.0021 });
const STALE = trail(
  {
    is: 'stale',
    ageMs: 7_200_000,
    from: OPENAI,
    source: '06evs6r9hk2m3n4p',
    fault: 'upstream_overloaded',
    message: 'groq answered 503',
  },
  { attempts: [failedAttempt({ target: GROQ })] },
);

async function keepTwo(): Promise<void> {
  const { paths } = testContext({ home });
  const log = { write: (): void => undefined };
  const cache = openAnswerCache({
    path: paths.answers,
    settings: DEFAULT_SETTINGS.cache,
    log,
    // Closing gives up on a disk that is slow, which a busy machine's is.
    clock: { ...systemClock, after: () => () => {} },
  });
  for (const key of ['a', 'b']) {
    cache.keep(key, {
      at: 1,
      until: Date.now() + 60_000,
      status: 200,
      headers: [],
      body: Buffer.from('hello'),
      stream: false,
      profile: 'default',
      route: 'main',
      from: OPENAI,
      source: 'x',
      calls: false,
      standIn: false,
    });
  }
  await cache.close();
}

describe('gw cache', () => {
  test('says without a daemon what is on disk, and how answers come to be kept', async () => {
    await keepTwo();
    const context = testContext({ home });
    expect(await run(status, context)).toBe(0);
    expect(context.out).toContain('2 answers on disk');
    expect(context.out).toContain('gw is not running');
    expect(context.out).toContain('gw config set profiles.default.policy.cache true');
  });

  test('clears what is on disk without a daemon', async () => {
    await keepTwo();
    const context = testContext({ home, json: true });
    expect(await run(clear, context)).toBe(0);
    expect(context.outJson).toEqual({ cleared: 2 });
    expect(existsSync(context.paths.answers)).toBe(false);
    const again = testContext({ home });
    await run(clear, again);
    expect(again.out).toBe('0 answers are forgotten.\n');
  });

  test('asks the daemon that runs', async () => {
    const use: CacheUse = { hits: 3, misses: 2, stale: 1, coalesced: 4, savedUsd: 0.25 };
    const report = {
      memory: { entries: 5, bytes: 900 },
      disk: { entries: 7, bytes: 81_920 },
      dropped: 1,
      problem: 'the disk is full\u001b[2J',
      use,
    };
    const path = testContext({ home }).paths.socket;
    const handlers = { ...declining, cache: () => report, 'clear-cache': () => ({ cleared: 1 }) };
    daemon = await serveControl({ path, handlers, subscribe: () => () => undefined });
    writeFileSync(
      testContext({ home }).paths.config,
      JSON.stringify({
        profiles: {
          default: {
            providers: { lab: { url: 'http://127.0.0.1:1/v1' } },
            routes: {
              main: { match: ['*'], targets: ['lab'], policy: { cache: true, staleIfErrorMs: '7d' } },
            },
            policy: { coalesce: true },
          },
        },
      }),
      { mode: 0o600 },
    );
    const context = testContext({ home });
    await run(status, context);
    expect(context.out).toContain('5 answers in memory');
    expect(context.out).toContain('3 hits, 2 misses, 4 shared, 1 stale; $0.25 saved');
    expect(context.out).toContain('! the disk is full');
    expect(context.out).not.toContain('\u001b');
    expect(context.out.replaceAll(/\s+/g, ' ')).toContain(
      'route main: answers are given again for 1d0h; identical requests share one call; old answers stand in for up to 7d0h',
    );
    const cleared = testContext({ home });
    await run(clear, cleared);
    expect(cleared.out).toBe('1 answer is forgotten.\n');
  });
});

describe('the record of an answer without a call of its own', () => {
  test.each([
    [
      'a hit',
      HIT,
      'Answered from the cache: openai/gpt-4o gave this answer 1m05s earlier, and nobody was asked.',
    ],
    [
      'a shared call',
      SHARED,
      'Answered together with an identical request that was under way at openai/gpt-4o.',
    ],
    [
      'a stale answer',
      STALE,
      'Every target failed (overloaded); an answer that openai/gpt-4o gave 2h00m earlier stood in.',
    ],
  ])('is told by gw why: %s', async (_, told, sentence) => {
    await recordInto(home, [told]);
    const { out } = await runAt(NIGHT, why, home, [told.id]);
    const words = out.replaceAll(/\s+/g, ' ');
    expect(words).toContain(sentence);
    expect(words).toContain('gw why 06evs6r9hk2m3n4p');
  });

  test('says at the last failure that a kept answer stood in', async () => {
    await recordInto(home, [STALE]);
    const { out } = await runAt(NIGHT, why, home, [STALE.id]);
    expect(out.replaceAll(/\s+/g, ' ')).toContain('nobody was left to ask, so a kept answer stood in');
  });

  test('tells why an answer is not kept', async () => {
    const missed = sampleTrail({ cache: { is: 'miss', kept: false, why: 'ended with content_filter' } });
    await recordInto(home, [missed]);
    const { out } = await runAt(NIGHT, why, home, [missed.id]);
    expect(out).toContain('miss; the answer is not kept: it ended with content_filter');
  });

  test('is marked in the table', async () => {
    await recordInto(home, [HIT, SHARED, STALE]);
    const { out } = await runAt(NIGHT, requests, home, []);
    for (const word of ['kept', 'shared', 'stale']) expect(out).toContain(word);
    expect(out).not.toContain('served ');
  });

  test('is counted apart: served, but no success of whoever failed before it', async () => {
    const at = NIGHT - 60_000;
    await recordInto(home, [
      sampleTrail({ at }),
      { ...HIT, at, id: sampleTrail({ at: at + 1 }).id, totalMs: 1 },
      { ...STALE, at, id: sampleTrail({ at: at + 2 }).id },
    ]);
    const json = await runAt(NIGHT, stats, home, [], { since: '1h' }, { json: true });
    const { total, groups } = JSON.parse(json.out) as {
      total: Record<string, number>;
      groups: { name?: string; served: number }[];
    };
    expect(total).toMatchObject({
      requests: 3,
      served: 3,
      failed: 0,
      cached: 1,
      stale: 1,
      savedUsd: 0.0021,
      p50: 1240,
    });
    expect(groups.map(({ name, served }) => [name, served])).toEqual([
      [undefined, 2],
      ['openai', 1],
    ]);
    const { out } = await runAt(NIGHT, stats, home, [], { since: '1h' });
    expect(out).toContain('from the cache');
    expect(out).toContain('saved');
  });

  test('is counted in the status of the daemon', () => {
    const style = makeStyle({}, false);
    const use = { hits: 2, misses: 1, stale: 1, coalesced: 0, savedUsd: 0.5 };
    expect(statusLines(idleStatus({ cache: use }), style, 80).join('\n')).toContain(
      'cache: answered 2 of 3 · 1 stale · $0.5',
    );
  });
});
