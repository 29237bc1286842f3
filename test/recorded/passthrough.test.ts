import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CallerFormatName } from '../../src/core/operation.ts';
import { bytesOf, hasRecordings, type RecordedExchange, recordedExchanges } from './exchanges.ts';
import { openReplay, OTHER_MODEL, type Replay } from './replay.ts';

/** Every recorded API that callers of these formats use; OpenAI's older ones are in a test of their own. */
const APIS: Readonly<Partial<Record<CallerFormatName, readonly string[]>>> = {
  'openai-responses': ['openai.responses', 'openai.responses.compact', 'openai.responses.input_tokens'],
  'anthropic-messages': ['anthropic.messages', 'anthropic.count_tokens'],
  gemini: ['gemini.generate', 'gemini.stream', 'gemini.countTokens', 'gemini.embed'],
};

/** Counts that the provider refused, and gw estimates. */
const ESTIMATED = /count_tokens_error/;
/** After the event that ends an answer OpenRouter sends one more, which no client of this format waits for. */
const LATE_MARK = 'data: [DONE]\n\n';

/** Vertex AI has its projects in the path; below them it is the same API. */
const PREFIX = /^.*?(?=\/(?:models|responses|messages)(?:\/|\?|$))/;

for (const [format, apis] of Object.entries(APIS) as [CallerFormatName, readonly string[]][]) {
  describe.skipIf(!hasRecordings)(`recorded traffic of ${format}`, () => {
    let replay: Replay;
    const version = format === 'gemini' ? '/v1beta' : '/v1';

    beforeAll(async () => {
      replay = await openReplay(format, version);
    });

    afterAll(() => replay.close());

    const exchanges = hasRecordings ? recordedExchanges(...apis) : [];
    for (const [index, exchange] of exchanges.entries()) {
      const sent = bytesOf(exchange.request);
      if (sent.length === 0 || exchange.request.method !== 'POST') continue;
      it(`${index} ${exchange.api} ${exchange.id}`, () => check(replay, version, exchange, sent));
    }
  });
}

/** Bytes in are bytes out, but for the name of the model. */
async function check(
  replay: Replay,
  version: string,
  exchange: RecordedExchange,
  sent: Buffer,
): Promise<void> {
  replay.play(exchange);
  const url = new URL(exchange.request.url, 'https://host');
  const asked = (url.pathname + url.search).replace(PREFIX, '');
  const answer = await replay.ask({ path: version + asked, body: sent });
  const theirs = bytesOf(exchange.response);
  if (ESTIMATED.test(exchange.id)) {
    expect(exchange.response.status).toBe(404);
    expect(answer.status).toBe(200);
    return;
  }
  expect(answer.status, answer.body.toString()).toBe(exchange.response.status);
  const [ours, whole] = [answer.body.toString('latin1'), theirs.toString('latin1')];
  if (whole.endsWith(LATE_MARK)) expect([whole, whole.slice(0, -LATE_MARK.length)]).toContain(ours);
  else expect(ours).toBe(whole);
  if (exchange.response.status < 400) expect(replay.trail?.message).toBeUndefined();
  expect(replay.received.body.toString('latin1')).toBe(renamed(sent, asked));
  expect(replay.received.path).toBe(version + renamedPath(asked));
}

function renamed(sent: Buffer, asked: string): string {
  const text = sent.toString('latin1');
  // In the path of a model its name stands in the path, and in some bodies again.
  if (asked.startsWith('/models/'))
    return text.replaceAll(/("model"\s*:\s*)"models\/[^"]*"/g, `$1"models/${OTHER_MODEL}"`);
  return text.replace(/("model"\s*:\s*)("[^"]*"|null)/, `$1"${OTHER_MODEL}"`);
}

function renamedPath(asked: string): string {
  return asked.replace(/^\/models\/[^:?]*/, `/models/${OTHER_MODEL}`);
}
