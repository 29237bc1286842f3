import { connect } from 'node:net';

import { afterEach, describe, expect, test } from 'vitest';

import { createSimulator } from '../../src/simulator/index.ts';
import { closeSimulators, simulate } from './simulator-ground.ts';
import { askRaw, manualClock, until } from './simulator-raw-client.ts';

afterEach(closeSimulators);

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/chat/completions`, { method: 'POST', headers, body: JSON.stringify(body) });
}

const ASKED = { model: 'm', messages: [{ role: 'user', content: 'Hello.' }] };

describe('the calls a simulator remembers', () => {
  test('say who asked what, with which key, and how it ended', async () => {
    const { simulator, url } = await simulate();
    await (await post(url, { ...ASKED, model: 'gpt-4o!tokens=3' }, { authorization: 'Bearer sk-1' })).text();
    await (await fetch(`${url}/models?limit=5`, { headers: { 'x-api-key': 'sk-2' } })).text();
    await until(() => simulator.calls.every(({ end }) => end === 'ended'), 'both ended');
    expect(simulator.calls).toMatchObject([
      {
        number: 1,
        method: 'POST',
        path: '/v1/chat/completions',
        model: 'gpt-4o',
        key: 'sk-1',
        fault: 'tokens=3',
        status: 200,
        body: expect.stringContaining('"Hello."'),
      },
      { number: 2, method: 'GET', path: '/v1/models', model: '', key: 'sk-2', fault: undefined },
    ]);
  });

  test('are no more than asked for, and can be forgotten', async () => {
    const { simulator, url } = await simulate({ keepCalls: 3 });
    for (let i = 0; i < 5; i++) await (await post(url, ASKED)).text();
    expect(simulator.calls.map(({ number }) => number)).toEqual([3, 4, 5]);
    expect(simulator.received).toBe(5);
    simulator.forgetCalls();
    expect([simulator.calls, simulator.received]).toEqual([[], 5]);
  });

  test('hold the beginning of a large body, and its size', async () => {
    const { simulator, url } = await simulate();
    await (await post(url, { ...ASKED, padding: 'x'.repeat(200_000) })).text();
    expect(simulator.calls[0]?.body).toHaveLength(64 * 1024);
    expect(simulator.calls[0]?.bodyBytes).toBeGreaterThan(200_000);
  });

  test('tell connections apart', async () => {
    const { simulator, port } = await simulate();
    await askRaw(port, 'tokens=1');
    await askRaw(port, 'tokens=1');
    expect(new Set(simulator.calls.map(({ remotePort }) => remotePort)).size).toBe(2);
  });

  test.each([
    ['slow-headers=1h', 0],
    ['slow-first-token=1h', 0],
    ['slow-drip=1h', 2],
  ])('show a caller that hangs up during %s, and nothing is written after that', async (fault, written) => {
    const clock = manualClock();
    const { simulator, url } = await simulate({ clock });
    const hangUp = new AbortController();
    const answer = fetch(`${url}/chat/completions`, {
      method: 'POST',
      headers: { 'x-sim-fault': fault },
      body: JSON.stringify({ ...ASKED, stream: true }),
      signal: hangUp.signal,
    });
    answer.catch(() => undefined);
    await until(() => clock.waiting === 1, 'the simulator waits');
    expect(simulator.calls[0]?.end).toBe('open');
    clock.move(1000);
    hangUp.abort();
    await until(() => simulator.calls[0]?.end === 'aborted-by-caller', 'abort noted');
    expect(simulator.calls[0]).toMatchObject({ written, endedAt: clock.now() });
    expect(clock.waiting).toBe(0);
  });
});

describe('the pace of a simulated stream', () => {
  test('follows first token, tokens per second, and the model', async () => {
    const clock = manualClock();
    const { simulator, port } = await simulate({
      clock,
      firstTokenMs: 300,
      tokensPerSecond: 50,
      modelLatency: [{ model: 'slow-*', firstTokenMs: 5000 }],
    });
    const times: number[] = [];
    const begun = clock.now();
    const answer = askRaw(port, 'tokens=4');
    for (let wait = 1; wait <= 4; wait++) {
      await until(() => clock.waiting === 1, `wait ${wait}`);
      const written = simulator.calls[0]?.written;
      while (simulator.calls[0]?.written === written && clock.waiting === 1) clock.move(1);
      times.push(clock.now() - begun);
    }
    expect((await answer).body).toContain('[DONE]');
    expect(times).toEqual([300, 320, 340, 360]);
  });

  test('differs by model', async () => {
    const clock = manualClock();
    const { simulator, url } = await simulate({
      clock,
      modelLatency: [{ model: 'slow-*', firstTokenMs: 5000 }],
    });
    await (await post(url, ASKED)).text();
    const slow = post(url, { ...ASKED, model: 'slow-one' });
    await until(() => clock.waiting === 1, 'the slow model waits');
    clock.move(4999);
    expect(simulator.calls[1]?.end).toBe('open');
    clock.move(1);
    expect((await slow).status).toBe(200);
  });

  test('varies with jitter, the same way every time', async () => {
    const waits = async (): Promise<number[]> => {
      const clock = manualClock();
      const { simulator, port } = await simulate({ clock });
      const answer = askRaw(port, 'tokens=6+tokens-per-second=10+jitter=50%');
      const seen: number[] = [];
      for (let wait = 0; wait < 5; wait++) {
        await until(() => clock.waiting === 1, `wait ${wait}`);
        const [begun, written] = [clock.now(), simulator.calls[0]?.written];
        while (simulator.calls[0]?.written === written && clock.waiting === 1) clock.move(1);
        seen.push(clock.now() - begun);
      }
      await answer;
      return seen;
    };
    const first = await waits();
    expect(first).toEqual(await waits());
    expect(new Set(first).size).toBeGreaterThan(2);
    expect(Math.min(...first)).toBeGreaterThanOrEqual(49);
    expect(Math.max(...first)).toBeLessThanOrEqual(151);
  });
});

describe('an idle connection', () => {
  /** Asks twice over one socket; what happens in between is up to the test. */
  function keptAlive(port: number) {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    let ending: 'open' | 'fin' | 'reset' = 'open';
    socket.on('data', (piece) => (received += piece.toString()));
    socket.on('end', () => (ending = 'fin'));
    socket.on('error', () => (ending = 'reset'));
    const ask = (fault: string) =>
      socket.write(`GET /v1/models HTTP/1.1\r\nhost: x\r\nx-sim-fault: ${fault}\r\n\r\n`);
    return { ask, socket, answers: () => received.split('HTTP/1.1 200').length - 1, ending: () => ending };
  }

  test.each([
    ['idle-close=50ms', 'fin'],
    ['idle-close=50ms;by=reset', 'reset'],
  ])('meets %s after its answer', async (fault, ending) => {
    const clock = manualClock();
    const { port } = await simulate({ clock });
    const caller = keptAlive(port);
    caller.ask(fault);
    await until(() => caller.answers() === 1 && clock.waiting === 1, 'answered');
    clock.move(49);
    expect(caller.ending()).toBe('open');
    clock.move(1);
    await until(() => caller.ending() !== 'open', 'closed');
    expect(caller.ending()).toBe(ending);
  });

  test('is not closed when it was used again', async () => {
    const clock = manualClock();
    const { simulator, port } = await simulate({ clock });
    const caller = keptAlive(port);
    caller.ask('idle-close=50ms;once');
    await until(() => clock.waiting === 1, 'answered');
    caller.ask('tokens=1');
    await until(() => caller.answers() === 2, 'answered again');
    clock.move(1000);
    caller.ask('tokens=1');
    await until(() => caller.answers() === 3, 'answered a third time');
    expect(simulator.openSockets).toBe(1);
    caller.socket.destroy();
  });
});

describe('a simulator', () => {
  test('refuses a fault that it does not know where it is set', async () => {
    expect(() => createSimulator({ fault: '429;retry_after=1' })).toThrow('did you mean "retry-after"?');
    const { simulator } = await simulate();
    expect(() => simulator.setFault('stal')).toThrow('did you mean "stall"?');
  });

  test('rejects with the system error when its port is taken', async () => {
    const { port } = await simulate();
    await expect(createSimulator().listen(port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('closes although callers are waiting', async () => {
    const { simulator, port } = await simulate({ fault: 'stall' });
    const answer = askRaw(port, 'stall');
    await until(() => simulator.calls.length === 1, 'called');
    await simulator.close();
    expect((await answer).raw).toHaveLength(0);
  });

  test('shows what it received under /v1/echo', async () => {
    const { url } = await simulate();
    const answer = await fetch(`${url}/echo/x`, { method: 'PUT', headers: { 'x-own': '1' }, body: 'hello' });
    expect(await answer.json()).toMatchObject({
      method: 'PUT',
      path: '/v1/echo/x',
      headers: { 'x-own': '1' },
      body: 'hello',
    });
  });
});
