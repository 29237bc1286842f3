import { describe, expect, test } from 'vitest';

import { type Fault, type FaultCode, fault } from '../../../src/core/fault.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';

const format = CALLER_FORMATS['openai-chat'];

describe('a refusal', () => {
  const classify = (status: number, body: unknown): Fault =>
    format.classify({
      status,
      contentType: 'application/json',
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    });

  // Codes and types as hosts send them; the sentences are shortened to the words that tell.
  test.each<[number, unknown, FaultCode]>([
    [400, { error: { code: 'context_length_exceeded', message: 'x' } }, 'context_overflow'],
    [400, { error: { message: "This model's maximum context length is 8 tokens" } }, 'context_overflow'],
    [400, { error: { message: 'prompt is too long: 9 tokens > 8 maximum' } }, 'context_overflow'],
    [400, { error: { message: 'the request exceeds the available context size' } }, 'context_overflow'],
    [422, { detail: [{ msg: 'Input is too long' }] }, 'context_overflow'],
    [413, '', 'context_overflow'],
    [400, { error: { code: 'content_filter', message: 'x' } }, 'content_blocked'],
    [400, { error: { code: 'content_policy_violation', message: 'x' } }, 'content_blocked'],
    [400, { error: { code: 'moderation_blocked' } }, 'content_blocked'],
    [
      403,
      { error: { code: 403, message: 'Your input requires moderation on this model' } },
      'content_blocked',
    ],
    [402, '', 'upstream_out_of_credit'],
    [
      402,
      { error: { message: 'Insufficient Balance', code: 'invalid_request_error' } },
      'upstream_out_of_credit',
    ],
    [429, { error: { type: 'insufficient_quota', code: 'insufficient_quota' } }, 'upstream_out_of_credit'],
    [429, { error: { message: 'You exceeded your current quota' } }, 'upstream_out_of_credit'],
    [400, { error: { message: 'Your credit balance is too low' } }, 'upstream_out_of_credit'],
    [
      403,
      { error: 'Your team has run out of credits or reached its spending limit' },
      'upstream_out_of_credit',
    ],
    [429, '', 'upstream_rate_limited'],
    [429, { error: { code: 'rate_limit_exceeded', message: 'Rate limit reached' } }, 'upstream_rate_limited'],
    [429, '<html>', 'upstream_rate_limited'],
    [401, '', 'upstream_refused_key'],
    [400, { error: { status: 'INVALID_ARGUMENT', message: 'API key not valid' } }, 'upstream_refused_key'],
    [400, { error: 'Incorrect API key provided' }, 'upstream_refused_key'],
    [403, { error: { code: 'unsupported_country_region_territory' } }, 'upstream_refused_key'],
    [407, '', 'upstream_refused_key'],
    [404, { error: { code: 'model_not_found' } }, 'upstream_model_missing'],
    [400, { error: { code: 'model_decommissioned' } }, 'upstream_model_missing'],
    [400, { error: { message: 'foo is not a valid model ID' } }, 'upstream_model_missing'],
    [400, { error: { message: 'Model Not Exist: the model `x` does not exist' } }, 'upstream_model_missing'],
    [404, { error: { message: 'No endpoints found for x' } }, 'upstream_model_missing'],
    [404, { error: 'model "x" not found, try pulling it first' }, 'upstream_model_missing'],
    [404, '', 'upstream_model_missing'],
    [410, '', 'upstream_model_missing'],
    [408, '', 'upstream_timeout'],
    [508, '', 'loop_detected'],
    [409, '', 'upstream_overloaded'],
    [500, '', 'upstream_overloaded'],
    [502, '<html>', 'upstream_overloaded'],
    [503, { error: { message: 'busy' } }, 'upstream_overloaded'],
    [529, { error: { type: 'overloaded_error' } }, 'upstream_overloaded'],
    [400, { error: { message: 'Invalid type', code: 'invalid_type' } }, 'upstream_rejected'],
    [422, { detail: [{ msg: 'field required' }] }, 'upstream_rejected'],
    [400, 'nonsense', 'upstream_rejected'],
    [418, '', 'upstream_rejected'],
    [307, '', 'upstream_garbled'],
  ])('with %i and %j is %s', (status, body, code) => {
    expect(classify(status, body).code).toBe(code);
  });

  test.each([
    [{ error: { message: 'why' } }],
    [{ error: 'why' }],
    [{ message: 'why' }],
    [{ detail: 'why' }],
    [{ detail: [{ msg: 'why', loc: ['body'] }] }],
    [[{ error: { message: 'why', status: 'X' } }]],
    [{ object: 'error', message: 'why' }],
  ])('says why, in the shape %j', (body) => {
    expect(classify(400, body).message).toBe('400: why');
  });

  test('keeps what was answered, and quotes no more than a sentence of it', () => {
    const found = classify(400, { error: { message: `a\n b ${'x'.repeat(1000)}` } });
    expect(found.message.startsWith('400: a b xxx')).toBe(true);
    expect(found.message.length).toBeLessThan(310);
    expect(found.upstream).toMatchObject({ status: 400, contentType: 'application/json' });
    expect(classify(503, '').message).toBe('the provider answered 503 without a reason');
  });

  test('quotes the provider behind another one', () => {
    const body = {
      error: {
        message: 'Provider returned error',
        code: 400,
        metadata: { raw: 'maximum context length is 8' },
      },
    };
    expect(classify(400, body)).toMatchObject({
      code: 'context_overflow',
      message: expect.stringContaining('maximum context'),
    });
  });
});

describe('an error for the caller', () => {
  const render = (why: Fault, status: number, tried: readonly string[] = []): unknown =>
    (JSON.parse(format.renderError({ fault: why, status, id: 'ID', tried }).toString()) as { error: unknown })
      .error;

  test('begins with whose reason it is, unless a provider said it itself', () => {
    const tried = ['a/m: nothing listens at its address', 'b/m: 429: slow down'];
    expect(render(fault('upstream_unreachable', 'nothing listens at its address'), 502, tried)).toMatchObject(
      {
        message: expect.stringMatching(
          /^a\/m: nothing listens at its address\. \(gw tried 2 targets: a\/m: /,
        ),
      },
    );
    expect(render(fault('upstream_rate_limited', 'slow down'), 429, tried)).toMatchObject({
      message: expect.stringMatching(/^slow down\. \(gw tried 2 targets: /),
    });
  });

  test('has OpenAI’s shape, with what gw did beside it', () => {
    expect(
      render(fault('upstream_timeout', 'no answer within 1s'), 504, ['a/m: no answer within 1s']),
    ).toEqual({
      message: 'a/m: no answer within 1s. (gw tried a/m. The whole story: gw why ID)',
      type: 'server_error',
      param: null,
      code: 'upstream_timeout',
      gw: {
        fault: 'upstream_timeout',
        meaning: 'the provider did not answer in time',
        request_id: 'ID',
        tried: ['a/m: no answer within 1s'],
      },
    });
  });

  test.each<[FaultCode, string, string]>([
    ['unauthorized', 'invalid_request_error', 'invalid_api_key'],
    ['model_unknown', 'invalid_request_error', 'model_not_found'],
    ['upstream_rate_limited', 'rate_limit_error', 'rate_limit_exceeded'],
    ['upstream_out_of_credit', 'insufficient_quota', 'insufficient_quota'],
    ['context_overflow', 'invalid_request_error', 'context_length_exceeded'],
    ['bad_request', 'invalid_request_error', 'bad_request'],
  ])('of %s is spelled as OpenAI does', (code, type, spelled) => {
    expect(render(fault(code), 400)).toMatchObject({ type, code: spelled });
  });

  test('keeps the provider’s own words', () => {
    const body = Buffer.from('{"error":{"message":"No!","type":"t","param":"p","code":"c"}}');
    const why = fault('upstream_rejected', 'x', { upstream: { status: 400, contentType: undefined, body } });
    expect(render(why, 400)).toMatchObject({
      message: 'No! (gw request ID)',
      type: 't',
      param: 'p',
      code: 'c',
    });
  });

  test('in a stream is one event', () => {
    const text = format
      .renderStreamError({ fault: fault('stream_broken', 'a\nb'), status: 502, id: 'ID', tried: [] })
      .toString();
    expect(text).toMatch(/^data: \{"error":.*\}\n\n$/);
    expect(text.match(/\n/g)).toHaveLength(2);
  });

  test('and a sign of life is a comment', () => {
    expect(format.keepAlive.toString()).toMatch(/^:.*\n\n$/);
  });
});
