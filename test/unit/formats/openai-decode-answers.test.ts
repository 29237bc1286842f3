import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeAnswer } from '../../../src/formats/openai-chat/decode-answer.ts';
import {
  call,
  chunk,
  cut,
  decodeChunks,
  decodeMessage,
  expectGrammar,
  finishOf,
  host,
  partsOf,
} from './chat-samples.ts';

describe('a chat answer', () => {
  it('tells a refusal, and names it as the reason', () => {
    const events = decodeMessage({ content: null, refusal: 'I cannot.' });
    expect(partsOf(events)).toEqual([{ kind: 'refusal', text: 'I cannot.' }]);
    expect(finishOf(events)).toBe('refusal');
  });

  it('cites its sources, wherever the annotations come', () => {
    const annotation = {
      type: 'url_citation',
      url_citation: { url: 'https://x.example', title: 'X', start_index: 2, end_index: 5 },
    };
    const cited = [
      {
        kind: 'text',
        text: 'as said',
        citations: [{ url: 'https://x.example', title: 'X', start: 2, end: 5 }],
      },
    ];
    expect(
      partsOf(decodeMessage({ content: 'as said', annotations: [annotation, { type: 'file' }] })),
    ).toEqual(cited);
    expect(
      partsOf(decodeChunks([chunk({ annotations: [annotation] }), chunk({ content: 'as said' }), '[DONE]'])),
    ).toEqual(cited);
    const unplaced = {
      ...annotation,
      url_citation: { url: 'https://x.example', start_index: 0, end_index: 0 },
    };
    expect(partsOf(decodeMessage({ content: 'a', annotations: [unplaced] }))).toMatchObject([
      { citations: [{ url: 'https://x.example' }] },
    ]);
  });

  it('cites what is told beside it, once, though every chunk repeats it', () => {
    const beside = {
      citations: ['https://x.example', 'https://y.example'],
      search_results: [
        { title: 'X', url: 'https://x.example', date: '2026-01-01' },
        { title: '', url: 'https://y.example' },
        { title: 'no address' },
      ],
    };
    const cited = (citations: object[]) => [{ kind: 'text', text: 'as said', citations }];
    const both = [{ url: 'https://x.example', title: 'X' }, { url: 'https://y.example' }];
    const pieces = [chunk({ content: 'as' }), chunk({ content: ' said' }), chunk({}, 'stop')];
    const told = (more: object) =>
      decodeChunks([...pieces.map((piece) => ({ ...Object(piece), ...more })), '[DONE]']);
    expect(partsOf(told(beside))).toEqual(cited(both));
    const { citations } = beside;
    expect(partsOf(told({ citations }))).toEqual(cited(citations.map((url) => ({ url }))));
    const choices = [{ index: 0, message: { content: 'as said' }, finish_reason: 'stop' }];
    const whole = decodeAnswer(Buffer.from(JSON.stringify({ choices, ...beside })), host());
    expect(partsOf(whole)).toEqual(cited(both));
    expect(partsOf(told({ citations: null, search_results: 'none' }))).toEqual([
      { kind: 'text', text: 'as said' },
    ]);
  });

  it('is the first of several', () => {
    const choices = [
      { index: 1, message: { content: 'second' }, finish_reason: 'length' },
      { index: 0, message: { content: 'first' }, finish_reason: 'stop' },
    ];
    const events = decodeAnswer(Buffer.from(JSON.stringify({ choices })), host());
    expect(partsOf(events)).toEqual([{ kind: 'text', text: 'first' }]);
    expect(finishOf(events)).toBe('stop');
  });

  it('is none without choices, with an error in it, or when it is no JSON', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['', 'upstream_garbled'],
      ['<html>', 'upstream_garbled'],
      ['[]', 'upstream_garbled'],
      ['{"choices":[]}', 'upstream_garbled'],
      ['{"choices":"x"}', 'upstream_garbled'],
      ['{"error":{"message":"no","code":"context_length_exceeded"}}', 'context_overflow'],
      ['{"object":"error","message":"model not found","code":404}', 'upstream_model_missing'],
    ];
    for (const [body, code] of cases)
      expect(decodeAnswer(Buffer.from(body), host())).toMatchObject([{ is: 'error', fault: { code } }]);
  });

  it('says the same whole and as a stream, however it was cut', () => {
    const anyMessage = fc.record(
      {
        reasoning_content: fc.string({ minLength: 1 }),
        content: fc.string({ minLength: 1 }),
        refusal: fc.string({ minLength: 1 }),
        tool_calls: fc.array(
          fc.record({ id: fc.uuid(), name: fc.constantFrom('f', 'g'), arguments: fc.json({ maxDepth: 2 }) }),
          { maxLength: 3 },
        ),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(anyMessage, fc.integer({ min: 1, max: 7 }), (message, size) => {
        const { tool_calls: calls, ...texts } = message;
        const deltas = Object.entries(texts).flatMap(([name, text]) =>
          cut(text, size).map((piece) => ({ [name]: piece })),
        );
        const pieces = calls.flatMap(({ id, name, arguments: given }, index) => [
          { tool_calls: [call(index, { id, name, arguments: '' })] },
          ...cut(given, size).map((piece) => ({ tool_calls: [call(index, { arguments: piece })] })),
        ]);
        const streamed = decodeChunks([
          ...[...deltas, ...pieces].map((delta) => chunk(delta)),
          chunk({}, 'stop'),
        ]);
        const whole = decodeMessage({
          ...texts,
          tool_calls: calls.map(({ id, ...given }) => call(undefined, { id, ...given })),
        });
        expect(partsOf(streamed)).toEqual(partsOf(whole));
        expect(finishOf(streamed)).toBe(finishOf(whole));
      }),
    );
  });

  it('never breaks its reader, whatever is in it', () => {
    const odd = fc.jsonValue({ maxDepth: 3 });
    const anyDelta = fc.dictionary(
      fc.constantFrom(
        'content',
        'reasoning',
        'reasoning_details',
        'tool_calls',
        'annotations',
        'refusal',
        'audio',
        'function_call',
        '__proto__',
      ),
      fc.oneof(
        odd,
        fc.array(
          fc.dictionary(
            fc.constantFrom('index', 'id', 'type', 'text', 'data', 'function', 'custom', 'url_citation'),
            odd,
          ),
        ),
      ),
    );
    const anyEvent = fc.oneof(
      fc.json(),
      fc.string(),
      fc.constant('[DONE]'),
      anyDelta.map((delta) => JSON.stringify(chunk(delta))),
      anyDelta.map((delta) =>
        JSON.stringify({ choices: [{ message: delta }, delta], usage: delta, error: null }),
      ),
    );
    fc.assert(
      fc.property(fc.array(anyEvent), fc.boolean(), (events, tagged) => {
        const quirks = tagged ? (['think-tags'] as const) : [];
        expectGrammar(decodeChunks(events, ...quirks));
        for (const event of events) expectGrammar(decodeAnswer(Buffer.from(event), host(...quirks)));
      }),
    );
  });
});
