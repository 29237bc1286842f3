import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { createSimulator, type Simulator } from '../../src/simulator/index.ts';
import { askRaw, contentOf, type RawAnswer, readChunks, until } from './simulator-raw-client.ts';

let simulator: Simulator;
let port: number;

beforeEach(async () => {
  simulator = createSimulator();
  ({ port } = await simulator.listen());
});

afterEach(() => simulator.close());

const ask = (fault: string, stream = true): Promise<RawAnswer> => askRaw(port, fault, { stream });

async function plain(stream = true): Promise<RawAnswer> {
  return ask('tokens=20', stream);
}

function tokens(answer: RawAnswer): number {
  return (answer.raw.toString().match(/"delta":\{"content":"[^"]/g) ?? []).length;
}

describe('a connection broken on purpose', () => {
  test.each([
    ['reset@accept', 'reset'],
    ['fin@accept', 'fin'],
  ])('%s gives not one byte', async (fault, ending) => {
    const answer = await ask(fault);
    expect(answer).toMatchObject({ ending, raw: Buffer.alloc(0) });
    await until(() => simulator.calls[0]?.end === 'broken-by-fault', 'call noted as broken');
    expect(simulator.calls[0]?.status).toBeUndefined();
  });

  test.each([true, false])(
    'reset@byte=N gives exactly N bytes of body, for any N (streamed: %s)',
    async (stream) => {
      const whole = Buffer.from((await plain(stream)).body ?? '');
      for (const count of [0, 1, 7, 100, 333, whole.length - 1]) {
        const answer = await ask(`tokens=20+reset@byte=${count}`, stream);
        expect(answer.ending).toBe('reset');
        const wire = answer.raw.subarray(answer.head.length + 4);
        expect(stream ? readChunks(wire).body : wire).toEqual(whole.subarray(0, count));
      }
    },
  );

  test('reset@head=N breaks off inside of status line and headers', async () => {
    const answer = await ask('reset@head=20');
    expect(answer).toMatchObject({ ending: 'reset', head: 'HTTP/1.1 200 OK\r\ncon' });
  });

  test('reset@headers gives the headers and nothing else', async () => {
    const answer = await ask('reset@headers');
    expect(answer.head).toContain('HTTP/1.1 200 OK');
    expect(answer.raw.length).toBe(answer.head.length + 4);
  });

  test.each([
    ['cut@token=4', 'fin', 4, undefined],
    ['cut@token=4;by=reset', 'reset', 4, undefined],
    ['fin@event=3', 'fin', 2, undefined],
  ] as const)('%s leaves the chunks open', async (fault, ending, count, body) => {
    const answer = await ask(`tokens=20+${fault}`);
    expect(answer).toMatchObject({ ending, body });
    expect(tokens(answer)).toBe(count);
  });

  test('cut by a tidy end is a good HTTP answer without finish reason, streamed and whole', async () => {
    const streamed = await ask('tokens=20+cut@token=4;by=end');
    expect(contentOf(streamed.body ?? '').split(' ')).toHaveLength(4);
    expect(streamed.body).not.toMatch(/"finish_reason":"|\[DONE\]/);
    const whole = await ask('tokens=20+cut@token=4;by=end', false);
    expect(whole.head).toContain(`content-length: ${Buffer.byteLength(whole.body ?? '')}`);
    expect(() => JSON.parse(whole.body ?? '')).toThrow();
  });

  test.each([true, false])('fin-no-terminal declares no length at all (streamed: %s)', async (stream) => {
    const answer = await ask('tokens=20+fin-no-terminal', stream);
    expect(answer.head).not.toMatch(/content-length|transfer-encoding/i);
    expect(answer.head).toContain('connection: close');
    expect(answer.body).not.toMatch(/"finish_reason":"|\[DONE\]/);
    expect(answer.ending).toBe('fin');
  });

  test.each([
    ['stall@headers', 0],
    ['stall@event=3', 2],
    ['stall@finish', 20],
    ['stall@end', 20],
  ])('%s keeps the socket open until the caller gives up', async (fault, count) => {
    const enough = (received: Buffer): boolean => {
      const call = simulator.calls[0];
      return received.includes('\r\n\r\n') && (call?.written ?? 0) > 0 === count > 0;
    };
    const answer = await askRaw(port, `tokens=20+${fault}`, { enough });
    expect([answer.ending, tokens(answer)]).toEqual(['open', count]);
    expect(answer.raw.toString().includes('[DONE]')).toBe(false);
    expect(answer.raw.toString().includes('"finish_reason":"stop"')).toBe(fault === 'stall@end');
    await until(() => simulator.calls[0]?.end === 'aborted-by-caller', 'abort noted');
    expect(simulator.calls[0]?.endedAt).toBeGreaterThanOrEqual(simulator.calls[0]?.at ?? NaN);
    await until(() => simulator.openSockets === 0, 'socket closed');
  });
});

describe('a stream that is not as promised', () => {
  test.each([
    ['no-done', /"finish_reason":"stop"/, /\[DONE\]/],
    ['no-finish', /\[DONE\]/, /"finish_reason":"/],
    ['no-role', /"delta":\{"content":""/, /"role"/],
    ['empty-200', /^$/, /./],
    ['empty-200=choices', /"choices":\[\]/, /"content"/],
    ['html-200', /Hotel Wi-Fi/, /chatcmpl/],
    ['error-in-200', /^data: \{"error":\{"message"/, /chatcmpl/],
    ['error-in-200;as=json', /^\{"error":\{"message"/, /data:/],
    ['error-in-200@token=3;done', /"error".*\n\ndata: \[DONE\]/s, /"finish_reason":"/],
    ['crlf', /^data: .*\r\n\r\n/, /[^\r]\n/],
    ['cr', /^data: .*\r\r/, /\n/],
    ['bom', /^\uFEFFdata: /, /data: $/],
    ['comments=ping', /^: ping\n\ndata: /, /\}\n\ndata: /],
    ['multiline', /^data: \{\ndata: "id"/, /data: \{"id"/],
    ['sse-fields', /^event: message\nid: 7\nretry: 3000\ndata: /, /^data: \{.*\n\ndata/s],
    ['proto', /"__proto__":\{"polluted":true/, /^data: \{"id"/],
    ['extra-fields', /"big":12345678901234567890/, /^data: \{"id"/],
    ['junk-usage', /"usage":\{"prompt_tokens":-7,"completion_tokens":1e400/, /@junk/],
    ['reasoning=3', /"reasoning_content":"/, /@/],
    ['model=other', /"model":"other"/, /"model":"m"/],
    ['finish=content_filter', /"finish_reason":"content_filter"/, /"finish_reason":"stop"/],
    [
      'malformed@event=2',
      /"finish_reason":null\}\]\}\n\ndata: \{"id":"chatcmpl-broken".*"del\n\ndata: \{"id"/,
      /@/,
    ],
  ])('%s', async (fault, has, hasNot) => {
    const answer = await ask(`tokens=5+${fault}`);
    expect(answer.head).toContain('HTTP/1.1 200 OK');
    expect(answer.ending).toBe('fin');
    expect(answer.body).toMatch(has);
    expect(answer.body).not.toMatch(hasNot);
  });

  test.each([
    'crlf',
    'cr',
    'bom',
    'comments',
    'sse-fields',
    'fragment=1',
    'fragment=7',
    'usage=each',
    'no-role',
  ])('%s changes nothing about the text', async (fault) => {
    const answer = await ask(`tokens=20+${fault}`);
    expect(contentOf(answer.body ?? '')).toBe(contentOf((await plain()).body ?? ''));
  });

  test('fragment=1 writes each byte in a chunk of its own', async () => {
    const answer = await ask('tokens=2+fragment=1');
    const size = Buffer.byteLength(answer.body ?? '');
    expect(answer.raw.toString().match(/\r\n1\r\n/g)).toHaveLength(size);
  });

  test('huge-event pads one event to the size asked for', async () => {
    const { body } = await ask('tokens=5+huge-event=64KiB');
    const sizes = (body ?? '').split('\n\n').map(({ length }) => length);
    expect(sizes.filter((size) => size > 64 * 1024)).toHaveLength(1);
  });

  test('tokens, text and echo say what the answer is', async () => {
    expect(tokens(await ask('tokens=3'))).toBe(3);
    expect(contentOf((await ask('text=a%3Bb%2B c')).body ?? '')).toBe('a;b+ c');
    expect(contentOf((await ask('echo')).body ?? '')).toBe('Hello.');
    expect(contentOf((await ask('tokens=2+token-size=1KiB')).body ?? '')).toHaveLength(2048);
  });
});

describe('HTTP as it should not be', () => {
  test('redirect sends the address and nothing else', async () => {
    const answer = await ask('redirect=http://127.0.0.1:9/v1');
    expect(answer.head).toMatch(/^HTTP\/1\.1 307[\s\S]*location: http:\/\/127\.0\.0\.1:9\/v1/);
    expect((await ask('redirect=/elsewhere;status=301')).head).toContain('HTTP/1.1 301');
  });

  test.each([
    ['bad-content-length=10', 10],
    ['bad-content-length=-10', -10],
  ])('%s lies about the length by that much', async (fault, lie) => {
    const answer = await ask(fault, false);
    const declared = Number(/content-length: (\d+)/.exec(answer.head)?.[1]);
    expect(declared - Buffer.byteLength(answer.body ?? '')).toBe(lie);
    expect(answer.ending).toBe('fin');
  });

  test.each([
    ['two-lengths', /content-length: 7\r\n[\s\S]*content-length: 9\r\n/],
    ['length-and-chunks', /content-length: 7\r\n[\s\S]*transfer-encoding: chunked\r\n[\s\S]*\r\n0\r\n\r\n$/],
    ['bad-chunk', /transfer-encoding: chunked\r\n\r\nzz\r\n/],
    ['huge-chunk', /\r\n\r\nfffffffffffffffff\r\n/],
    ['bad-version', /^HTTP\/9\.9 200/],
    ['no-status', /^HTTP\/1\.1 \r\n/],
    ['bare-lf', /^HTTP\/1\.1 200 OK\n[^\r]*\n\n\{/],
    ['space-before-colon', /\r\nx-odd : value\r\n\r\n\{/],
    ['folded-header', /\r\nx-folded: one\r\n two\r\n\r\n\{/],
    ['nul-in-header', /x-nul: a\0b\r\n/],
    ['early-hints', /^HTTP\/1\.1 103 Early Hints\r\n[^\r]*\r\n\r\nHTTP\/1\.1 200 OK\r\n/],
    ['extra-response', /\}HTTP\/1\.1 200 OK\r\n[\s\S]*\{"forged":"response"\}$/],
    ['garbage', /^this is not HTTP/],
  ])('framing=%s', async (kind, wire) => {
    const answer = await ask(`framing=${kind}`, false);
    expect(answer.raw.toString()).toMatch(wire);
    expect(answer.ending).toBe('fin');
  });

  test('gzip and a bomb unpack to what they promise', async () => {
    const call = (fault: string): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'x-sim-fault': fault },
        body: '{"model":"m","messages":[{"role":"user","content":"Hello."}]}',
      });
    expect((await call('gzip')).headers.get('content-encoding')).toBe('gzip');
    expect(await (await call('gzip')).text()).toBe(await (await call('tokens-per-second=0')).text());
    const bomb = await call('bomb=4MiB');
    expect(Number(bomb.headers.get('content-length'))).toBeLessThan(2000);
    expect((await bomb.arrayBuffer()).byteLength).toBe(4 * 1024 * 1024);
  });

  test.each(['endless-headers', 'endless-body', 'endless-body=events', 'endless-body=comments'])(
    '%s goes on until the caller hangs up',
    async (fault) => {
      const answer = await askRaw(port, fault, { enough: (received) => received.length > 4_000_000 });
      expect(answer.ending).toBe('open');
      expect(answer.raw.includes('\r\n\r\n')).toBe(fault !== 'endless-headers');
      await until(() => simulator.calls[0]?.end === 'aborted-by-caller', 'abort noted');
      await until(() => simulator.openSockets === 0, 'socket closed');
    },
  );
});

describe('a refusal', () => {
  test('carries the headers that its options ask for', async () => {
    const { head } = await ask(
      '429;retry-after=junk;retry-after-ms=-5;reset-tokens=6m0s;should-retry=false;x-own=1',
    );
    for (const line of [
      'HTTP/1.1 429 Too Many Requests',
      'retry-after: junk',
      'retry-after-ms: -5',
      'x-ratelimit-reset-tokens: 6m0s',
      'x-should-retry: false',
      'x-own: 1',
    ]) {
      expect(head).toContain(line);
    }
  });

  test('can name a date', async () => {
    const { head } = await ask('429;retry-after=date:+90s');
    const date = Date.parse(/retry-after: (.*GMT)/.exec(head)?.[1] ?? '');
    expect(date - (simulator.calls[0]?.at ?? NaN)).toBeGreaterThan(88_000);
    expect(date - (simulator.calls[0]?.at ?? NaN)).toBeLessThan(92_000);
  });

  test.each([
    ['500;shape=string', '{"error":"The server had an error'],
    ['500;shape=detail', '{"detail":"The server'],
    ['503;shape=google', '[{"error":{"code":503,"message":'],
    ['401;shape=azure', '{"error":{"code":"401","message":'],
    ['500;message=Boom', '"message":"Boom"'],
    ['502;body=html', '<html><head><title>502'],
    ['418', '"message":"The simulator was asked to refuse this."'],
  ])('%s has another body', async (fault, text) => {
    expect((await ask(fault)).body).toContain(text);
  });

  test('can have no body, and can stall before its own', async () => {
    expect(await ask('503;body=empty')).toMatchObject({ body: '', ending: 'fin' });
    const answer = await askRaw(port, '503+stall@headers', {
      enough: (received) => received.includes('\r\n\r\n'),
    });
    expect(answer).toMatchObject({ body: '', ending: 'open' });
  });
});
