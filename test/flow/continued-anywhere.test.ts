import { afterEach, describe, expect, test } from 'vitest';

import { FORMAT_NAMES } from '../../src/core/operation.ts';
import { CALLER_FORMATS } from '../../src/formats/index.ts';
import { keysOf } from '../../src/lib/expect.ts';
import { readStream } from '../contract/stream-contracts.ts';
import { AI_SDK_CALLERS } from './ai-sdk-callers.ts';
import { openPair } from './continued-ground.ts';
import { forEach } from './for-each.ts';
import { closeGrounds, until } from './ground.ts';
import { SDK_CALLERS } from './sdk-callers.ts';
import { askIn } from './translated-asking.ts';

afterEach(closeGrounds);

const CALLERS = keysOf(CALLER_FORMATS);
const PROVIDERS = keysOf(FORMAT_NAMES);

const TEXT = 'Hi to you all, how do you do?';
/** Every so many bytes a request; with the three forms each byte is near one. */
const STRIDE = 3;

describe.each(CALLERS)('a stream to a caller of %s broken at every byte', (caller) => {
  test.each(['reset', 'fin', 'cut;by=end'])(
    'by %s is whole, or told to be broken',
    async (form) => {
      const ground = await openPair(caller, caller, `continue+text=${TEXT}`);
      const home = await ground.trailOf(await ground.ask(askIn(caller, `m!text=${TEXT}`, true)));
      const length = home.attempts[0]?.bytes ?? 0;
      const [name = '', option] = form.split(';');
      const wrong: string[] = [];
      const offsets = Array.from({ length: Math.floor(length / STRIDE) }, (_, at) => at * STRIDE);
      let told = 0;
      await forEach(offsets, 16, async (at) => {
        const fault = `${name}@byte=${at}${option === undefined ? '' : `;${option}`}`;
        const answer = await ground.ask(askIn(caller, `m!text=${TEXT}+${fault}`, true));
        const read = readStream(caller, answer.text);
        const { outcome, continued } = await ground.trailOf(answer);
        // Behind the reason why the model stopped, an end mark is not owed in every format.
        const isEnded = read.end === 'whole' || (read.end === 'none' && continued === undefined);
        const isWhole = isEnded && answer.whole && read.text === TEXT && outcome === 'served';
        const isTold = read.end === 'error' && !answer.whole && read.text === TEXT && outcome === 'cut';
        if (isTold) told++;
        if (!(isWhole || isTold) || read.breaches.length > 0)
          wrong.push(`${fault}: ${outcome} ${read.end} ${answer.whole} ${read.breaches.join()} ${read.text}`);
      });
      expect(wrong).toEqual([]);
      // Only what broke behind the reason why the model stopped: there is nothing to go on with.
      expect(told / offsets.length).toBeLessThan(0.15);
    },
    240_000,
  );
});

describe.each([...SDK_CALLERS, ...AI_SDK_CALLERS])('$name', (library) => {
  test.each(PROVIDERS)('reads an answer of %s in pieces as one', async (format) => {
    const heard = await Promise.all(
      [undefined, 'reset@token=9', 'stall@token=9', 'error-in-200@token=9'].map(async (fault) => {
        const ground = await openPair(format, format, 'continue');
        if (fault !== undefined) ground.simulator('first').setFault(fault);
        const turns = await library.open(`http://127.0.0.1:${ground.port}`).ask('Tell me something.');
        await until(() => ground.trails.length === 1, 'the exchange ended');
        return turns.map(({ text, finish, calls }) => ({ text, finish, calls: calls.length }));
      }),
    );
    const [uncutOne, ...inPieces] = heard;
    for (const one of inPieces) expect(one).toEqual(uncutOne);
  });
});
