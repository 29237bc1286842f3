import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';

import type { EventKind, StreamJudge } from '../../../src/core/format.ts';
import type { Operation } from '../../../src/core/operation.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';

const format = CALLER_FORMATS['openai-responses'];

function judgeAll(...events: unknown[]): { kinds: EventKind[]; judge: StreamJudge } {
  const judge = format.judgeStream('chat');
  const kinds = events.map((event) =>
    judge.judge(typeof event === 'string' ? event : JSON.stringify(event), undefined),
  );
  return { kinds, judge };
}

const response = { id: 'resp_1', object: 'response', status: 'in_progress', output: [], usage: null };
const usage = {
  input_tokens: 10,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens: 6,
  output_tokens_details: { reasoning_tokens: 2 },
  total_tokens: 16,
};

describe('the judge of a stream', () => {
  test.each<[EventKind, unknown]>([
    ['opening', { type: 'response.created', response }],
    ['opening', { type: 'response.queued', response }],
    ['opening', { type: 'response.in_progress', response }],
    ['opening', { type: 'keepalive', sequence_number: 3 }],
    ['opening', { type: 'codex.rate_limits', plan_type: 'plus' }],
    ['opening', { type: 'response.output_item.added', item: { type: 'message', content: [] } }],
    ['opening', { type: 'response.output_item.added', item: { type: 'reasoning', summary: [] } }],
    ['opening', { type: 'response.content_part.added', part: { type: 'output_text', text: '' } }],
    ['opening', { type: 'response.output_text.delta', delta: '' }],
    ['opening', ''],
    ['opening', '[DONE]'],
    ['content', { type: 'response.output_item.added', item: { type: 'function_call', name: 'f' } }],
    ['content', { type: 'response.output_item.added', item: { type: 'custom_tool_call', name: 'f' } }],
    ['content', { type: 'response.output_item.added', item: { type: 'web_search_call' } }],
    ['content', { type: 'response.output_item.done', item: { type: 'reasoning', summary: [] } }],
    ['content', { type: 'response.output_text.delta', delta: 'a' }],
    ['content', { type: 'response.refusal.delta', delta: 'a' }],
    ['content', { type: 'response.reasoning_text.delta', delta: 'a' }],
    ['content', { type: 'response.reasoning_summary_text.delta', delta: 'a' }],
    ['content', { type: 'response.function_call_arguments.delta', delta: '{' }],
    ['end', { type: 'response.completed', response: { ...response, usage } }],
    ['end', { type: 'response.incomplete', response: { ...response, usage } }],
    [
      'error',
      { type: 'response.failed', response: { ...response, error: { code: 'server_error', message: 'x' } } },
    ],
    ['error', { type: 'error', code: 'server_error', message: 'x', param: null }],
    ['error', { type: 'error', error: { type: 'server_error', code: null, message: 'x' } }],
    ['error', { error: { message: 'x' } }],
    ['malformed', '{"type":"response.output_text.del'],
    ['malformed', '[]'],
    ['malformed', '{"no":"type"}'],
  ])('finds %s in %j', (kind, event) => {
    expect(judgeAll(event).kinds).toEqual([kind]);
  });

  it('takes the stream for finished after its terminal event alone', () => {
    const { judge } = judgeAll({ type: 'response.output_text.delta', delta: 'a' }, '[DONE]');
    expect(judge.finished).toBe(false);
    expect(judgeAll({ type: 'response.completed', response }, '[DONE]').kinds).toEqual(['end', 'end']);
  });

  it('reads usage and the id to go on from', () => {
    const { judge } = judgeAll(
      { type: 'response.created', response },
      { type: 'response.completed', response: { ...response, usage } },
    );
    expect(judge.usage).toEqual({ input: 10, output: 6, cacheRead: 4, reasoning: 2 });
    expect(judge.answerId).toBe('resp_1');
    expect(judge.ended).toBe(true);
  });

  it('knows no id to go on from where nothing is stored', () => {
    const { judge } = judgeAll({ type: 'response.created', response: { ...response, store: false } });
    expect(judge.answerId).toBeUndefined();
  });

  test.each([
    [{ type: 'error', code: 'rate_limit_exceeded', message: 'slow down' }, 'upstream_rate_limited'],
    [{ type: 'error', error: { code: 'insufficient_quota', message: 'x' } }, 'upstream_out_of_credit'],
    [
      { type: 'response.failed', response: { error: { code: 'context_length_exceeded', message: 'x' } } },
      'context_overflow',
    ],
    [
      {
        type: 'response.failed',
        response: { error: { code: 'invalid_prompt', message: 'flagged as a risk' } },
      },
      'content_blocked',
    ],
    [{ type: 'response.failed', response: { status: 'failed', error: null } }, 'upstream_overloaded'],
    [{ type: 'response.cancelled', response: { status: 'cancelled' } }, 'upstream_overloaded'],
  ])('finds the fault in %j', (event, code) => {
    const { judge } = judgeAll(event);
    expect(judge.fault?.code).toBe(code);
  });

  it('judges anything without a throw', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.json())), (events) => {
        judgeAll(...events);
      }),
    );
  });
});

describe('a whole answer', () => {
  const judge = (body: unknown, operation: Operation = 'chat'): unknown => {
    const verdict = format.judgeAnswer(
      operation,
      Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    );
    return verdict.is === 'answer' ? verdict : verdict.fault.code;
  };

  it('tells its usage and the id to go on from', () => {
    expect(judge({ ...response, status: 'completed', usage })).toEqual({
      is: 'answer',
      usage: { input: 10, output: 6, cacheRead: 4, reasoning: 2 },
      answerId: 'resp_1',
    });
    expect(judge({ ...response, store: false })).toEqual({ is: 'answer', usage: undefined });
  });

  test.each<[unknown, Operation, unknown]>([
    ['', 'chat', 'upstream_garbled'],
    ['<html>', 'chat', 'upstream_garbled'],
    ['{"output":[', 'chat', 'upstream_garbled'],
    [{ id: 'x' }, 'chat', 'upstream_garbled'],
    [{ output: null }, 'chat', 'upstream_garbled'],
    [
      { ...response, status: 'failed', error: { code: 'server_error', message: 'x' } },
      'chat',
      'upstream_overloaded',
    ],
    [{ ...response, status: 'failed', error: null }, 'chat', 'upstream_overloaded'],
    [{ error: { code: 'rate_limit_exceeded', message: 'x' } }, 'chat', 'upstream_rate_limited'],
    [
      { object: 'response.input_tokens', input_tokens: 3 },
      'count-tokens',
      { is: 'answer', usage: undefined },
    ],
    [{ object: 'x' }, 'count-tokens', 'upstream_garbled'],
    [{ id: 'resp_2', output: [] }, 'compact', { is: 'answer', usage: undefined, answerId: 'resp_2' }],
    [
      { object: 'response', status: 'failed', error: { message: 'x' } },
      'other',
      { is: 'answer', usage: undefined },
    ],
    [{ error: { message: 'x' } }, 'other', 'upstream_overloaded'],
    [{ deleted: true }, 'other', { is: 'answer', usage: undefined }],
    ['', 'other', 'upstream_garbled'],
  ])('%j of %s is %j', (body, operation, verdict) => {
    expect(judge(body, operation)).toEqual(verdict);
  });
});
