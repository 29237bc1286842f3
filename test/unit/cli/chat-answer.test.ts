import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, test } from 'vitest';

import { openCaller } from '../../../src/cli/chat/caller.ts';
import { BASE_PATHS } from '../../../src/core/base-path.ts';
import type { CallerFormatName } from '../../../src/core/operation.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { keysOf } from '../../../src/lib/expect.ts';
import { createSimulator } from '../../../src/simulator/index.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

describe('a caller that checks what it gets', () => {
  test('reads the same from a stream and from a whole answer', async () => {
    const [whole, stream] = await Promise.all([
      askSimulator(undefined, false),
      askSimulator(undefined, true),
    ]);
    expect(whole).toMatchObject({ is: 'whole', status: 200, problem: undefined, firstContentMs: undefined });
    expect(stream).toMatchObject({ is: 'whole', status: 200, problem: undefined });
    expect(stream.content).toEqual(whole.content);
    expect(whole.content).toMatchObject({ finish: 'stop', fingerprint: 'fp_sim', model: 'm' });
    expect(stream.firstContentMs).toBeLessThanOrEqual(stream.totalMs);
  });

  test('says the same in every format that callers speak', async () => {
    const plain = await askSimulator(undefined, false);
    for (const name of keysOf(CALLER_FORMATS)) {
      for (const stream of [false, true]) {
        const { is, content } = await askSimulator(undefined, stream, name);
        expect([name, is, content.text]).toEqual([name, 'whole', plain.content.text]);
        expect(content.finish).not.toBe(undefined);
        expect((await askSimulator('cut@token=4', stream, name)).is).toBe('broken');
        expect(await askSimulator('429', stream, name)).toMatchObject({ is: 'refused', status: 429 });
      }
    }
  });

  test.each([
    ['cut@token=4', true],
    ['cut@token=4;by=end', true],
    ['no-done', true],
    ['no-finish', true],
    ['error-in-200@token=4', true],
    ['malformed@event=4', true],
    ['cut@token=4', false],
    ['no-finish', false],
    ['html-200', false],
  ])('takes %s for no whole answer (streamed: %s)', async (fault, stream) => {
    const answer = await askSimulator(fault, stream);
    expect(answer.is).toBe('broken');
    expect(answer.problem).not.toBe('');
  });

  test('tells what a refusal says', async () => {
    const answer = await askSimulator('402', true);
    expect(answer).toMatchObject({ is: 'refused', status: 402, problem: 'Insufficient Balance' });
  });

  test('says so when nothing comes', async () => {
    const answer = await askSimulator('reset@accept', false);
    expect(answer).toMatchObject({ is: 'none', status: undefined });
    expect(answer.problem).not.toBe('');
  });

  test('gives up after its time', async () => {
    const { url } = await listen(createServer(() => undefined));
    const caller = await openCaller(systemClock);
    closing.push(() => caller.close());
    const question = { text: 'hello', model: 'm', stream: false };
    const format = CALLER_FORMATS['openai-chat'];
    const answer = await caller.ask({ baseUrl: url, format, question, headers: {}, timeoutMs: 50 });
    expect(answer).toMatchObject({ is: 'none', problem: 'no answer within 50 ms' });
  });
});

async function askSimulator(
  fault: string | undefined,
  stream: boolean,
  name: CallerFormatName = 'openai-chat',
) {
  const simulator = createSimulator(fault === undefined ? {} : { fault });
  closing.push(() => simulator.close());
  const { url } = await simulator.listen();
  const caller = await openCaller(systemClock);
  closing.push(() => caller.close());
  const question = { text: 'hello', model: 'm', stream };
  const baseUrl = new URL(url).origin + BASE_PATHS[name];
  return caller.ask({ baseUrl, format: CALLER_FORMATS[name], question, headers: {}, timeoutMs: 10_000 });
}

async function listen(server: Server): Promise<{ url: string }> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}
