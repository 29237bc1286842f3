import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import type { CassetteExchange } from '../../../src/cassette/index.ts';
import { play } from '../../../src/cassette/play.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { RawCall } from '../../flow/raw-client.ts';

/** A clock that stands still until it is told to go on. */
class StillClock implements Clock {
  #now = 0;
  #timers: { readonly at: number; readonly action: () => void }[] = [];
  readonly now = (): number => this.#now;
  readonly monotonic = (): number => this.#now;
  readonly after = (delayMs: number, action: () => void): (() => void) => {
    const timer = { at: this.#now + delayMs, action };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  };

  /** When the next thing is due; waits until something is. */
  async next(): Promise<number> {
    while (this.#timers.length === 0) await new Promise((resolve) => void setImmediate(resolve));
    const [timer] = this.#timers.splice(0, 1);
    this.#now = timer?.at ?? this.#now;
    timer?.action();
    return this.#now;
  }

  get waiting(): number {
    return this.#timers.length;
  }
}

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

const ANSWER: CassetteExchange['answer'] = {
  status: 200,
  headers: { 'content-type': 'text/event-stream' },
  chunks: [
    [300, 'one '],
    [450, 'two '],
    [1450, { base64: Buffer.from('three').toString('base64') }],
  ],
  ending: 'whole',
  endMs: 1500,
};

/** Asks a server that gives this answer again. */
async function ask(answer: CassetteExchange['answer'], clock: Clock, speed: number): Promise<RawCall> {
  const request = { contentType: 'application/json', body: '' };
  const exchange: CassetteExchange = {
    format: 'openai-chat',
    operation: 'chat',
    method: 'GET',
    url: '/',
    request,
    answer,
  };
  const listening: Server = createServer((_, response) => play(exchange, response, { clock, speed }));
  server = listening;
  await new Promise<void>((resolve) => void listening.listen(0, '127.0.0.1', resolve));
  const bound: AddressInfo | string | null = listening.address();
  return new RawCall(typeof bound === 'object' && bound ? bound.port : 0, { path: '/', method: 'GET' });
}

describe('an answer that is given again', () => {
  it('comes in its pieces at its moments', async () => {
    const clock = new StillClock();
    const call = await ask(ANSWER, clock, 1);
    expect(await clock.next()).toBe(300);
    expect(String(await call.untilText('one '))).not.toContain('two');
    expect(await clock.next()).toBe(450);
    expect(String(await call.untilText('two '))).not.toContain('three');
    expect(await clock.next()).toBe(1450);
    const { text, whole } = await call.answer();
    expect({ text, whole }).toEqual({ text: 'one two three', whole: true });
  });

  it('comes in half of the time, or at once, where that is wanted', async () => {
    const clock = new StillClock();
    const call = await ask(ANSWER, clock, 2);
    expect([await clock.next(), await clock.next(), await clock.next()]).toEqual([150, 225, 725]);
    expect((await call.answer()).text).toBe('one two three');
    server?.close();
    const still = new StillClock();
    expect((await (await ask(ANSWER, still, 0)).answer()).text).toBe('one two three');
    expect(still.waiting).toBe(0);
  });

  it.each(['closed', 'reset'] as const)('breaks off as it did: %s', async (ending) => {
    const clock = new StillClock();
    const call = await ask({ ...ANSWER, ending }, clock, 0);
    const { text, whole } = await call.answer();
    expect({ text, whole }).toEqual({ text: 'one two three', whole: false });
  });

  it('is no answer where there was none', async () => {
    const call = await ask({ ...ANSWER, status: 0, chunks: [], ending: 'closed' }, new StillClock(), 0);
    expect((await call.answer()).raw).toHaveLength(0);
  });

  it('is given up when the caller hangs up', async () => {
    const clock = new StillClock();
    const call = await ask(ANSWER, clock, 1);
    await clock.next();
    await call.untilText('one ');
    while (clock.waiting === 0) await new Promise((resolve) => void setImmediate(resolve));
    call.hangUp();
    while (clock.waiting > 0) await new Promise((resolve) => void setImmediate(resolve));
    expect(clock.waiting).toBe(0);
  });
});
