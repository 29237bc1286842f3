import { afterEach, describe, expect, it } from 'vitest';

import { type Capture, headerOf } from '../../src/core/capture.ts';
import { replaceBytes } from '../../src/lib/replace-bytes.ts';
import { chatRequest, closeGrounds, type Ground, NO_BREAKER, openGround } from './ground.ts';
import type { Answer } from './raw-client.ts';
import { closeRawServers, rawServer, sendJson } from './raw-server.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

async function captureOf(ground: Ground, answer: Answer): Promise<Capture | undefined> {
  const { id } = await ground.trailOf(answer);
  return ground.captures.get(id);
}

/** A body as it would be written down. */
function kept(chunks: readonly Uint8Array[], { hidden }: Capture): string {
  const body: Buffer = Buffer.concat(chunks);
  return hidden.reduce((clean, [form, shown]) => replaceBytes(clean, form, shown), body).toString('utf8');
}

describe('capturing', () => {
  it('keeps nothing unless it is asked for [promise:no-bodies-unasked]', async () => {
    const ground = await openGround();
    const answer = await ground.chat();
    await ground.trailOf(answer);
    expect(ground.captures.size).toBe(0);
  });

  it('keeps what was asked and what the caller got, byte for byte', async () => {
    const ground = await openGround({ record: { capture: 'all' } });
    const request = chatRequest('m');
    const answer = await ground.ask(request);
    const capture = await captureOf(ground, answer);
    if (capture === undefined) throw new Error('nothing was captured');
    expect(kept(capture.request, capture)).toBe(request.body);
    expect(kept(capture.answer, capture)).toBe(answer.text);
    expect(capture.head.url).toBe('/v1/chat/completions');
    expect(headerOf(capture.head.answer.headers, 'x-gw-provider')).toBe('first');
    expect(capture.head.answer).toMatchObject({ bytes: Buffer.byteLength(answer.text), isCut: false });
  });

  it('keeps a stream with every event that the caller got', async () => {
    const ground = await openGround({ record: { capture: 'all' } });
    const answer = await ground.stream();
    const capture = await captureOf(ground, answer);
    expect(capture && kept(capture.answer, capture)).toBe(answer.text);
  });

  it('keeps of a translated answer what the caller got, in its own format', async () => {
    const ground = await openGround({
      providers: [{ name: 'claude', format: 'anthropic-messages' }],
      record: { capture: 'all' },
    });
    const answer = await ground.stream();
    const capture = await captureOf(ground, answer);
    expect(capture && kept(capture.answer, capture)).toBe(answer.text);
    expect(answer.text).toContain('chat.completion.chunk');
  });

  it('keeps no more of a body than the limit, and how large it was', async () => {
    const ground = await openGround({ record: { capture: 'all', captureBytes: 10 } });
    const answer = await ground.stream();
    const capture = await captureOf(ground, answer);
    expect(capture && kept(capture.answer, capture)).toBe(answer.text.slice(0, 10));
    expect(capture?.head.request).toMatchObject({ isCut: true });
    expect(capture?.head.answer).toMatchObject({ isCut: true, bytes: Buffer.byteLength(answer.text) });
  });

  it('of errors keeps those that the caller saw and those that another target took off it', async () => {
    const ground = await openGround({ record: { capture: 'errors' }, policy: NO_BREAKER });
    expect(await captureOf(ground, await ground.chat())).toBeUndefined();
    ground.simulator('first').setFault('503');
    const rescued = await ground.chat();
    expect(rescued.status).toBe(200);
    expect(await captureOf(ground, rescued)).toBeDefined();
    const failed = await ground.ask({ ...chatRequest('m'), body: '{"model":' });
    const capture = await captureOf(ground, failed);
    expect(failed.status).toBe(400);
    expect(capture && kept(capture.answer, capture)).toBe(failed.text);
  });
});

describe('what is captured', () => {
  const KEY = 'sk-caller-0123456789abcdef';

  it('has no credential of the caller in it, wherever it stands', async () => {
    const ground = await openGround({ record: { capture: 'all' } });
    const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: `my key is ${KEY}` }] });
    const headers = { authorization: `Bearer ${KEY}`, cookie: 'id=open-sesame-12', 'x-session-id': 's1' };
    const path = `/v1/chat/completions?key=${KEY}&alt=sse`;
    const capture = await captureOf(ground, await ground.ask({ path, body, headers }));
    if (capture === undefined) throw new Error('nothing was captured');
    expect(JSON.stringify(capture.head)).not.toContain(KEY);
    expect(JSON.stringify(capture.head)).not.toContain('open-sesame');
    expect(capture.head.url).toBe('/v1/chat/completions?alt=sse');
    expect(headerOf(capture.head.request.headers, 'authorization')).toBe('Bearer [secret …cdef]');
    expect(headerOf(capture.head.request.headers, 'x-session-id')).toBe('s1');
    expect(kept(capture.request, capture)).toContain('my key is [secret …cdef]');
  });

  it('has no key of a provider in it that quotes what it was sent', async () => {
    const key = 'sk-provider-fedcba9876543210';
    const content = `you sent ${key}`;
    const answer = JSON.stringify({
      id: 'x',
      object: 'chat.completion',
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    });
    const host = await rawServer((socket) => sendJson(socket, answer));
    const ground = await openGround({
      providers: [{ name: 'first', url: host.url, keys: [key] }],
      record: { capture: 'all' },
    });
    const capture = await captureOf(ground, await ground.chat());
    expect(capture && kept(capture.answer, capture)).toContain('you sent [secret …3210]');
  });

  it('keeps the words of a conversation when the caller sends a word in place of a key', async () => {
    const ground = await openGround({ record: { capture: 'all' } });
    const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'anything goes' }] });
    const headers = { authorization: 'Bearer anything' };
    const capture = await captureOf(ground, await ground.ask({ ...chatRequest('m'), body, headers }));
    expect(capture && kept(capture.request, capture)).toBe(body);
  });
});
