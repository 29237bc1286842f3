import { describe, expect, it } from 'vitest';

import { type AskedRequest, curlCommand } from '../../src/tui/present/curl.ts';
import { served } from './scenes.ts';

const ADDRESS = 'http://127.0.0.1:4499';

function command(more: Parameters<typeof served>[1], asked?: AskedRequest): string {
  return curlCommand(served(1, more), ADDRESS, asked).join('\n');
}

describe('the command that asks the same again', () => {
  it('says what was said, in the words and with the headers that were captured, and has no key in it', () => {
    const body = `{"model":"gpt-4o","messages":[{"role":"user","content":"It's"}],"stream":true}`;
    const text = command(
      {},
      {
        url: '/v1/chat/completions?a=1',
        headers: [
          ['authorization', 'Bearer [secret …cdef]'],
          ['OpenAI-Beta', 'assistants=v2'],
          ['x-gw-targets', 'groq'],
        ],
        body,
      },
    );
    expect(text.split('\n')).toEqual([
      `curl -iN '${ADDRESS}/v1/chat/completions?a=1' \\`,
      `  -H 'content-type: application/json' \\`,
      `  -H 'OpenAI-Beta: assistants=v2' \\`,
      `  -H 'x-gw-targets: groq' \\`,
      `  --data-binary '${body.replace("'", String.raw`'\''`)}'`,
    ]);
  });

  it('takes a long body from a file, and says how to have that', () => {
    const text = command({}, { url: '/v1/chat/completions', headers: [], body: 'x'.repeat(100_000) });
    expect(text).toContain(
      'gw why 01jz000000000001 --body --json | jq -j .captured.request.text > body.json',
    );
    expect(text).toContain('--data-binary @body.json');
    expect(text.length).toBeLessThan(1_000);
  });

  it.each([
    ['openai-chat', '/v1/chat/completions', { model: 'gpt-4o', stream: true }, undefined],
    ['openai-responses', '/v1/responses', { model: 'gpt-4o', input: 'Hello', stream: true }, undefined],
    ['anthropic-messages', '/v1/messages', { max_tokens: 64, stream: true }, 'anthropic-version: 2023-06-01'],
    ['gemini', '/v1beta/models/m:streamGenerateContent', { contents: expect.anything() }, undefined],
  ] as const)('is the least that %s takes when nothing was captured', (format, path, body, header) => {
    const text = command({ format, path });
    expect(text).toContain('# What was said is not recorded');
    const sent = /-d '(.*)'$/.exec(text)?.[1] ?? '';
    expect(JSON.parse(sent)).toMatchObject(body);
    if (format === 'gemini') expect(Object.keys(JSON.parse(sent))).toEqual(['contents']);
    if (header !== undefined) expect(text).toContain(header);
    expect(text).not.toMatch(/authorization|api-key/i);
  });

  it('quotes what a shell would take for something else', () => {
    expect(command({ path: "/v1/x'$(touch y)" })).toContain(String.raw`'${ADDRESS}/v1/x'\''$(touch y)'`);
  });
});
