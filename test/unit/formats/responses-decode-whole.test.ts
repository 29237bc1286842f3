import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';

import { TARGET, toProvider } from './responses-codec.ts';
import { brief, call, decode, expectRules, message, outputText } from './responses-events.ts';

describe('a whole answer', () => {
  const whole = (body: unknown): string[] =>
    brief(
      toProvider.decodeAnswer(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), TARGET),
    );

  it('is told in order', () => {
    expect(
      whole({
        id: 'resp_1',
        status: 'completed',
        output: [
          { type: 'reasoning', id: 'rs', summary: [] },
          { type: 'reasoning', id: 'rs', summary: [], encrypted_content: 'E' },
          message(outputText('a'), { type: 'refusal', refusal: 'no' }),
          { type: 'custom_tool_call', call_id: 'c', name: 'p', input: 'x' },
        ],
      }),
    ).toEqual([
      'start',
      'open reasoning',
      'opaque',
      'opaque',
      'close',
      'open text',
      '"a"',
      'close',
      'open refusal',
      '"no"',
      'close',
      'open call c',
      '"x"',
      'close',
      'finish calls',
      'end',
    ]);
  });

  test.each<[unknown, string]>([
    ['', 'upstream_garbled'],
    ['[]', 'upstream_garbled'],
    [{ output: 'x' }, 'upstream_garbled'],
    [{ status: 'queued', output: [] }, 'upstream_garbled'],
    [{ status: 'failed', error: { code: 'server_error', message: 'x' }, output: [] }, 'upstream_overloaded'],
    [{ error: { code: 'context_length_exceeded', message: 'x' } }, 'context_overflow'],
    [{ code: 'Some error', error: 'Incorrect API key provided' }, 'upstream_overloaded'],
  ])('that is none is an error: %j', (body, code) => {
    expect(whole(body)).toEqual([`error ${code}`]);
  });

  it('is read without a throw, whatever it is', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (body) => void whole(body)));
  });
});

describe('any stream', () => {
  it('is always told by the rules, whatever comes', () => {
    const place = { output_index: fc.nat(2), content_index: fc.nat(1), summary_index: fc.nat(1) };
    const types = [
      'response.created',
      'response.output_item.added',
      'response.output_item.done',
      'response.content_part.done',
      'response.output_text.delta',
      'response.refusal.delta',
      'response.reasoning_text.delta',
      'response.reasoning_summary_text.delta',
      'response.function_call_arguments.delta',
      'response.output_text.annotation.added',
      'response.completed',
      'response.failed',
      'error',
    ];
    const things = fc.oneof(
      fc.constant(call('a', '{}')),
      fc.constant(message(outputText('x'))),
      fc.constant({ type: 'reasoning', summary: [{ text: 'x' }], encrypted_content: 'E' }),
      fc.jsonValue(),
    );
    const event = fc.record(
      {
        type: fc.constantFrom(...types),
        ...place,
        delta: fc.oneof(fc.string(), fc.jsonValue()),
        item: things,
        part: fc.oneof(fc.constant(outputText('p')), fc.jsonValue()),
        annotation: fc.jsonValue(),
        response: fc.oneof(fc.record({ output: fc.array(things) }), fc.jsonValue()),
      },
      { requiredKeys: ['type'] },
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(event, fc.jsonValue())), (events) => {
        expectRules(decode(...events));
      }),
    );
  });
});
