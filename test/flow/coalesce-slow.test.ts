import { type IncomingMessage, request } from 'node:http';

import { afterEach, describe, expect, test } from 'vitest';

import { closeGrounds, type Ground, openGround, until } from './ground.ts';
import { chunk, closeRawServers, head, rawServer } from './raw-server.ts';
import { askIn } from './translated-asking.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

describe('a caller that does not read', () => {
  const LINE = chunk({ content: 'x'.repeat(60_000) });
  const COUNT = 250;

  let isSent = false;

  /** A provider that sends 15 MB as fast as they are taken, once so many callers wait for them. */
  async function flooded(callers: number): Promise<Ground> {
    isSent = false;
    const server = await rawServer((socket) => {
      socket.write(head('text/event-stream', 'connection: close\r\n') + chunk({ role: 'assistant' }));
      const flood = (): void => {
        for (let n = 0; n < COUNT; n++) socket.write(LINE);
        socket.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
        isSent = true;
      };
      void until(() => ground.started.length === callers, 'all callers are there').then(() =>
        setTimeout(flood, 200),
      );
    });
    const ground = await openGround({
      policy: { coalesce: true },
      providers: [{ name: 'raw', url: server.url }],
    });
    return ground;
  }

  /** Asks, and answers with the answer as soon as its head is there: nobody reads it yet. */
  function begin(ground: Ground): Promise<IncomingMessage> {
    const asked = askIn('openai-chat', 'm', true);
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const call = request(
        { port: ground.port, path: asked.path, method: 'POST', headers, agent: false },
        resolve,
      );
      call.on('error', reject);
      call.end(asked.body);
    });
  }

  async function read(answer: IncomingMessage): Promise<{ bytes: number; whole: boolean }> {
    let bytes = 0;
    answer.on('data', (piece: Buffer) => (bytes += piece.length));
    answer.on('error', () => undefined);
    await new Promise((resolve) => answer.once('close', resolve));
    return { bytes, whole: answer.complete };
  }

  test('holds up nobody else, is told so, and its connection breaks [promise:coalesce-slow-follower]', async () => {
    const ground = await flooded(2);
    const [quick, stuck] = await Promise.all([begin(ground), begin(ground)]);
    const { bytes, whole } = await read(quick);
    expect([whole, bytes > COUNT * 60_000]).toEqual([true, true]);
    await until(() => ground.trails.length === 2, 'both were recorded');
    const cut = ground.trails.find(({ outcome }) => outcome === 'cut');
    expect(cut).toMatchObject({ fault: 'stream_broken' });
    expect(cut?.message).toContain('slowly');
    expect((await read(stuck)).whole).toBe(false);
  });

  test('holds the provider up where nobody else listens, and misses nothing', async () => {
    const ground = await flooded(1);
    const answer = await begin(ground);
    await until(() => isSent, 'the provider has said all');
    expect(ground.trails).toHaveLength(0);
    const { bytes, whole } = await read(answer);
    expect([whole, bytes > COUNT * 60_000]).toEqual([true, true]);
  });
});
