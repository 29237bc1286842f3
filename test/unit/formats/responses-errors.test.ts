import OpenAI, { RateLimitError } from 'openai';
import { describe, expect, it } from 'vitest';

import { fault } from '../../../src/core/fault.ts';
import { openaiResponses } from '../../../src/formats/openai-responses/index.ts';
import { delta, echo, open, START } from './responses-answers.ts';
import { toCaller } from './responses-codec.ts';

describe('an error', () => {
  const report = {
    fault: fault('upstream_rate_limited', 'slow down'),
    status: 429,
    id: 'ex1',
    tried: ['a: 429'],
  };

  it('raises the exception of its class in the official SDK', async () => {
    const body = openaiResponses.renderError(report);
    const client = new OpenAI({
      apiKey: 'x',
      maxRetries: 0,
      fetch: () =>
        Promise.resolve(
          new Response(new Uint8Array(body), {
            status: 429,
            headers: { 'content-type': 'application/json' },
          }),
        ),
    });
    const refused = await client.responses
      .create({ model: 'm', input: 'x' })
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RateLimitError);
    expect(refused).toMatchObject({
      code: 'rate_limit_exceeded',
      message: expect.stringContaining('slow down'),
    });
  });

  it('ends a stream with an exception in the official SDK, and with a failed response for Codex', async () => {
    const encoder = toCaller.encodeStream(echo());
    const events = [START, open({ kind: 'text' }), delta('a')].map((event) => encoder.push(event)).join('');
    const broken = openaiResponses.renderStreamError({ ...report, fault: fault('stream_broken', 'cut') });
    expect(broken.toString()).toMatch(
      /event: response\.failed\ndata: .*"error":\{"code":"server_error","message":"cut/,
    );
    const client = new OpenAI({
      apiKey: 'x',
      maxRetries: 0,
      fetch: () =>
        Promise.resolve(
          new Response(events + broken.toString(), { headers: { 'content-type': 'text/event-stream' } }),
        ),
    });
    const stream = client.responses.stream({ model: 'm', input: 'x' });
    await expect(stream.finalResponse()).rejects.toThrow(/cut/);
  });
});
