import { afterEach, describe, expect, test } from 'vitest';

import { type CallerFormatName, FORMAT_NAMES, type FormatName } from '../../src/core/operation.ts';
import type { Trail } from '../../src/core/trail.ts';
import { CALLER_FORMATS } from '../../src/formats/index.ts';
import { keysOf } from '../../src/lib/expect.ts';
import { readStream } from '../contract/stream-contracts.ts';
import { closeGrounds, forEach, type Ground, NO_BREAKER, openGround, routeOver } from './ground.ts';
import { askIn } from './translated-asking.ts';

afterEach(closeGrounds);

const CALLERS = keysOf(CALLER_FORMATS);
const PROVIDERS = keysOf(FORMAT_NAMES);
const SHORT = { ...NO_BREAKER, firstContentMs: 5000, idleMs: 600, idleTakeoverMs: 300 };

const CUTS = ['reset@token=9', 'cut@token=9;by=end', 'fin@token=9', 'stall@token=9', 'error-in-200@token=9'];
const WAYS = ['continue', 'refuse', 'ignore'] as const;

/** Two providers of one format that answer alike; the second takes a begun answer in its way. */
function openPair(first: FormatName, second: FormatName, way: string): Promise<Ground> {
  const same = { name: 'same' };
  return openGround({
    providers: [
      { name: 'first', format: first, simulator: same },
      { name: 'second', format: second, simulator: same },
    ],
    routes: [
      routeOver([], {
        targets: [
          { provider: 'first', model: undefined },
          { provider: 'second', model: `backup!prefill=${way}` },
        ],
      }),
    ],
    policy: SHORT,
  });
}

async function uncut(ground: Ground, caller: CallerFormatName): Promise<string> {
  const answer = await ground.ask(askIn(caller, 'm', true));
  return readStream(caller, answer.text).text;
}

/** What is wrong with an answer that should be whole; empty when nothing is. */
function flaws(caller: CallerFormatName, body: string, isWhole: boolean, text: string): string {
  const read = readStream(caller, body);
  const seams = body.match(/^: gw continued by \S+ after \w+$/gm)?.length ?? 0;
  const found = [
    ...(read.text === text ? [] : [`said ${JSON.stringify(read.text)} for ${JSON.stringify(text)}`]),
    ...(read.end === 'whole' && isWhole ? [] : [`ended ${read.end}, ${isWhole ? 'whole' : 'broken'}`]),
    ...(seams === 1 ? [] : [`${seams} seams`]),
    ...read.breaches,
  ];
  return found.join('; ');
}

function storyOf({ outcome, continued, attempts, served }: Trail): string {
  const tries = attempts.map(({ target, continued: how, fault }) =>
    [target.provider, how?.how, fault].filter((word) => word !== undefined).join(' '),
  );
  return `${outcome} ${continued} ${served?.provider}: ${tries.join(', ')}`;
}

describe.each(CALLERS)('a caller of %s', (caller) => {
  test.each(PROVIDERS)(
    'gets its whole answer from two providers of %s when the first breaks off [promise:cut-continued]',
    async (format) => {
      const wrong: string[] = [];
      for (const way of WAYS) {
        const ground = await openPair(format, format, way);
        const text = await uncut(ground, caller);
        await forEach(CUTS, 5, async (cut) => {
          const answer = await ground.ask(askIn(caller, `m!${cut}`, true));
          const trail = await ground.trailOf(answer);
          const flaw = flaws(caller, answer.text, answer.whole, text);
          if (flaw !== '' || trail.outcome !== 'served' || trail.continued !== true)
            wrong.push(`${way} ${cut}: ${flaw} (${storyOf(trail)})`);
        });
        expect(ground.logLines.filter((line) => line.includes('crashed'))).toEqual([]);
        await ground.close();
      }
      expect(wrong).toEqual([]);
    },
    30_000,
  );
});
