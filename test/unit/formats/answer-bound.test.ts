import { describe, expect, test } from 'vitest';

import type { CallerFormatName } from '../../../src/core/operation.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';

const PATHS: Record<CallerFormatName, string> = {
  'openai-chat': '/chat/completions',
  'openai-responses': '/responses',
  'anthropic-messages': '/messages',
  gemini: '/models/m:generateContent',
};

function boundIn(format: CallerFormatName, body: string): number | undefined {
  const read = CALLER_FORMATS[format].readEnvelope(
    'chat',
    'application/json',
    Buffer.from(body),
    PATHS[format],
  );
  if (read.is !== 'ok') throw new Error(read.fault.message);
  return read.value.answerTokens;
}

describe("the caller's bound on the length of its answer", () => {
  test.each<[CallerFormatName, string]>([
    ['openai-chat', '{"model":"m","max_tokens":64}'],
    ['openai-chat', '{"model":"m","max_tokens":9,"max_completion_tokens": 64 }'],
    ['openai-responses', '{"model":"m","max_output_tokens":64}'],
    ['anthropic-messages', '{"model":"m","max_tokens":64}'],
    ['gemini', '{"generationConfig":{"maxOutputTokens":64}}'],
    ['gemini', '{"generation_config":{"max_output_tokens":64}}'],
  ])('%s: %s', (format, body) => {
    expect(boundIn(format, body)).toBe(64);
  });

  test.each<[CallerFormatName, string]>([
    ['openai-chat', '{"model":"m"}'],
    ['openai-chat', '{"model":"m","max_tokens":null}'],
    ['openai-chat', '{"model":"m","max_tokens":0}'],
    ['openai-responses', '{"model":"m","max_output_tokens":-64}'],
    ['openai-responses', '{"model":"m","max_output_tokens":6.4e1}'],
    ['anthropic-messages', '{"model":"m","max_tokens":"64"}'],
    ['anthropic-messages', '{"model":"m","max_tokens":12345678901}'],
    ['gemini', '{"generationConfig":{}}'],
  ])('is none in %s: %s', (format, body) => {
    expect(boundIn(format, body)).toBeUndefined();
  });
});
