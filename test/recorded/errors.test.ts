import * as anthropicSdk from '@anthropic-ai/sdk';
import { ApiError } from '@google/genai';
import * as openaiSdk from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { FaultCode } from '../../src/core/fault.ts';
import type { CallerFormatName, FormatName } from '../../src/core/operation.ts';
import { keysOf } from '../../src/lib/expect.ts';
import { bytesOf, hasRecordings, type RecordedExchange, recordedExchanges } from './exchanges.ts';
import { READERS } from './reading.ts';
import { openReplay, type Replay } from './replay.ts';

/** Recorded APIs by the format their errors are in. */
const APIS: Readonly<Record<FormatName, readonly string[]>> = {
  'openai-chat': ['openai.chat', 'openai.completions', 'openai.embeddings', 'openai.images'],
  'openai-responses': ['openai.responses', 'openai.responses.compact'],
  'anthropic-messages': ['anthropic.messages', 'anthropic.count_tokens', 'vertex.anthropic'],
  gemini: ['gemini.generate', 'gemini.stream', 'gemini.countTokens', 'gemini.embed'],
  'bedrock-converse': ['bedrock.converse', 'bedrock.converseStream', 'bedrock.countTokens'],
  'cohere-chat': ['cohere.chat', 'cohere.embed'],
  'ollama-chat': ['ollama.chat'],
};

/** What each recorded error means, read by a person. The first that fits. */
const MEANINGS: readonly (readonly [status: number, words: RegExp, fault: FaultCode])[] = [
  [401, /./, 'upstream_refused_key'],
  [404, /./, 'upstream_model_missing'],
  [429, /./, 'upstream_rate_limited'],
  [403, /not allowed to (sample|generate embeddings)/, 'upstream_model_missing'],
  [403, /security token/, 'upstream_refused_key'],
  [400, /does not exist|Supported models are|model identifier is invalid/, 'upstream_model_missing'],
  [400, /with this model|model does(n't| not) support/i, 'untranslatable'],
  // Bedrock says so of what one of its models does not take.
  [400, /extraneous key/, 'untranslatable'],
  [400, /without its required following item/, 'state_refused'],
  [400, /./, 'upstream_rejected'],
];

/** The class each library raises, by the status its own provider gives such an error. */
const CLASSES: Readonly<Record<string, readonly [openai: unknown, anthropic: unknown, google: number]>> = {
  upstream_refused_key: [openaiSdk.AuthenticationError, anthropicSdk.AuthenticationError, 401],
  upstream_model_missing: [openaiSdk.NotFoundError, anthropicSdk.NotFoundError, 404],
  upstream_rate_limited: [openaiSdk.RateLimitError, anthropicSdk.RateLimitError, 429],
  untranslatable: [openaiSdk.UnprocessableEntityError, anthropicSdk.UnprocessableEntityError, 422],
  upstream_rejected: [openaiSdk.BadRequestError, anthropicSdk.BadRequestError, 400],
  state_refused: [openaiSdk.BadRequestError, anthropicSdk.BadRequestError, 400],
};

const CALLERS = keysOf(READERS);

for (const source of keysOf(APIS)) {
  describe.skipIf(!hasRecordings)(`recorded errors of ${source}`, () => {
    let replay: Replay;

    beforeAll(async () => {
      replay = await openReplay(source);
    });

    afterAll(() => replay.close());

    const errors = hasRecordings
      ? recordedExchanges(...APIS[source]).filter(({ response }) => response.status >= 400)
      : [];
    for (const exchange of errors) {
      it.each(CALLERS)(`${exchange.id} raises the right error at a caller of %s`, (caller) =>
        check(replay, source, caller, exchange),
      );
    }
  });
}

async function check(
  replay: Replay,
  source: FormatName,
  caller: CallerFormatName,
  exchange: RecordedExchange,
): Promise<void> {
  replay.play(exchange);
  const words = bytesOf(exchange.response).toString();
  const { status } = exchange.response;
  const meaning = MEANINGS.find(([code, pattern]) => code === status && pattern.test(words))?.[2];
  const error: unknown = await READERS[caller](replay.origin, false).catch((thrown: unknown) => thrown);
  // Without the thoughts it is asked once more, and the recording refuses that too.
  const met = meaning === 'state_refused' ? [meaning, meaning] : [meaning];
  expect(replay.trail?.attempts.map(({ fault }) => fault)).toEqual(met);
  // A provider of the caller's own format is heard as it is, status and all.
  const [openai, anthropic, google] = CLASSES[meaning ?? ''] ?? [];
  if (caller === 'gemini') {
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: source === caller ? status : google });
  } else if (source === caller) {
    expect(error).toMatchObject({ status });
  } else {
    expect(error).toBeInstanceOf(caller === 'anthropic-messages' ? anthropic : openai);
  }
}
