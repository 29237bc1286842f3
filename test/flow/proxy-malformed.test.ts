import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { forEach } from './for-each.ts';
import { closeGrounds, type Ground, HELLO, openGround } from './ground.ts';
import { RawCall } from './raw-client.ts';

let ground: Ground;

beforeEach(async () => {
  ground = await openGround({ providers: ['first'] });
});

afterEach(closeGrounds);

const BODY = JSON.stringify({ model: 'm!tokens=1', messages: HELLO });
const SIZE = Buffer.byteLength(BODY);
const HEX = SIZE.toString(16);

/** A request from its parts, each of which a case may spoil. */
function request(
  parts: { line?: string; headers?: readonly string[]; body?: string; ends?: string } = {},
): string {
  const {
    line = 'POST /v1/chat/completions HTTP/1.1',
    headers = [`content-length: ${SIZE}`],
    body = BODY,
    ends = '\r\n',
  } = parts;
  const head = [line, 'host: localhost', 'content-type: application/json', 'connection: close', ...headers];
  return head.join(ends) + ends + ends + body;
}

const CHUNKED = 'transfer-encoding: chunked';
const chunked = (body: string, ...more: readonly string[]): string =>
  request({ headers: [CHUNKED, ...more], body });

/** Requests that no provider may see, with the statuses that are right for them. */
const REFUSED: readonly (readonly [what: string, bytes: string, statuses?: readonly number[]])[] = [
  ['no version', request({ line: 'POST /v1/chat/completions' }), [505]],
  ['version 0.9', request({ line: 'POST /v1/chat/completions HTTP/0.9' }), [505]],
  ['version 9', request({ line: 'POST /v1/chat/completions HTTP/9.9' })],
  ['lower-case version', request({ line: 'POST /v1/chat/completions http/1.1' })],
  ['a tab for a space', request({ line: 'POST\t/v1/chat/completions HTTP/1.1' })],
  ['a space before the method', request({ line: ' POST /v1/chat/completions HTTP/1.1' })],
  ['an unknown method', request({ line: 'TELL /v1/chat/completions HTTP/1.1' })],
  ['a lower-case method', request({ line: 'post /v1/chat/completions HTTP/1.1' })],
  ['a space in the path', request({ line: 'POST /v1/chat completions HTTP/1.1' })],
  ['a control character in the path', request({ line: 'POST /v1/chat/\u0001 HTTP/1.1' })],
  ['a path without a slash', request({ line: 'POST v1/chat/completions HTTP/1.1' }), [400, 404]],
  ['bare line feeds', request({ ends: '\n' })],
  ['bare carriage returns', request({ ends: '\r' })],
  ['a space before the colon', request({ headers: [`content-length : ${SIZE}`] })],
  ['a header without a colon', request({ headers: ['nothing', `content-length: ${SIZE}`] })],
  ['a header without a name', request({ headers: [': x', `content-length: ${SIZE}`] })],
  ['a folded header', request({ headers: ['x-a: b\r\n c', `content-length: ${SIZE}`] })],
  ['a NUL in a header', request({ headers: ['x-a: b\0c', `content-length: ${SIZE}`] })],
  ['a bare carriage return in a header', request({ headers: ['x-a: b\rc', `content-length: ${SIZE}`] })],
  ['a line feed in a header', request({ headers: ['x-a: b\nc: d', `content-length: ${SIZE}`] })],
  ['a quote in a name', request({ headers: ['x"a: b', `content-length: ${SIZE}`] })],
  ['a non-ASCII name', request({ headers: ['x-é: b', `content-length: ${SIZE}`] })],
  ['a negative length', request({ headers: ['content-length: -1'] })],
  ['a signed length', request({ headers: [`content-length: +${SIZE}`] })],
  ['a length in hex', request({ headers: ['content-length: 0x10'] })],
  ['a length with a fraction', request({ headers: [`content-length: ${SIZE}.0`] })],
  ['an empty length', request({ headers: ['content-length: '] })],
  ['a list of lengths', request({ headers: [`content-length: ${SIZE}, ${SIZE}`] })],
  ['a length beyond numbers', request({ headers: ['content-length: 99999999999999999999999'] })],
  ['two equal lengths', request({ headers: [`content-length: ${SIZE}`, `content-length: ${SIZE}`] })],
  ['two lengths', request({ headers: [`content-length: ${SIZE}`, 'content-length: 1'] })],
  ['a length and chunks', chunked(`${HEX}\r\n${BODY}\r\n0\r\n\r\n`, `content-length: ${SIZE}`)],
  [
    'chunks and a length',
    request({ headers: [`content-length: ${SIZE}`, CHUNKED], body: `${HEX}\r\n${BODY}\r\n0\r\n\r\n` }),
  ],
  [
    'chunks that are not last',
    request({ headers: ['transfer-encoding: chunked, gzip'], body: `${HEX}\r\n${BODY}\r\n0\r\n\r\n` }),
  ],
  ['an encoding that is none', request({ headers: ['transfer-encoding: xchunked'], body: BODY })],
  ['an encoding with a form feed', request({ headers: ['transfer-encoding: \fchunked'], body: BODY })],
  ['a chunk size that is none', chunked(`zz\r\n${BODY}\r\n0\r\n\r\n`)],
  ['a negative chunk size', chunked(`-5\r\n${BODY}\r\n0\r\n\r\n`)],
  ['a chunk size with 0x', chunked(`0x${HEX}\r\n${BODY}\r\n0\r\n\r\n`)],
  ['a chunk size beyond numbers', chunked(`fffffffffffffffff\r\n${BODY}\r\n0\r\n\r\n`)],
  ['a space before the chunk size', chunked(` ${HEX}\r\n${BODY}\r\n0\r\n\r\n`)],
  ['a bare line feed after the chunk size', chunked(`${HEX}\n${BODY}\r\n0\r\n\r\n`)],
  ['a chunk longer than its size', chunked(`${HEX}\r\n${BODY}xx\r\n0\r\n\r\n`)],
  ['a chunk shorter than its size', chunked(`${(SIZE - 5).toString(16)}\r\n${BODY}\r\n0\r\n\r\n`)],
  ['no line end after a chunk', chunked(`${HEX}\r\n${BODY}0\r\n\r\n`)],
  ['an empty chunk size', chunked(`\r\n${BODY}\r\n0\r\n\r\n`)],
  ['no host', 'POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 0\r\n\r\n'],
  ['an empty host', 'GET /v1/models HTTP/1.1\r\nhost: \r\nconnection: close\r\n\r\n', [400, 403]],
  [
    'two hosts, the second foreign',
    'GET /v1/models HTTP/1.1\r\nhost: evil.example\r\nhost: localhost\r\nconnection: close\r\n\r\n',
    [400, 403],
  ],
  [
    'an address of its own in the request line',
    request({ line: 'POST http://evil.example/v1/chat/completions HTTP/1.1' }),
    [400, 403, 404],
  ],
  ['a fragment of another protocol', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
  ['SMTP', 'EHLO x\r\n\r\n'],
  ['Redis', '*1\r\n$4\r\nPING\r\n'],
  ['zeros', '\0\0\0\0\0\0\0\0'],
  ['a memcached gets', 'gets x\r\n'],
];

/** Requests that look odd and are good. */
const SERVED: readonly (readonly [what: string, bytes: string])[] = [
  ['an empty line before it', `\r\n${request()}`],
  ['chunks', chunked(`${HEX}\r\n${BODY}\r\n0\r\n\r\n`)],
  ['chunks with extensions', chunked(`${HEX};a=b\r\n${BODY}\r\n0;c\r\n\r\n`)],
  ['chunks with leading zeros', chunked(`000${HEX}\r\n${BODY}\r\n000\r\n\r\n`)],
  ['chunks with trailers', chunked(`${HEX}\r\n${BODY}\r\n0\r\nx-trailer: 1\r\n\r\n`)],
  [
    'chunks of a byte',
    chunked(
      `${BODY.split('')
        .map((byte) => `1\r\n${byte}\r\n`)
        .join('')}0\r\n\r\n`,
    ),
  ],
  ['header names in capitals', request({ headers: [`CONTENT-LENGTH: ${SIZE}`] })],
  ['no space after the colon', request({ headers: [`content-length:${SIZE}`] })],
  ['spaces around a value', request({ headers: [`content-length: \t ${SIZE} \t `] })],
  ['an empty header', request({ headers: ['x-empty:', `content-length: ${SIZE}`] })],
  ['a high byte in a header', request({ headers: ['x-name: \u00e9', `content-length: ${SIZE}`] })],
  [
    'a hundred headers',
    request({
      headers: [
        ...Array.from({ length: 100 }, (_, index) => `x-${index}: ${index}`),
        `content-length: ${SIZE}`,
      ],
    }),
  ],
  ['a header named __proto__', request({ headers: ['__proto__: x', `content-length: ${SIZE}`] })],
  ['two spaces before the version', request({ line: 'POST /v1/chat/completions  HTTP/1.1' })],
  ['version 1.0', request({ line: 'POST /v1/chat/completions HTTP/1.0' })],
];

describe('HTTP as it should not be', () => {
  test(`${REFUSED.length} cases: refused, a closed connection, and no provider sees it [promise:bad-request]`, async () => {
    const wrong: string[] = [];
    for (const [what, bytes, statuses = [400]] of REFUSED) {
      const call = new RawCall(ground.port, Buffer.from(bytes, 'latin1'));
      const { status } = await call.answer();
      if (!statuses.includes(status)) wrong.push(`${what}: ${status}`);
    }
    expect(wrong).toEqual([]);
    expect(ground.calls('first')).toBe(0);
  });

  test(`${SERVED.length} cases that are odd and good are served`, async () => {
    const wrong: string[] = [];
    for (const [what, bytes] of SERVED) {
      const { status } = await new RawCall(ground.port, Buffer.from(bytes, 'latin1')).answer();
      if (status !== 200) wrong.push(`${what}: ${status}`);
    }
    expect(wrong).toEqual([]);
    expect(ground.calls('first')).toBe(SERVED.length);
    expect(new Set(ground.simulator('first').calls.map(({ body }) => body))).toEqual(new Set([BODY]));
  });

  test('half requests wait, whatever part is missing', async () => {
    const whole = request();
    const calls = [3, 30, 100, whole.length - 1].map(
      (length) => new RawCall(ground.port, whole.slice(0, length)),
    );
    expect((await ground.chat()).status).toBe(200);
    for (const call of calls) {
      expect([call.ended, call.received.length]).toEqual([false, 0]);
      call.hangUp();
    }
    expect(ground.calls('first')).toBe(1);
  });
});

describe('many requests at once', () => {
  test('each get their own answer, over connections that are used again and some that break', async () => {
    const texts = Array.from({ length: 400 }, (_, index) => `text-${index}-${'x'.repeat(index)}`);
    const wrong: string[] = [];
    await forEach(texts, 40, async (text) => {
      const index = texts.indexOf(text);
      const fault =
        index % 7 === 0 ? '+idle-close=1ms;by=reset' : index % 11 === 0 ? '+framing=extra-response' : '';
      const more = { stream: index % 2 === 0, messages: [{ role: 'user', content: text }] };
      const answer = await ground.chat(`m!echo${fault}`, more.stream ? more : { messages: more.messages });
      if (answer.status !== 200 || answer.content !== text)
        wrong.push(`${index}: ${answer.status} ${answer.content.slice(0, 20)}`);
    });
    expect(wrong).toEqual([]);
  });
});
