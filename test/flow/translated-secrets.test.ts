import { afterEach, describe, expect, test } from 'vitest';

import { type CallerFormatName, FORMAT_NAMES, type FormatName } from '../../src/core/operation.ts';
import type { AuthScheme } from '../../src/core/profile.ts';
import { CALLER_FORMATS } from '../../src/formats/index.ts';
import { keysOf } from '../../src/lib/expect.ts';
import { closeGrounds, NO_BREAKER, openGround } from './ground.ts';
import { chunk, closeRawServers, head, rawServer } from './raw-server.ts';
import { askIn } from './translated-asking.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

const KEY = 'a8d3f0plain55e6b7c8x';
const CALLER = 'sk-of-the-caller-0123456789';
const USER = 'user-of-one-vendor-4711';
const CALLERS = keysOf(CALLER_FORMATS);
const PROVIDERS = keysOf(FORMAT_NAMES);
const AUTH: Readonly<Record<FormatName, AuthScheme>> = {
  'openai-chat': 'api-key',
  'openai-responses': 'bearer',
  'anthropic-messages': 'x-api-key',
  gemini: 'x-goog-api-key',
  'bedrock-converse': 'bearer',
  'cohere-chat': 'bearer',
  'ollama-chat': 'bearer',
};

/** Every way a host was seen to quote a key. */
function quoted(key: string): string {
  const bytes = Buffer.from(key);
  return [key, bytes.toString('base64'), bytes.toString('hex'), `?key=${key}`].join(' ');
}

function leaks(text: string, key: string): string[] {
  const bytes = Buffer.from(key);
  const forms = [key, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex')];
  return forms.filter((form) => text.includes(form));
}

function answer(status: number, body: string, more = ''): string {
  const length = Buffer.byteLength(body);
  return `HTTP/1.1 ${status} X\r\ncontent-type: application/json\r\n${more}content-length: ${length}\r\n\r\n${body}`;
}

const SAID = quoted(KEY);
/** The shapes of the vendors' errors, each with the key in its words. */
const BODIES = [
  { error: { message: SAID, type: 'x', code: 'x' } },
  { type: 'error', error: { type: 'invalid_request_error', message: SAID } },
  [{ error: { code: 400, message: SAID, status: 'INVALID_ARGUMENT', details: [{ reason: SAID }] } }],
  { message: SAID },
  { error: SAID },
].map((body) => JSON.stringify(body));

describe.each(PROVIDERS)('the key of a provider of %s', (format) => {
  test.each(CALLERS.filter((caller) => caller !== format))(
    'that it quotes reaches no caller of %s, nor trail nor log [promise:no-secret-leaks]',
    async (caller) => {
      const answers = BODIES.flatMap((body) => [
        answer(400, body, `x-request-id: req-${KEY}\r\n`),
        answer(401, body),
        answer(500, body),
        answer(200, body),
      ]);
      for (const bytes of answers) {
        const server = await rawServer((socket) => void socket.end(bytes));
        const provider = { name: 'first', url: server.url, format, auth: AUTH[format], keys: [KEY] };
        const ground = await openGround({ providers: [provider], policy: { ...NO_BREAKER, retriesLast: 0 } });
        const heard = await ground.ask(askIn(caller, 'm', false));
        const trail = await ground.trailOf(heard);
        expect(server.requests.join()).toContain(KEY);
        expect(heard.status).not.toBe(200);
        expect(leaks(heard.raw.toString('latin1'), KEY)).toEqual([]);
        expect(leaks(JSON.stringify(trail).replaceAll(`env:${KEY}`, ''), KEY)).toEqual([]);
        expect(leaks(ground.logLines.join(), KEY)).toEqual([]);
        await closeGrounds();
      }
    },
  );
});

test.each(CALLERS.filter((caller) => caller !== 'openai-chat'))(
  'a key in the last words of a stream reaches no caller of %s [promise:no-secret-leaks]',
  async (caller) => {
    const last = `data: ${JSON.stringify({ error: { message: `bad key ${SAID}` } })}\n\n`;
    const server = await rawServer(
      (socket) => void socket.end(`${head('text/event-stream')}${chunk({ content: 'Hi' })}${last}`),
    );
    const ground = await openGround({ providers: [{ name: 'first', url: server.url, keys: [KEY] }] });
    const heard = await ground.ask(askIn(caller, 'm', true));
    const trail = await ground.trailOf(heard);
    expect(trail.outcome).toBe('cut');
    expect(heard.text).toContain('bad key');
    expect(leaks(heard.raw.toString('latin1'), KEY)).toEqual([]);
    expect(leaks(JSON.stringify(trail).replaceAll(`env:${KEY}`, ''), KEY)).toEqual([]);
  },
);

describe.each(PROVIDERS)('a provider of %s', (format) => {
  test.each(CALLERS.filter((caller) => caller !== format))(
    'is not told the key, the user or the headers of a caller of %s [promise:caller-key-kept]',
    async (caller) => {
      const server = await rawServer((socket) => void socket.end(answer(500, '{}')));
      const ground = await openGround({
        providers: [{ name: 'first', url: server.url, format, keys: [KEY] }],
      });
      const more: Readonly<Record<CallerFormatName, Record<string, unknown>>> = {
        'openai-chat': { user: USER, safety_identifier: USER },
        'openai-responses': { user: USER, safety_identifier: USER },
        'anthropic-messages': { metadata: { user_id: USER } },
        gemini: {},
      };
      const asked = askIn(caller, 'm', false, more[caller]);
      const path = `${asked.path}${asked.path.includes('?') ? '&' : '?'}key=${CALLER}`;
      const headers = {
        ...asked.headers,
        authorization: `Bearer ${CALLER}`,
        'x-api-key': CALLER,
        'api-key': CALLER,
        'x-goog-api-key': CALLER,
        'anthropic-beta': 'a-beta',
        'openai-organization': CALLER,
        'openai-project': CALLER,
        'x-goog-user-project': CALLER,
        cookie: CALLER,
      };
      await ground.ask({ ...asked, path, headers });
      expect(server.requests.length).toBeGreaterThan(0);
      const sent = server.requests.join();
      expect(leaks(sent, CALLER)).toEqual([]);
      expect(sent).not.toContain('a-beta');
      const sameVendor = caller.startsWith('openai') && format.startsWith('openai');
      if (!sameVendor) expect(sent).not.toContain(USER);
    },
  );
});
