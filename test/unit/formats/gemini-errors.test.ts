import { ApiError, GoogleGenAI } from '@google/genai';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { type FaultCode, FAULTS, fault } from '../../../src/core/fault.ts';
import type { ErrorReport } from '../../../src/core/format.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';
import { keysOf } from '../../../src/lib/expect.ts';
import { readRetryAfter } from '../../../src/resilience/index.ts';

const format = CALLER_FORMATS.gemini;

function classified(status: number, body: string): FaultCode {
  return format.classify({ status, contentType: 'application/json', body: Buffer.from(body) }).code;
}

function google(code: number, status: string, message: string, details: readonly object[] = []): string {
  return JSON.stringify({ error: { code, message, status, details } });
}

const RETRY_INFO = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.4s' };

describe('an error of the Gemini API', () => {
  test.each<[FaultCode, number, string]>([
    [
      'upstream_refused_key',
      400,
      google(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [
        { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' },
      ]),
    ],
    [
      'upstream_refused_key',
      400,
      google(400, 'INVALID_ARGUMENT', 'API key expired. Please renew the API key.'),
    ],
    ['upstream_refused_key', 401, google(401, 'UNAUTHENTICATED', 'Request had invalid credentials.')],
    ['upstream_refused_key', 403, google(403, 'PERMISSION_DENIED', 'The caller does not have permission')],
    [
      'upstream_refused_key',
      403,
      google(403, 'PERMISSION_DENIED', 'Generative Language API has not been used in project 1 before.', [
        { reason: 'SERVICE_DISABLED' },
      ]),
    ],
    [
      'upstream_refused_key',
      400,
      google(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.'),
    ],
    [
      'upstream_refused_key',
      400,
      google(400, 'FAILED_PRECONDITION', '$grpcMessage', [
        { detail: '[ORIGINAL ERROR] User location is not supported for the API use.' },
      ]),
    ],
    [
      'upstream_rate_limited',
      429,
      google(
        429,
        'RESOURCE_EXHAUSTED',
        'You exceeded your current quota, please check your plan and billing details.',
        [RETRY_INFO],
      ),
    ],
    ['upstream_rate_limited', 429, ''],
    [
      'upstream_out_of_credit',
      429,
      google(429, 'RESOURCE_EXHAUSTED', 'Your prepayment credits are depleted.'),
    ],
    [
      'upstream_out_of_credit',
      403,
      google(403, 'PERMISSION_DENIED', 'This API method requires billing to be enabled.', [
        { reason: 'BILLING_DISABLED' },
      ]),
    ],
    [
      'context_overflow',
      400,
      google(
        400,
        'INVALID_ARGUMENT',
        'The input token count (1200004) exceeds the maximum number of tokens allowed (1048576).',
      ),
    ],
    [
      'upstream_model_missing',
      404,
      google(
        404,
        'NOT_FOUND',
        'models/nope is not found for API version v1beta, or is not supported for generateContent.',
      ),
    ],
    ['upstream_model_missing', 404, '<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>'],
    ['upstream_rejected', 404, google(404, 'NOT_FOUND', 'Not found: cache content metadata 875.')],
    [
      'upstream_rejected',
      403,
      google(403, 'PERMISSION_DENIED', 'CachedContent not found (or permission denied)'),
    ],
    ['upstream_rejected', 400, google(400, 'INVALID_ARGUMENT', 'Please use a valid role: user, model.')],
    [
      'state_refused',
      400,
      google(400, 'INVALID_ARGUMENT', 'Function call is missing a thought_signature in functionCall parts.'),
    ],
    ['upstream_overloaded', 500, google(500, 'INTERNAL', 'An internal error has occurred.')],
    ['upstream_overloaded', 503, google(503, 'UNAVAILABLE', 'The model is overloaded.')],
    ['upstream_overloaded', 499, google(499, 'CANCELLED', 'The operation was cancelled.')],
    ['upstream_timeout', 504, google(504, 'DEADLINE_EXCEEDED', 'Deadline expired before it could complete.')],
    ['upstream_garbled', 302, ''],
    ['upstream_rate_limited', 429, `[${google(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded')}]`],
    ['upstream_refused_key', 400, `[${google(400, 'INVALID_ARGUMENT', 'API key not valid.')}]`],
  ])('means %s: %i %s', (code, status, body) => {
    expect(classified(status, body)).toBe(code);
  });

  test('never shows what stands in its debugging details', () => {
    const body = google(400, 'INVALID_ARGUMENT', 'API key not valid.', [
      { detail: 'Invalid API key: AIzaX' },
    ]);
    const found = format.classify({ status: 400, contentType: undefined, body: Buffer.from(body) });
    expect(found.message).toBe('400: API key not valid.');
  });

  test('tells how long to wait', () => {
    expect(readRetryAfter({}, google(429, 'RESOURCE_EXHAUSTED', 'x', [RETRY_INFO]), 0)).toBe(34_400);
  });

  test('of any shape is some fault', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.integer({ min: 300, max: 599 }), (body, status) => {
        expect(FAULTS[classified(status, body)]).toBeDefined();
      }),
    );
  });
});

function report(code: FaultCode, more: Partial<ErrorReport> = {}): ErrorReport {
  return { fault: fault(code), status: FAULTS[code].status, id: 'gw_1', tried: ['a/b: 503'], ...more };
}

/** What Google's own SDK makes of these bytes. */
async function raised(body: string, status: number, type: string): Promise<unknown> {
  const fetch = (): Promise<Response> =>
    Promise.resolve(new Response(body, { status, headers: { 'content-type': type } }));
  const client = new GoogleGenAI({ apiKey: 'x', httpOptions: { fetch } });
  try {
    const asked = { model: 'm', contents: 'Hi' };
    if (status >= 400) return await client.models.generateContent(asked);
    for await (const chunk of await client.models.generateContentStream(asked)) void chunk;
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('an error of gw’s own', () => {
  test.each(keysOf(FAULTS))('is raised by Google’s SDK with its status: %s', async (code) => {
    const { status } = FAULTS[code];
    const error = await raised(format.renderError(report(code)).toString(), status, 'application/json');
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status });
  });

  test.each<[FaultCode, string]>([
    ['bad_request', 'INVALID_ARGUMENT'],
    ['unauthorized', 'UNAUTHENTICATED'],
    ['forbidden_origin', 'PERMISSION_DENIED'],
    ['model_unknown', 'NOT_FOUND'],
    ['upstream_rate_limited', 'RESOURCE_EXHAUSTED'],
    ['upstream_out_of_credit', 'RESOURCE_EXHAUSTED'],
    ['upstream_timeout', 'DEADLINE_EXCEEDED'],
    ['exhausted', 'UNAVAILABLE'],
    ['internal', 'INTERNAL'],
  ])('has for %s the status word %s', (code, status) => {
    expect(JSON.parse(format.renderError(report(code)).toString())).toMatchObject({ error: { status } });
  });

  test('keeps what the provider said', () => {
    const body = Buffer.from(`[${google(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded', [RETRY_INFO])}]`);
    const said = fault('upstream_rate_limited', 'x', {
      upstream: { status: 429, contentType: undefined, body },
      retryAfterMs: 34_400,
    });
    const { error } = JSON.parse(
      format.renderError(report('upstream_rate_limited', { fault: said })).toString(),
    );
    expect(error.message).toMatch(/^Quota exceeded\. \(gw tried a\/b\. The whole story: gw why gw_1\)$/);
    expect(error.details).toHaveLength(2);
    expect(error.details[0]).toEqual(RETRY_INFO);
    expect(error.details[1].reason).toBe('UPSTREAM_RATE_LIMITED');
  });

  test('does not repeat the words of a provider of another format', () => {
    const body = Buffer.from('{"error":{"message":"theirs","type":"server_error"}}');
    const said = fault('upstream_overloaded', 'ours', {
      upstream: { status: 500, contentType: undefined, body, format: 'openai-chat' },
    });
    const text = format.renderError(report('upstream_overloaded', { fault: said })).toString();
    expect(JSON.parse(text).error.message).toMatch(/^ours/);
  });

  test('says how long to wait where the provider’s words do not', () => {
    const said = fault('exhausted', undefined, { retryAfterMs: 1500 });
    const text = format.renderError(report('exhausted', { fault: said })).toString();
    expect(readRetryAfter({}, text, 0)).toBe(1500);
  });

  test('ends a stream with an exception in Google’s SDK', async () => {
    const chunk = 'data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Hi"}]}}]}\n\n';
    const broken = format.renderStreamError(report('stream_broken')).toString();
    const error = await raised(chunk + format.keepAlive.toString() + broken, 200, 'text/event-stream');
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 502 });
  });
});
