import type { ServerResponse } from 'node:http';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { chatRequest, closeGrounds, type Ground, until } from './ground.ts';
import {
  breakers,
  closeServers,
  events,
  FakeNetwork,
  type FarHost,
  openFar,
  serveAt,
  SleepyClock,
} from './network.ts';
import type { Answer } from './raw-client.ts';

let network: FakeNetwork;
let clock: SleepyClock;
let far: readonly FarHost[];

beforeEach(async () => {
  network = new FakeNetwork();
  clock = new SleepyClock();
  far = await Promise.all(['alpha.test', 'beta.test', 'gamma.test'].map((name) => serveAt(name)));
});

afterEach(async () => {
  await closeGrounds();
  await closeServers();
});

/** A proxy over three far providers, and behind them those given. */
function open(more: readonly string[] = [], hosts = far): Promise<Ground> {
  return openFar(hosts, more, { clock, network });
}

/** Lets a second pass, and what was begun in it come to its end. */
async function aSecondLater(ground: Ground, condition: () => boolean, what: string): Promise<void> {
  clock.advance(1000);
  await until(condition, what);
  expect(ground.logLines.filter((line) => line.includes('"error"'))).toEqual([]);
}

describe('names that stop resolving in the middle of traffic', () => {
  test('open no breaker, and what is local serves [promise:offline-blames-nobody] [promise:offline-local]', async () => {
    const ground = await open(['local']);
    expect((await ground.chat()).headers['x-gw-provider']).toBe('alpha');
    network.up = false;
    const answers = await Promise.all(Array.from({ length: 20 }, () => ground.chat()));
    expect(answers.map(({ status, headers }) => [status, headers['x-gw-provider']])).toEqual(
      Array.from({ length: 20 }, () => [200, 'local']),
    );
    expect(breakers(ground)).toEqual(['closed', 'closed', 'closed', 'closed']);
    expect(ground.proxy.offline()).toMatchObject({ reason: 'no-name' });
    expect(events(ground)).toEqual(['network-lost']);
  });

  test('leave far targets out from then on, with the reason in the plan [promise:offline-told]', async () => {
    const ground = await open(['local']);
    network.up = false;
    await ground.chat();
    const before = network.lookups;
    const trail = await ground.trailOf(await ground.chat());
    expect(network.lookups).toBe(before);
    expect(trail.attempts.map(({ target }) => target.provider)).toEqual(['local']);
    for (const { skipped, fault } of trail.plan.slice(0, 3)) {
      expect(skipped).toBe('not asked while this computer is offline (host names do not resolve)');
      expect(fault).toBe('offline');
    }
  });

  test('are taken back in the trail of the request that met them first', async () => {
    const ground = await open();
    network.up = false;
    const trail = await ground.trailOf(await ground.chat());
    expect(trail).toMatchObject({ outcome: 'failed', status: 503, fault: 'offline' });
    expect(new Set(trail.attempts.map(({ fault }) => fault))).toEqual(new Set(['offline']));
    expect(trail.attempts[0]?.message).toContain('its host name does not resolve');
  });

  test('are over within two seconds of the network being back [promise:offline-back]', async () => {
    const ground = await open(['local']);
    network.up = false;
    expect((await ground.chat()).headers['x-gw-provider']).toBe('local');
    const begun = clock.now();
    network.up = true;
    await aSecondLater(ground, () => ground.proxy.offline() === undefined, 'gw saw the network');
    expect(clock.now() - begun).toBeLessThanOrEqual(2000);
    expect((await ground.chat()).headers['x-gw-provider']).toBe('alpha');
    expect(breakers(ground)).toEqual(['closed', 'closed', 'closed', 'closed']);
    expect(events(ground)).toEqual(['network-lost', 'network-back']);
  });
});

describe('a caller whom nobody can serve while offline', () => {
  const ASKING: readonly (readonly [string, (ground: Ground) => Promise<Answer>])[] = [
    ['OpenAI chat', (ground) => ground.chat()],
    ['a stream', (ground) => ground.stream()],
    [
      'Anthropic',
      (ground) =>
        ground.ask({
          path: '/v1/messages',
          body: JSON.stringify({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'x' }] }),
        }),
    ],
    [
      'Gemini',
      (ground) =>
        ground.ask({
          path: '/v1beta/models/m:generateContent',
          body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'x' }] }] }),
        }),
    ],
  ];

  test.each(ASKING)('is told so in its own words, at once: %s [promise:offline-told]', async (_, ask) => {
    const ground = await open();
    network.up = false;
    // The clock stands still: a wait for a second try would never end.
    for (let turn = 0; turn < 3; turn++) {
      const answer = await ask(ground);
      expect(answer.status).toBe(503);
      expect(answer.headers).toMatchObject({ 'retry-after': '2', 'x-should-retry': 'true' });
      expect(answer.text).toContain('this computer is offline: host names do not resolve');
      expect(answer.text).toContain('gw goes on by itself when the network is back');
    }
    expect(network.lookups).toBeLessThanOrEqual(3);
    expect(breakers(ground)).toEqual(['closed', 'closed', 'closed']);
  });
});

describe('one provider whose name does not resolve', () => {
  test('is blamed as ever while others are there [promise:offline-one-host]', async () => {
    const ground = await open();
    network.lost.add('alpha.test');
    for (let turn = 0; turn < 4; turn++) {
      expect((await ground.chat()).headers['x-gw-provider']).toBe('beta');
      // Each may be the first for what gw knows.
      clock.advance(6000);
    }
    const { breaker } = ground.proxy.health()[0] ?? {};
    expect(breaker).toMatchObject({ reason: 'upstream_unreachable' });
    expect(breakers(ground).slice(1)).toEqual(['closed', 'closed']);
    expect(events(ground)).toEqual([]);
  });

  test('is blamed when all that is wrong is that both names are', async () => {
    const ground = await open([], far.slice(0, 2));
    for (const name of ['alpha.test', 'beta.test']) network.lost.add(name);
    const answer = await openAndFail(ground);
    expect(answer.text).toContain('does not resolve');
    expect(answer.text).not.toContain('offline');
  });

  test('and is the only one: the name server decides [promise:offline-one-host]', async () => {
    const ground = await open([], far.slice(0, 1));
    network.lost.add('alpha.test');
    expect((await openAndFail(ground)).status).toBe(502);
    network.resolver = 'silent';
    clock.advance(6000);
    const answer = await openAndFail(ground);
    expect([answer.status, answer.text]).toEqual([503, expect.stringContaining('this computer is offline')]);
  });
});

/** A request that may be tried again on the way: time passes while it waits. */
async function openAndFail(ground: Ground): Promise<Answer> {
  const call = ground.open(chatRequest('m'));
  const answer = call.answer();
  let done = false;
  void answer.finally(() => (done = true));
  await until(() => {
    clock.advance(1);
    return done;
  }, 'the answer came');
  return answer;
}

describe('a computer without a network interface', () => {
  test('is known to be offline without anybody being asked [promise:offline-private]', async () => {
    const ground = await open(['local']);
    await ground.chat();
    clock.advance(2000);
    network.own = [];
    const { lookups } = network;
    expect((await ground.chat()).headers['x-gw-provider']).toBe('local');
    expect([network.lookups, network.asked]).toEqual([lookups, 0]);
    expect(ground.proxy.offline()).toMatchObject({ reason: 'no-interface' });
    network.own = ['192.0.2.8'];
    await aSecondLater(ground, () => ground.proxy.offline() === undefined, 'gw saw the network');
  });

  test('is felt nothing of while providers answer [promise:offline-private]', async () => {
    const ground = await open();
    for (let turn = 0; turn < 5; turn++) {
      await ground.chat();
      clock.advance(30_000);
    }
    expect(network.asked).toBe(0);
  });
});

describe('an answer that is cut by the own network', () => {
  test('is told as cut, and held against nobody [promise:offline-blames-nobody]', async () => {
    const [host] = far;
    const ground = await open([], far.slice(0, 1));
    const running: ServerResponse[] = [];
    if (host) {
      host.answer = (_, response) => {
        running.push(response);
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const delta = { role: 'assistant', content: 'Once' };
        const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm' };
        response.write(`data: ${JSON.stringify({ ...chunk, choices: [{ index: 0, delta }] })}\n\n`);
      };
    }
    const call = ground.open(chatRequest('m', { stream: true }));
    await call.untilText('Once');
    network.own = [];
    for (const { socket } of running) socket?.destroy();
    const answer = await call.answer();
    expect(answer.whole).toBe(false);
    expect(await ground.trailOf(answer)).toMatchObject({ outcome: 'cut', attempts: [{ fault: 'offline' }] });
    expect(breakers(ground)).toEqual(['closed']);
  });
});

describe('a captive portal', () => {
  test('that answers for several hosts is told apart from them [promise:offline-portal]', async () => {
    const ground = await open();
    for (const host of far) {
      host.answer = (_, response) => {
        response.writeHead(200, { 'content-type': 'text/html', connection: 'close' });
        response.end('<html><body>Please log in</body></html>');
      };
    }
    network.sign = 'stranger';
    const answer = await openAndFail(ground);
    expect(answer.status).toBe(503);
    expect(answer.text).toContain('captive portal');
    expect(answer.text).not.toContain('Please log in');
    expect(breakers(ground)).toEqual(['closed', 'closed', 'closed']);
  });

  test('is not what one provider is that answers with a page', async () => {
    const ground = await open();
    const [first] = far;
    if (first) {
      first.answer = (_, response) => {
        response.writeHead(200, { 'content-type': 'text/html', connection: 'close' });
        response.end('<html></html>');
      };
    }
    expect((await ground.chat()).headers['x-gw-provider']).toBe('beta');
    expect(events(ground)).toEqual([]);
    const trail = await ground.trailOf(await ground.chat());
    expect(trail.attempts[0]?.fault).toBe('upstream_garbled');
  });
});

describe('while offline', () => {
  test('nobody looks any more when nobody asks, and the next request is served at once all the same', async () => {
    const ground = await open();
    network.up = false;
    await ground.chat();
    // Each look is let come to its end before the next second.
    for (let second = 0; second < 302; second++) {
      clock.advance(1000);
      await new Promise((resolve) => void setImmediate(resolve));
    }
    const { asked } = network;
    clock.advance(3_600_000);
    await new Promise((resolve) => void setImmediate(resolve));
    expect(network.asked).toBe(asked);
    network.up = true;
    expect((await ground.chat()).headers['x-gw-provider']).toBe('alpha');
  });

  test('a far answer that comes all the same ends it', async () => {
    const ground = await open();
    const [first] = far;
    let release = (): void => undefined;
    const answer = first?.answer;
    if (first && answer) {
      first.answer = (request, response) => {
        release = () => answer(request, response);
      };
    }
    const held = ground.chat();
    await until(() => far[0]?.asked === 1, 'it arrived');
    network.up = false;
    expect((await ground.chat()).status).toBe(503);
    expect(ground.proxy.offline()).toBeDefined();
    release();
    expect((await held).status).toBe(200);
    expect(ground.proxy.offline()).toBeUndefined();
  });
});
