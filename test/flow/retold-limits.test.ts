import Anthropic from '@anthropic-ai/sdk';
import { afterEach, expect, test } from 'vitest';

import { closeGrounds, openGround } from './ground.ts';

afterEach(closeGrounds);

// [promise:limits-retold]
test('limits of a provider are told to the caller’s library in its own words, beside the provider’s', async () => {
  const ground = await openGround({
    providers: ['openai', { name: 'claude', format: 'anthropic-messages' }],
  });
  const client = new Anthropic({ apiKey: 'any', baseURL: `http://127.0.0.1:${ground.port}`, maxRetries: 0 });
  const messages = [{ role: 'user', content: 'hi' } as const];
  const { response } = await client.messages
    .create({ model: 'openai/m', max_tokens: 9, messages })
    .withResponse();
  expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('9999');
  expect(response.headers.get('anthropic-ratelimit-requests-remaining')).toBe('9999');
  const { response: other } = await ground
    .sdk()
    .chat.completions.create({ model: 'claude/m', messages, stream: true })
    .withResponse();
  expect(other.headers.get('anthropic-ratelimit-requests-remaining')).toBe('3999');
  expect(other.headers.get('x-ratelimit-remaining-requests')).toBe('3999');
  expect(other.headers.get('x-ratelimit-reset-requests')).toMatch(/^(?:\d+h)?(?:\d+m)?[\d.]+m?s$/);
});

test('small operations tell who served and what is left, too', async () => {
  const ground = await openGround({ providers: [{ name: 'up', format: 'cohere-chat' }] });
  const { response } = await ground.sdk().embeddings.create({ model: 'm', input: 'x' }).withResponse();
  expect(response.headers.get('x-request-id')).toBeTruthy();
});
