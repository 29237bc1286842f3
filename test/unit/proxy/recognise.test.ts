import { describe, expect, test } from 'vitest';

import { recognise } from '../../../src/proxy/arrival/recognise.ts';

const meaning = (line: string): string => {
  const [method = '', url = ''] = line.split(' ');
  const found = recognise(method, url);
  return found.is === 'operation' ? found.operation : found.is === 'local' ? found.answer : 'unknown';
};

/** The operation and the caller's format. */
const spoken = (line: string, dialect?: 'anthropic-messages' | 'gemini'): string => {
  const [method = '', url = ''] = line.split(' ');
  const found = recognise(method, url, dialect);
  return `${found.format} ${found.is === 'operation' ? found.operation : found.is}`;
};

describe('the format of a request', () => {
  test.each([
    ['POST /v1/messages?beta=true', 'anthropic-messages chat'],
    ['POST /messages', 'anthropic-messages chat'],
    ['POST /v1/messages/count_tokens', 'anthropic-messages count-tokens'],
    ['POST /v1/messages/batches', 'anthropic-messages other'],
    ['POST /v1/responses', 'openai-responses chat'],
    ['POST /responses', 'openai-responses chat'],
    ['POST /v1/responses/compact', 'openai-responses compact'],
    ['POST /v1/responses/input_tokens', 'openai-responses count-tokens'],
    ['GET /v1/responses/resp_1', 'openai-responses other'],
    ['POST /v1beta/models/gemini-2.5-pro:generateContent', 'gemini chat'],
    ['POST /v1/models/gemini-2.5-pro:streamGenerateContent?alt=sse', 'gemini chat'],
    ['POST /v1beta/models/vendor/model:free:generateContent', 'gemini chat'],
    ['POST /v1beta/models/m:countTokens', 'gemini count-tokens'],
    ['POST /v1beta/models/m:batchEmbedContents', 'gemini embeddings'],
    ['POST /v1beta/models/m:predict', 'gemini other'],
    ['POST /v1beta1/projects/p/locations/l/publishers/google/models/m:generateContent', 'gemini chat'],
    ['POST /v1beta/tunedModels/mine:generateContent', 'gemini chat'],
    ['GET /v1beta/models', 'gemini local'],
    ['GET /v1/models', 'openai-chat local'],
    ['GET /nothing', 'openai-chat unknown'],
  ])('%s is %s', (line, wanted) => {
    expect(spoken(line)).toBe(wanted);
  });

  test('shows in the headers where formats share a path', () => {
    expect(spoken('GET /v1/models', 'anthropic-messages')).toBe('anthropic-messages local');
    expect(spoken('GET /v1/models', 'gemini')).toBe('gemini local');
    expect(spoken('GET /v1/nothing', 'anthropic-messages')).toBe('anthropic-messages other');
  });
});

describe('a request line', () => {
  test.each([
    ['POST /v1/chat/completions', 'chat'],
    ['POST /chat/completions', 'chat'],
    ['POST /v1/v1/chat/completions', 'chat'],
    ['POST //v1///chat/completions/', 'chat'],
    ['POST /v1/chat/completions?beta=true', 'chat'],
    ['POST /v1/completions', 'completions'],
    ['POST /v1/embeddings', 'embeddings'],
    ['POST /v1/moderations', 'moderations'],
    ['POST /v1/images/generations', 'images.generate'],
    ['POST /v1/images/edits', 'images.edit'],
    ['POST /v1/audio/speech', 'audio.speech'],
    ['POST /v1/audio/transcriptions', 'audio.transcribe'],
    ['POST /v1/files', 'other'],
    ['GET /v1/files/x', 'other'],
    ['DELETE /v1/files/x', 'other'],
    ['GET /v1/chat/completions', 'unknown'],
    ['GET /', 'hello'],
    ['HEAD /', 'hello'],
    ['GET /v1', 'hello'],
    ['HEAD /api/hello', 'hello'],
    ['GET /v1/models', 'models'],
    ['GET /models', 'models'],
    ['GET /v1/models/openai/gpt-4o', 'model'],
    ['POST /api/event_logging/batch', 'telemetry'],
    ['POST /', 'unknown'],
    ['GET /favicon.ico', 'unknown'],
    ['POST /v2/chat/completions', 'unknown'],
    ['POST /constructor', 'unknown'],
    ['POST /v1/../admin', 'unknown'],
    ['POST /v1/./files', 'unknown'],
    ['POST /v1/%2E%2e/admin', 'unknown'],
    ['POST /v1/files/..', 'unknown'],
    ['GET http://elsewhere.example/v1/models', 'unknown'],
    ['POST /v1/files/...', 'other'],
    ['POST /v1/files/.hidden', 'other'],
  ])('%s is %s', (line, wanted) => {
    expect(meaning(line)).toBe(wanted);
  });

  test('gives the path below the prefix, which joins any provider’s own', () => {
    expect(recognise('POST', '/v1//audio/speech/?a=b').path).toBe('/audio/speech');
    expect(recognise('GET', '/v1/files/a%20b').path).toBe('/files/a%20b');
  });
});
