import { afterEach, describe, expect, test } from 'vitest';

import { type CallerFormatName, FORMAT_NAMES, type FormatName } from '../../src/core/operation.ts';
import { CALLER_FORMATS } from '../../src/formats/index.ts';
import { keysOf } from '../../src/lib/expect.ts';
import { readStream } from '../contract/stream-contracts.ts';
import { AI_SDK_CALLERS } from './ai-sdk-callers.ts';
import { forEach } from './for-each.ts';
import { closeGrounds, type Ground, NO_BREAKER, openGround, until } from './ground.ts';
import { SDK_CALLERS } from './sdk-callers.ts';
import { askIn } from './translated-asking.ts';

afterEach(closeGrounds);

const FORMATS = keysOf(FORMAT_NAMES);
const CALLERS = keysOf(CALLER_FORMATS);
// Only silence after the first content is to be noticed soon: what comes late on a busy machine is no fault of its own.
const SHORT = {
  ...NO_BREAKER,
  retries: 0,
  firstContentMs: 30_000,
  answerMs: 30_000,
  idleMs: 400,
  onCut: 'error' as const,
};

function openPair(format: FormatName): Promise<Ground> {
  const providers = ['first', 'second'].map((name) => ({ name, format, simulator: { name: 'same' } }));
  return openGround({ providers, policy: SHORT });
}

async function expectCalm(ground: Ground): Promise<void> {
  expect(ground.logLines.filter((line) => line.includes('crashed'))).toEqual([]);
  await until(
    () =>
      ['first', 'second'].every((name) => ground.simulator(name).calls.every(({ end }) => end !== 'open')),
    'every upstream call ended',
  );
}

/** How an answer ended for its caller, in a word, or what is wrong with it. */
async function endOf(ground: Ground, caller: CallerFormatName, fault: string, text: string): Promise<string> {
  const answer = await ground.ask(askIn(caller, `m!text=${text}+${fault}`, true));
  const { outcome, served, attempts } = await ground.trailOf(answer);
  const read = readStream(caller, answer.text);
  const story = `${outcome} ${served?.provider ?? 'nobody'} ${read.end} ${answer.whole ? 'whole' : 'broken'}`;
  if (read.breaches.length > 0) return `${story}: ${read.breaches.join()}`;
  if (story === 'cut nobody error broken' && text.startsWith(read.text)) return 'told';
  if (story === 'served first whole whole' && read.text === text) return 'first';
  // The second is not asked for this text.
  if (story === 'served second whole whole' && read.text !== text && attempts.length === 2) return 'second';
  return `${story}: ${read.text}`;
}

const TEXT = 'Hi to you all.';
/** Every so many bytes a request: every byte is tried by the contract of the codecs. */
const STRIDE = 11;

describe.each(FORMATS)('a stream of %s', (provider) => {
  test.each(CALLERS.filter((caller) => caller !== provider))(
    'broken anywhere is another target’s, an explicit error or a success for a caller of %s',
    async (caller) => {
      const ground = await openPair(provider);
      const home = await ground.ask(askIn(caller, `m!text=${TEXT}`, true));
      const { attempts } = await ground.trailOf(home);
      const length = attempts[0]?.bytes ?? 0;
      const form = ['reset@byte', 'fin@byte', 'cut;by=end@byte'][CALLERS.indexOf(caller) % 3] ?? '';
      const ends = new Map<string, string[]>();
      const offsets = Array.from({ length: Math.floor(length / STRIDE) }, (_, at) => at * STRIDE);
      await forEach(offsets, 16, async (at) => {
        const [name = '', place = ''] = form.split('@');
        const [plain = '', option] = name.split(';');
        const fault = `${plain}@${place}=${at}${option === undefined ? '' : `;${option}`}`;
        const end = await endOf(ground, caller, fault, TEXT);
        ends.set(end, [...(ends.get(end) ?? []), `${fault} of ${length}`]);
      });
      for (const end of ['told', 'first', 'second']) ends.delete(end);
      expect(Object.fromEntries(ends)).toEqual({});
      await expectCalm(ground);
    },
    240_000,
  );
});

/** Faults after the first content. */
const AFTER = [
  'tokens=9+reset@token=3',
  'tokens=9+fin@token=3',
  'tokens=9+cut@token=3;by=end',
  'tokens=9+stall@token=3',
  'tokens=9+error-in-200@token=3',
  'tokens=9+error-in-200@token=3;code=rate_limit_exceeded;status=429',
  'tokens=9+fin-no-terminal',
];

describe.each([...SDK_CALLERS, ...AI_SDK_CALLERS])('$name', (caller) => {
  test.each(FORMATS)('raises an error when a stream of %s breaks off', async (provider) => {
    const quiet: string[] = [];
    await forEach(AFTER, 8, async (fault) => {
      const own = await openPair(provider);
      own.simulator('first').setFault(fault);
      const heard = await caller
        .open(`http://127.0.0.1:${own.port}`)
        .ask('Tell me something.')
        .then(JSON.stringify, () => 'raised');
      await until(() => own.trails.length === 1, 'the exchange ended');
      if (heard !== 'raised' || own.trails[0]?.outcome !== 'cut')
        quiet.push(`${fault}: ${heard} ${own.trails[0]?.outcome}`);
      await expectCalm(own);
    });
    expect(quiet).toEqual([]);
  });
});
