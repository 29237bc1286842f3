import { describe, expect, test } from 'vitest';

import { FORMATS } from '../../src/formats/index.ts';
import { foldBody } from '../unit/formats/provider-format.ts';
import { bytesOf, hasRecordings, recordedExchanges } from './exchanges.ts';

const format = FORMATS['ollama-chat'];

describe.skipIf(!hasRecordings)('recorded answers of Ollama', () => {
  const all = hasRecordings ? recordedExchanges('ollama.chat') : [];

  test('are there', () => {
    expect(all.length).toBeGreaterThanOrEqual(5);
  });

  test('are read as what stands in them', () => {
    for (const { response } of all.filter(({ response: { status } }) => status === 200)) {
      const { message, ...rest } = JSON.parse(bytesOf(response).toString());
      const { parts, usage, finish } = foldBody(format, bytesOf(response).toString());
      const calls = parts.filter((part) => part.kind === 'call');
      expect(parts.flatMap((part) => (part.kind === 'reasoning' ? part.text : [])).join('')).toBe(
        message.thinking ?? '',
      );
      expect(parts.flatMap((part) => (part.kind === 'text' ? part.text : [])).join('')).toBe(message.content);
      expect(calls.map(({ id, name, arguments: given }) => ({ id, name, given: JSON.parse(given) }))).toEqual(
        (message.tool_calls ?? []).map(
          ({ id, function: called }: { id: string; function: { name: string; arguments: object } }) => ({
            id,
            name: called.name,
            given: called.arguments,
          }),
        ),
      );
      expect(usage).toEqual({ input: rest.prompt_eval_count, output: rest.eval_count });
      expect(finish?.reason).toBe(calls.length > 0 ? 'calls' : rest.done_reason);
    }
  });

  test('that refuse a model say so', () => {
    for (const { response } of all.filter(({ response: { status } }) => status >= 400)) {
      const answer = { status: response.status, contentType: 'application/json', body: bytesOf(response) };
      expect(format.classify(answer).code).toBe('upstream_model_missing');
    }
  });
});
