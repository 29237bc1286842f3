import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { FormatName } from '../../src/core/operation.ts';
import { keysOf } from '../../src/lib/expect.ts';
import { hasRecordings, type RecordedExchange, recordedExchanges } from './exchanges.ts';
import { type Reading, READERS } from './reading.ts';
import { contentTypeOf, openReplay, type Replay } from './replay.ts';

/** Recorded APIs that only providers speak. Their own libraries are not at hand, so callers are held against each other. */
const SOURCES = {
  'bedrock-converse': ['bedrock.converse', 'bedrock.converseStream'],
  'cohere-chat': ['cohere.chat'],
  'ollama-chat': ['ollama.chat'],
} as const satisfies Readonly<Partial<Record<FormatName, readonly string[]>>>;

/** Recordings that are no answers of a model in this format. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'converse_post_2e15425b.json#0': 'made by hand, with a tool result for an answer',
  'completion_command-r.yaml#0': 'of the older version of the API, whose answers have another shape',
};

const OTHERS = ['openai-responses', 'anthropic-messages', 'gemini'] as const;

for (const source of keysOf(SOURCES)) {
  describe.skipIf(!hasRecordings)(`recorded answers of ${source}`, () => {
    let replay: Replay;

    beforeAll(async () => {
      replay = await openReplay(source);
    });

    afterAll(() => replay.close());

    const answers = hasRecordings
      ? recordedExchanges(...SOURCES[source])
          .filter(({ response }) => response.status < 300)
          .filter(({ id }) => !keysOf(LEFT_OUT).some((end) => id.endsWith(end)))
      : [];
    for (const exchange of answers) {
      it(`${exchange.id} say the same to callers of every format`, () => compare(replay, exchange));
    }
  });
}

async function compare(replay: Replay, exchange: RecordedExchange): Promise<void> {
  const stream = !contentTypeOf(exchange).startsWith('application/json');
  replay.play(exchange);
  const chat = await READERS['openai-chat'](replay.origin, stream);
  expect(chat.text !== '' || chat.calls.length > 0 || chat.reasoning !== '' || chat.output === 0).toBe(true);
  expect(replay.trail?.usage).toMatchObject({ input: chat.input, output: chat.output });
  for (const format of OTHERS) {
    replay.play(exchange);
    expect(said(await READERS[format](replay.origin, stream)), format).toEqual(said(chat));
  }
}

/** Each format has words of its own for why an answer ended early; a call, the limit and a plain end are in all of them. */
function said({ finish, ...reading }: Reading): unknown {
  return { ...reading, finish: ['calls', 'length'].includes(finish) ? finish : 'stop' };
}
