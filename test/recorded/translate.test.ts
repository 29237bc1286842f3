import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CallerFormatName } from '../../src/core/operation.ts';
import { hasRecordings, type RecordedExchange, recordedExchanges } from './exchanges.ts';
import { type Reading, READERS } from './reading.ts';
import { contentTypeOf, openReplay, type Replay } from './replay.ts';
import { EXCEPTIONS } from './translate-exceptions.ts';

/** Recorded APIs whose answers are conversations, by the format they are in. */
const SOURCES: Readonly<Record<CallerFormatName, readonly string[]>> = {
  'openai-chat': ['openai.chat'],
  'openai-responses': ['openai.responses'],
  'anthropic-messages': ['anthropic.messages', 'vertex.anthropic'],
  gemini: ['gemini.generate', 'gemini.stream'],
};
const FORMATS: readonly CallerFormatName[] = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini',
];

const replays = new Map<CallerFormatName, Replay>();

beforeAll(async () => {
  for (const format of FORMATS) replays.set(format, await openReplay(format));
});

afterAll(async () => {
  for (const replay of replays.values()) await replay.close();
});

for (const source of FORMATS) {
  const exchanges = hasRecordings
    ? recordedExchanges(...SOURCES[source]).filter(({ response }) => response.status < 300)
    : [];
  for (const caller of FORMATS.filter((format) => format !== source)) {
    describe.skipIf(!hasRecordings)(`recorded answers of ${source}, read by callers of ${caller}`, () => {
      for (const exchange of exchanges) {
        it(exchange.id, () => compare(source, caller, exchange));
      }
    });
  }
}

/** What the library of the caller's format reads through gw is what the provider's own library reads without it. */
async function compare(
  source: CallerFormatName,
  caller: CallerFormatName,
  exchange: RecordedExchange,
): Promise<void> {
  const replay = replays.get(source);
  if (!replay) throw new Error('no replay');
  replay.play(exchange);
  const stream = /event-stream/.test(contentTypeOf(exchange)) || isArrayStream(exchange);
  const theirs = await attempt(() => READERS[source](replay.direct, stream));
  const ours = await attempt(() => READERS[caller](replay.origin, stream));
  const exception = EXCEPTIONS.find(({ ends }) => exchange.id.endsWith(ends));
  if (exception) {
    expect(asSaid(ours, caller), exception.why).not.toEqual(expected(theirs, ours, caller));
    return;
  }
  expect(asSaid(ours, caller)).toEqual(expected(theirs, ours, caller));
}

function isArrayStream({ api }: RecordedExchange): boolean {
  return api === 'gemini.stream';
}

async function attempt(read: () => Promise<Reading>): Promise<Heard> {
  try {
    return await read();
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

/** The finish reasons each format has a word for; what it has none for is told as `stop`. */
const WORDS: Readonly<Record<CallerFormatName, readonly string[]>> = {
  'openai-chat': ['stop', 'length', 'calls', 'filter'],
  'openai-responses': ['stop', 'length', 'calls', 'filter', 'refusal'],
  'anthropic-messages': ['stop', 'length', 'calls', 'refusal', 'pause', 'context'],
  gemini: ['stop', 'length', 'calls', 'filter'],
};

/** A provider that does not count says nothing, where some formats must say a number; errors have words of their own. */
function expected(theirs: Heard, ours: Heard, caller: CallerFormatName): unknown {
  if ('failed' in theirs) return 'failed' in ours ? ours : theirs;
  if ('failed' in ours) return asSaid(theirs, caller);
  const { input = ours.input, output = ours.output } = theirs;
  // A tool that takes text becomes one with a single field where a format has no such tools.
  const calls = theirs.calls.map((call) =>
    typeof call.arguments === 'string' && !caller.startsWith('openai')
      ? { ...call, arguments: { input: call.arguments } }
      : call,
  );
  return asSaid({ ...theirs, calls, input, output }, caller);
}

type Heard = Reading | { readonly failed: string };

function asSaid(reading: Heard, caller: CallerFormatName): unknown {
  if ('failed' in reading) return reading;
  const finish = caller === 'anthropic-messages' && reading.finish === 'filter' ? 'refusal' : reading.finish;
  return { ...reading, finish: WORDS[caller].includes(finish) ? finish : 'stop' };
}
