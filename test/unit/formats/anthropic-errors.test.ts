import Anthropic, {
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
} from '@anthropic-ai/sdk';
import { describe, expect, it, test } from 'vitest';

import { type FaultCode, FAULTS, fault, type UpstreamAnswer } from '../../../src/core/fault.ts';
import type { ErrorReport } from '../../../src/core/format.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';
import { field, keysOf, parseJson, stringField } from '../../../src/lib/expect.ts';

const format = CALLER_FORMATS['anthropic-messages'];

function answer(status: number, body: unknown): UpstreamAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, contentType: 'application/json', body: Buffer.from(text) };
}

const refusal = (type: string, message: string): unknown => ({ type: 'error', error: { type, message } });

describe('a refusal means', () => {
  test.each<[FaultCode, number, unknown]>([
    [
      'context_overflow',
      400,
      refusal('invalid_request_error', 'prompt is too long: 205210 tokens > 200000 maximum'),
    ],
    [
      'context_overflow',
      400,
      refusal(
        'invalid_request_error',
        'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length',
      ),
    ],
    ['context_overflow', 413, refusal('request_too_large', 'Request exceeds the maximum size')],
    ['context_overflow', 413, '<html>413 Request Entity Too Large</html>'],
    [
      'upstream_rejected',
      400,
      refusal('invalid_request_error', 'max_tokens: 200000 > 64000, which is the maximum allowed'),
    ],
    [
      'upstream_rejected',
      400,
      refusal('invalid_request_error', 'messages: at least one message is required'),
    ],
    ['content_blocked', 400, refusal('invalid_request_error', 'Output blocked by content filtering policy')],
    [
      'upstream_out_of_credit',
      400,
      refusal('invalid_request_error', 'Your credit balance is too low to access the Anthropic API.'),
    ],
    [
      'upstream_out_of_credit',
      400,
      refusal(
        'invalid_request_error',
        'You have reached your specified API usage limits. You will regain access on 2026-01-01 at 00:00 UTC.',
      ),
    ],
    ['upstream_out_of_credit', 402, refusal('billing_error', 'Payment required')],
    [
      'upstream_out_of_credit',
      429,
      refusal('rate_limit_error', 'This organization has reached its spend limit'),
    ],
    [
      'upstream_rate_limited',
      429,
      refusal('rate_limit_error', 'Number of request tokens has exceeded your rate limit'),
    ],
    ['upstream_refused_key', 401, refusal('authentication_error', 'invalid x-api-key')],
    ['upstream_refused_key', 403, refusal('permission_error', 'Your API key does not have permission')],
    [
      'upstream_refused_key',
      400,
      refusal('invalid_request_error', 'This credential is only authorized for use with Claude Code'),
    ],
    ['upstream_model_missing', 404, refusal('not_found_error', 'model: claude-9')],
    [
      'upstream_model_missing',
      403,
      [{ error: { code: 403, message: 'Model claude-x is not available in us-east1' } }],
    ],
    ['upstream_timeout', 504, refusal('timeout_error', 'Request timed out')],
    ['upstream_timeout', 408, ''],
    ['upstream_overloaded', 529, refusal('overloaded_error', 'Overloaded')],
    ['upstream_overloaded', 500, refusal('api_error', 'Internal server error')],
    ['upstream_overloaded', 503, 'upstream connect error'],
    ['upstream_overloaded', 409, refusal('conflict_error', 'try again')],
    ['upstream_garbled', 302, ''],
  ])('%s when it is %s %j', (code, status, body) => {
    expect(format.classify(answer(status, body)).code).toBe(code);
  });

  it('what another provider’s thoughts are refused for', () => {
    const message = 'messages.1.content.0: Invalid `signature` in `thinking` block';
    expect(format.classify(answer(400, refusal('invalid_request_error', message))).code).toBe(
      'state_refused',
    );
  });
});

function report(code: FaultCode, more: Partial<ErrorReport> = {}): ErrorReport {
  return {
    fault: fault(code, 'something happened'),
    status: FAULTS[code].status,
    id: 'gw_1',
    tried: ['p/m: 503 x'],
    ...more,
  };
}

/** What the official SDK raises when it gets this answer. */
async function raised(status: number, body: Buffer): Promise<unknown> {
  const client = new Anthropic({
    apiKey: 'x',
    maxRetries: 0,
    fetch: () => Promise.resolve(new Response(new Uint8Array(body), { status })),
  });
  return client.messages.create({ model: 'm', max_tokens: 1, messages: [] }).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('an error of gw', () => {
  test.each<[FaultCode, new (...parts: never[]) => APIError, string]>([
    ['bad_request', BadRequestError, 'invalid_request_error'],
    ['unauthorized', AuthenticationError, 'authentication_error'],
    ['forbidden_origin', PermissionDeniedError, 'permission_error'],
    ['model_unknown', NotFoundError, 'not_found_error'],
    ['too_large', APIError, 'request_too_large'],
    ['upstream_refused_key', AuthenticationError, 'authentication_error'],
    ['upstream_out_of_credit', APIError, 'billing_error'],
    ['upstream_rate_limited', RateLimitError, 'rate_limit_error'],
    ['upstream_overloaded', InternalServerError, 'overloaded_error'],
    ['upstream_timeout', InternalServerError, 'timeout_error'],
    ['upstream_unreachable', InternalServerError, 'api_error'],
    ['internal', InternalServerError, 'api_error'],
    ['context_overflow', BadRequestError, 'invalid_request_error'],
  ])('%s is raised as the right class, with the type that goes with it', async (code, kind, type) => {
    const { status } = FAULTS[code];
    const error = await raised(status, format.renderError(report(code)));
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ status, type });
  });

  it('has a type for every fault, of those the SDK knows', () => {
    const known = new Set([
      'invalid_request_error',
      'authentication_error',
      'billing_error',
      'permission_error',
      'not_found_error',
      'request_too_large',
      'rate_limit_error',
      'timeout_error',
      'api_error',
      'overloaded_error',
    ]);
    for (const code of keysOf(FAULTS)) {
      const body = parseJson(format.renderError(report(code)).toString());
      expect(body).toMatchObject({ type: 'error', request_id: 'gw_1' });
      expect(known).toContain(stringField(field(body, 'error'), 'type'));
    }
  });

  it('keeps what the provider said, in whatever shape, and tells what gw tried', () => {
    const theirs = refusal('invalid_request_error', 'credit balance is too low');
    const own = format.renderError(
      report('upstream_out_of_credit', {
        status: 400,
        fault: fault('upstream_out_of_credit', 'x', { upstream: answer(400, theirs) }),
      }),
    );
    expect(parseJson(own.toString())).toMatchObject({
      error: {
        type: 'invalid_request_error',
        message: 'credit balance is too low. (gw tried p/m. The whole story: gw why gw_1)',
      },
      gw: { fault: 'upstream_out_of_credit', tried: ['p/m: 503 x'] },
    });
    const openai = { error: { message: 'slow down', type: 'requests', code: 'rate_limit_exceeded' } };
    const other = format.renderError(
      report('upstream_rate_limited', {
        fault: fault('upstream_rate_limited', 'x', { upstream: answer(429, openai) }),
      }),
    );
    expect(parseJson(other.toString())).toMatchObject({
      error: { type: 'rate_limit_error', message: expect.stringMatching(/^slow down\./) as string },
    });
  });

  it('says of a conversation that is too long what Claude Code shortens it for', () => {
    const openai = { error: { message: "This model's maximum context length is 128000 tokens." } };
    const upstream = answer(400, openai);
    const body = format.renderError(
      report('context_overflow', { fault: fault('context_overflow', 'x', { upstream }) }),
    );
    expect(stringField(field(parseJson(body.toString()), 'error'), 'message')).toMatch(
      /^prompt is too long: This model's maximum context length/,
    );
    const same = answer(400, refusal('invalid_request_error', 'prompt is too long: 2 tokens > 1 maximum'));
    const kept = format.renderError(
      report('context_overflow', { fault: fault('context_overflow', 'x', { upstream: same }) }),
    );
    expect(kept.toString().match(/prompt is too long/g)).toHaveLength(1);
  });

  it('ends a stream with an exception of the same type', async () => {
    const bytes = Buffer.concat([
      Buffer.from(
        'event: message_start\ndata: {"type":"message_start","message":{"content":[],"usage":{}}}\n\n',
      ),
      format.keepAlive,
      format.renderStreamError(report('stream_broken')),
    ]);
    const client = new Anthropic({
      apiKey: 'x',
      fetch: () =>
        Promise.resolve(
          new Response(new Uint8Array(bytes), { headers: { 'content-type': 'text/event-stream' } }),
        ),
    });
    const error = await client.messages
      .stream({ model: 'm', max_tokens: 1, messages: [] })
      .finalMessage()
      .then(
        () => undefined,
        (reason: unknown) => reason,
      );
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({
      type: 'api_error',
      apiMessage: expect.stringContaining('something happened') as string,
    });
  });
});
