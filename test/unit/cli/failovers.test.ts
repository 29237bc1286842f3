import { rmSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { command } from '../../../src/cli/commands/failovers.ts';
import { EXIT } from '../../../src/cli/error.ts';
import type { Trail } from '../../../src/core/trail.ts';
import { failedAttempt, failoverTrail, GROQ, NIGHT, sampleTrail } from '../../sample-trail.ts';
import { recordedHome, runAt } from './recorded-home.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let home: string;
beforeAll(async () => {
  home = await recordedHome([
    failoverTrail({ at: NIGHT - 30 * HOUR_MS }),
    failoverTrail({ at: NIGHT - 60 * MINUTE_MS }),
    failoverTrail({ at: NIGHT - 59 * MINUTE_MS }),
    sampleTrail({ at: NIGHT - 50 * MINUTE_MS }),
    sampleTrail({
      at: NIGHT,
      attempts: [failedAttempt({ target: GROQ, fault: 'upstream_timeout', message: 'no content after 10s' })],
      outcome: 'failed',
      status: 504,
      served: undefined as never,
    }),
  ]);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const run = (options = {}, more = {}) => runAt(NIGHT + 5_000, command, home, [], options, more);

describe('gw failovers', () => {
  test('joins the failovers of the last day into incidents, with a sentence for each', async () => {
    const { out } = await run();
    const flat = out.replaceAll(/\s+/g, ' ');
    expect(out.split('\n')[1]).toMatch(/^1 +(\S+ )?\d\d:\d\d:\d\d +1m00s +openai\/gpt-4o +overloaded +2 +0$/);
    expect(out.split('\n')[2]).toMatch(
      /^2 +\d\d:\d\d:\d\d +not asked since +groq\/llama-3\.3-70b +timed out +0 +1$/,
    );
    expect(flat).toContain(
      'the server is overloaded. 2 requests were served by groq/llama-3.3-70b instead (typically 91ms later).',
    );
    expect(flat).toContain('no content after 10s. 1 request was served by nobody.');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('says “once”, not “0 ms”, of a target that failed a single time', async () => {
    const once = failoverTrail({ at: NIGHT - 10 * MINUTE_MS });
    const lone = await recordedHome([once]);
    const { out } = await runAt(NIGHT, command, lone, [], {});
    rmSync(lone, { recursive: true, force: true });
    expect(out.split('\n')[1]).toMatch(/^1 +(\S+ )?\d\d:\d\d:\d\d +once +openai/);
    expect(out.replaceAll(/\s+/g, ' ')).toMatch(/\(env:OPENAI_API_KEY\) failed once, at \d\d:\d\d:\d\d: /);
  });

  const atLast = async (trails: readonly Trail[]): Promise<string> => {
    const own = await recordedHome(trails);
    const { out } = await runAt(NIGHT, command, own, [], {}, { columns: 200 });
    rmSync(own, { recursive: true, force: true });
    return out;
  };
  const fails = (secondsAgo: number): Trail => failoverTrail({ at: NIGHT - secondsAgo * 1_000 });
  const serves = (secondsAgo: number): Trail => sampleTrail({ at: NIGHT - secondsAgo * 1_000 });

  test.each([
    ['failed once', [fails(60)], 'not asked since', /failed once, at \S+, and was not asked since: /],
    [
      'failed for a while',
      [fails(90), fails(60)],
      'not asked since',
      /has failed since \S+; it last failed at \S+ and was not asked since: /,
    ],
    ['fails now', [fails(60), fails(10)], 'running', /has been failing since \S+: /],
    [
      'answered since',
      [fails(60), fails(20), serves(10)],
      'answers again',
      /, last at \S+, and answered again at \S+: /,
    ],
  ])('says of a target that %s no more than is known', async (_, trails, lasted, sentence) => {
    const out = await atLast(trails);
    expect(out.split('\n')[1]).toContain(` ${lasted} `);
    expect(out).toMatch(sentence);
  });

  test('looks as far back as asked', async () => {
    expect((await run({ since: '2d' }, { json: true })).outJson).toHaveLength(3);
    expect((await run({ since: '1m' }, { json: true })).outJson).toMatchObject([
      { reason: 'upstream_timeout', rescued: 0, lost: 1, over: false },
    ]);
  });

  test('refuses a time it cannot read, and names its own help', async () => {
    await expect(run({ since: 'yesterday' })).rejects.toMatchObject({
      message: '"yesterday" is no time',
      fix: 'gw failovers --help',
      exit: EXIT.usage,
    });
  });

  test('says when there were none, and prints an empty list as JSON', async () => {
    const { out, err } = await run({ since: '1ms' });
    expect(out).toBe('');
    expect(err).toMatch(/^No failovers since .* \(what gw chaos did is not listed\)\.$/m);
    expect((await run({ since: '1ms' }, { json: true })).outJson).toEqual([]);
  });
});
