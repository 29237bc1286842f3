import { GoogleGenAI } from '@google/genai';
import { afterEach, describe, expect, test } from 'vitest';

import { closeGrounds, type Ground, type GroundProvider, NO_BREAKER, openGround } from './ground.ts';

afterEach(closeGrounds);

const GOOGLE: GroundProvider = { name: 'google', format: 'gemini' };
const CLAUDE: GroundProvider = { name: 'claude', format: 'anthropic-messages' };
const OPENAI: GroundProvider = { name: 'openai', format: 'openai-responses' };

/** What a caller of Gemini's stream reads until it breaks, and the system's word for the break. */
async function readUntilBreak(ground: Ground): Promise<{ readonly text: string; readonly code: unknown }> {
  const answer = await fetch(`${originOf(ground)}/v1beta/models/m:streamGenerateContent?alt=sse`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Tell me something.' }] }] }),
  });
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of answer.body ?? []) text += decoder.decode(chunk, { stream: true });
  } catch (error) {
    return { text, code: (error as { cause?: { code?: unknown } }).cause?.code };
  }
  return { text, code: 'a tidy end' };
}

function originOf(ground: Ground): string {
  return ground.url.replace(/\/v1$/, '');
}

describe.each([
  ['its connection is cut', 'cut@token=3', GOOGLE],
  ['the provider gives up', 'error-in-200@token=3;code=overloaded', GOOGLE],
  ['it is translated and cut', 'cut@token=3', CLAUDE],
])('a Gemini stream breaks after content because %s', (_, fault, provider) => {
  test('and Gemini CLI asks again, which it does after ECONNRESET only', async () => {
    const ground = await openGround({ providers: [provider], policy: { ...NO_BREAKER, onCut: 'error' } });
    ground.simulator(provider.name).setFault(fault);
    const { text, code } = await readUntilBreak(ground);
    expect(code).toBe('ECONNRESET');
    expect(text.match(/^data: /gm)).toHaveLength(4);
    expect(text).toMatch(/data: \{"error":.+\n\n$/);
  });

  test('and Google’s SDK of today raises the error that was told', async () => {
    const ground = await openGround({ providers: [provider], policy: { ...NO_BREAKER, onCut: 'error' } });
    ground.simulator(provider.name).setFault(fault);
    const client = new GoogleGenAI({ apiKey: 'any', httpOptions: { baseUrl: originOf(ground) } });
    const read = async (): Promise<void> => {
      for await (const _chunk of await client.models.generateContentStream({ model: 'm', contents: 'Hi.' }));
    };
    await expect(read()).rejects.toMatchObject({ name: 'ApiError' });
  });
});

describe('Codex asks again after a stream broke behind a thought', () => {
  test('and is answered though the thought has nothing after it', async () => {
    const ground = await openGround({ providers: [OPENAI], policy: { ...NO_BREAKER, onCut: 'error' } });
    const ask = (input: readonly object[]): ReturnType<Ground['ask']> =>
      ground.ask({
        path: '/v1/responses',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'm',
          input,
          reasoning: { effort: 'low' },
          store: false,
          include: ['reasoning.encrypted_content'],
        }),
      });
    const question = { role: 'user', content: 'Tell me something.' };
    const first = await ask([question]);
    const [thought] = (first.json as { output: { type: string }[] }).output;
    expect(thought?.type).toBe('reasoning');

    const second = await ask([question, thought ?? {}]);
    expect(second.status, second.text).toBe(200);
    const { attempts } = await ground.trailOf(second);
    expect(attempts.map((attempt) => attempt.fault)).toEqual(['state_refused', undefined]);
  });
});
