import { afterEach, expect, test } from 'vitest';

import { closeGrounds, openGround } from './ground.ts';
import { closeRawServers, rawServer, sendStream } from './raw-server.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

const SAID = `data: ${JSON.stringify({ candidates: [{ content: { role: 'model', parts: [{ text: 'First ' }] } }] })}\r\n\r\n`;
const ERROR = JSON.stringify(
  { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } },
  undefined,
  2,
);

/** A provider of Google's that fails on the way, in its own manner, and a caller of this path. */
async function ask(stream: string, path: string, body: unknown) {
  const provider = await rawServer((socket) => sendStream(socket, stream));
  const ground = await openGround({
    providers: [
      { name: 'google', format: 'gemini', url: provider.url },
      { name: 'second', format: 'gemini' },
    ],
    policy: { onCut: 'error' },
  });
  const answer = await ground.ask({ method: 'POST', path, body: JSON.stringify(body) });
  return { answer, ground };
}

const NATIVE = '/v1beta/models/m:streamGenerateContent?alt=sse';
const CONTENTS = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] };
const CHAT = { model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] };

test.each([
  [NATIVE, CONTENTS],
  ['/v1/chat/completions', CHAT],
])(
  'an error in bare JSON before any content is another target’s turn, for a caller of %s',
  async (path, body) => {
    const { answer, ground } = await ask(ERROR, path, body);
    expect([answer.status, ground.trails[0]?.served?.provider]).toEqual([200, 'second']);
    expect(ground.trails[0]?.attempts[0]).toMatchObject({
      fault: 'upstream_overloaded',
      message: 'the provider reported an error inside its answer: The model is overloaded.',
    });
  },
);

test.each([
  [NATIVE, CONTENTS],
  ['/v1/chat/completions', CHAT],
])(
  'an error in bare JSON after content is told in the provider’s words, to a caller of %s',
  async (path, body) => {
    const { answer, ground } = await ask(SAID + ERROR, path, body);
    expect(answer.text).toContain('First ');
    expect(answer.text).toContain('The model is overloaded.');
    expect(ground.trails[0]?.attempts[0]).toMatchObject({
      fault: 'stream_broken',
      message: 'the provider reported an error inside its answer: The model is overloaded.',
    });
  },
);
