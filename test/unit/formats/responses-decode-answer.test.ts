import { describe, expect, it, test } from 'vitest';

import { foldAnswer } from '../../../src/formats/hub/fold.ts';
import { TARGET, toProvider } from './responses-codec.ts';
import {
  args,
  brief,
  call,
  completed,
  created,
  decode,
  item,
  message,
  outputText,
  text,
} from './responses-events.ts';

describe('a stream', () => {
  it('begins with what is known of the answer, and ends with why it stopped', () => {
    expect(decode(created, text('a'), completed({ usage: { input_tokens: 1, output_tokens: 2 } }))).toEqual([
      { is: 'start', id: 'resp_1', model: 'gpt-5-2025', created: 7 },
      { is: 'open', part: { kind: 'text' } },
      { is: 'delta', text: 'a' },
      { is: 'close' },
      { is: 'usage', usage: { input: 1, output: 2 } },
      { is: 'finish', reason: 'stop', raw: 'completed' },
      { is: 'end' },
    ]);
  });

  it('whose items grow side by side is told one item after the other', () => {
    const events = decode(
      created,
      item('added', 0, call('a')),
      item('added', 1, call('b')),
      args('{"x"', 0),
      args('{', 1),
      args(':1}', 0),
      args('}', 1),
      item('done', 1, call('b', '{}')),
      item('done', 0, call('a', '{"x":1}')),
      completed(),
    );
    expect(brief(events)).toEqual(
      [
        'start',
        'open call a',
        '{"x"',
        ':1}',
        'close',
        'open call b',
        '{',
        '}',
        'close',
        'finish calls',
        'end',
      ].map((word) => (/^[{:}]/.test(word) ? JSON.stringify(word) : word)),
    );
  });

  test.each<[string, readonly object[]]>([
    ['deltas alone', [text('Hello'), text(' you')]],
    [
      'a whole part',
      [
        {
          type: 'response.content_part.done',
          output_index: 0,
          content_index: 0,
          part: outputText('Hello you'),
        },
      ],
    ],
    ['a whole item', [item('done', 0, message(outputText('Hello you')))]],
    ['nothing but the whole response', []],
    [
      'everything',
      [
        text('Hello'),
        text(' you'),
        { type: 'response.output_text.done', output_index: 0, content_index: 0, text: 'Hello you' },
        {
          type: 'response.content_part.done',
          output_index: 0,
          content_index: 0,
          part: outputText('Hello you'),
        },
        item('done', 0, message(outputText('Hello you'))),
      ],
    ],
  ])('is told once from %s', (_what, events) => {
    const output = [message(outputText('Hello you'))];
    expect(foldAnswer(decode(created, ...events, completed({ output }))).parts).toEqual([
      { kind: 'text', text: 'Hello you' },
    ]);
  });

  it('tells a call that only its item or the whole response has', () => {
    const whole = completed({ output: [message(outputText('a')), call('late', '{}')] });
    expect(foldAnswer(decode(created, text('a'), args('{}', 1), whole))).toMatchObject({
      parts: [{ kind: 'text' }, { kind: 'call', id: 'late', arguments: '{}' }],
      finish: { reason: 'calls' },
    });
    const done = [item('done', 0, call('c', '{"n":1.0}')), completed({ output: [call('c', '{"n":1.0}')] })];
    expect(foldAnswer(decode(created, ...done)).parts).toEqual([
      { kind: 'call', id: 'c', name: 'f', arguments: '{"n":1.0}' },
    ]);
  });

  it('keeps thoughts as paragraphs, with the state that belongs to them', () => {
    const think = (summary_index: number, delta: string): object => ({
      type: 'response.reasoning_summary_text.delta',
      output_index: 0,
      summary_index,
      delta,
    });
    const thought = {
      type: 'reasoning',
      id: 'rs_1',
      summary: [
        { type: 'summary_text', text: 'one' },
        { type: 'summary_text', text: 'two' },
      ],
      encrypted_content: 'E',
    };
    const folded = foldAnswer(
      decode(
        created,
        item('added', 0, { type: 'reasoning', id: 'rs_1', summary: [] }),
        think(0, 'o'),
        think(0, 'ne'),
        think(1, 'two'),
        item('done', 0, thought),
        completed(),
      ),
    );
    const owner = { format: 'openai-responses', provider: 'here', model: 'm' };
    const parts = [
      {
        kind: 'reasoning',
        text: 'one\n\ntwo',
        summary: true,
        opaque: [
          { ...owner, kind: 'encrypted', data: 'E' },
          { ...owner, kind: 'item', data: 'rs_1' },
        ],
      },
    ];
    expect(folded.parts).toEqual(parts);
    const body = Buffer.from(JSON.stringify({ status: 'completed', output: [thought] }));
    expect(foldAnswer(toProvider.decodeAnswer(body, TARGET)).parts).toEqual(parts);
  });

  it('tells a thought once that comes in its own words and in a summary', () => {
    const events = decode(
      created,
      { type: 'response.reasoning_text.delta', output_index: 0, content_index: 0, delta: 'raw' },
      { type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index: 0, delta: 'short' },
      completed(),
    );
    expect(foldAnswer(events).parts).toEqual([{ kind: 'reasoning', text: 'raw' }]);
  });

  it('takes addresses from events, and from the part where there were none', () => {
    const annotation = { type: 'url_citation', url: 'u', title: 't', start_index: 0, end_index: 1 };
    const citations = [{ url: 'u', title: 't', start: 0, end: 1 }];
    const added = {
      type: 'response.output_text.annotation.added',
      output_index: 0,
      content_index: 0,
      annotation,
    };
    const files = { type: 'file_citation', file_id: 'f', filename: 'n', index: 0 };
    const done = item('done', 0, message(outputText('a', [annotation, files])));
    expect(foldAnswer(decode(created, text('a'), added, done, completed())).parts).toEqual([
      { kind: 'text', text: 'a', citations },
    ]);
    expect(foldAnswer(decode(created, text('a'), done, completed())).parts).toEqual([
      { kind: 'text', text: 'a', citations },
    ]);
  });

  it('says that the model refused, in its words', () => {
    const refusal = { type: 'response.refusal.delta', output_index: 0, content_index: 0, delta: 'No.' };
    expect(foldAnswer(decode(created, refusal, completed()))).toMatchObject({
      parts: [{ kind: 'refusal', text: 'No.' }],
      finish: { reason: 'refusal' },
    });
  });

  test.each([
    ['max_output_tokens', 'length'],
    ['content_filter', 'filter'],
    ['boredom', 'other'],
  ])('that is incomplete because of %s finishes with %s', (reason, finish) => {
    const incomplete = {
      type: 'response.incomplete',
      response: { status: 'incomplete', incomplete_details: { reason }, output: [] },
    };
    expect(foldAnswer(decode(created, text('a'), incomplete)).finish).toMatchObject({
      reason: finish,
      raw: reason,
    });
  });

  it('passes over signs of life and what it does not know, and says that a tool of the provider is left out', () => {
    const search = { type: 'web_search_call', id: 'ws_1', status: 'completed' };
    const events = decode(
      created,
      { type: 'keepalive', sequence_number: 1 },
      { type: 'response.web_search_call.searching', output_index: 0 },
      item('done', 0, search),
      '{"type":"response.outp',
      text('a', 1),
      completed({ output: [search, message(outputText('a'))] }),
      '[DONE]',
    );
    expect(brief(events)).toEqual([
      'start',
      'ping',
      'lost',
      'malformed',
      'open text',
      '"a"',
      'lost',
      'close',
      'finish stop',
      'end',
    ]);
  });

  it('that fails says why, and nothing after', () => {
    const failed = {
      type: 'response.failed',
      response: {
        error: { code: 'rate_limit_exceeded', message: 'x' },
        usage: { input_tokens: 3, output_tokens: 0 },
      },
    };
    const error = { type: 'error', error: { code: 'insufficient_quota', message: 'x' } };
    expect(brief(decode(created, failed, text('a')))).toEqual([
      'start',
      'usage',
      'error upstream_rate_limited',
    ]);
    expect(brief(decode(created, error))).toEqual(['start', 'error upstream_out_of_credit']);
  });

  it('that is complete without a word is no answer, but one that met a limit is', () => {
    expect(decode(created, completed()).at(-1)).toMatchObject({
      is: 'error',
      fault: { code: 'upstream_garbled' },
    });
    const response = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
    expect(brief(decode(created, { type: 'response.incomplete', response }))).toEqual([
      'start',
      'finish length',
      'end',
    ]);
  });

  it('that breaks off never ends tidily', () => {
    expect(brief(decode(created, text('a')))).toEqual([
      'start',
      'open text',
      '"a"',
      'close',
      'error stream_broken',
    ]);
    expect(brief(decode(created))).toEqual(['start', 'error upstream_garbled']);
    expect(brief(decode())).toEqual(['error upstream_garbled']);
  });
});
