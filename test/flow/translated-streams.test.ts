import { afterEach, describe, expect, test } from 'vitest';

import { readStream } from '../contract/stream-contracts.ts';
import { closeGrounds, NO_BREAKER, openGround, until } from './ground.ts';
import { chunk, closeRawServers, rawServer, sendWithoutEnd } from './raw-server.ts';
import { askIn } from './translated-asking.ts';
import { untilStill } from './until.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

describe('a provider that said why it stopped', () => {
  test.each(['reset@end', 'fin@end', 'stall@end'])(
    'and then is lost (%s) has served, as in its own format',
    async (fault) => {
      const ground = await openGround({ providers: ['first'], policy: { ...NO_BREAKER, idleMs: 300 } });
      for (const caller of ['anthropic-messages', 'gemini', 'openai-responses'] as const) {
        const answer = await ground.ask(askIn(caller, `m!text=Hi you.+${fault}`, true));
        expect(readStream(caller, answer.text)).toMatchObject({
          end: 'whole',
          text: 'Hi you.',
          breaches: [],
        });
        expect((await ground.trailOf(answer)).outcome).toBe('served');
      }
    },
  );
});

describe('a provider that streams without end', () => {
  const event = Buffer.from(chunk({ content: 'x'.repeat(64 * 1024) }));

  test('although a whole answer was asked for is given up, and another target serves', async () => {
    const server = await rawServer((socket) => {
      sendWithoutEnd(socket, event);
    });
    const ground = await openGround({ providers: [{ name: 'raw', url: server.url }, 'second'] });
    const answer = await ground.ask(askIn('anthropic-messages', 'm', false));
    expect([answer.status, answer.headers['x-gw-provider']]).toEqual([200, 'second']);
    const [first] = (await ground.trailOf(answer)).attempts;
    expect(first).toMatchObject({
      fault: 'upstream_garbled',
      message: expect.stringContaining('larger than'),
    });
    await until(() => server.sockets.size === 0, 'the upstream socket was closed');
  });

  test('is not read on while its caller does not read', async () => {
    let sent = 0;
    const server = await rawServer((socket) => {
      sendWithoutEnd(socket, event, (bytes) => (sent += bytes));
    });
    const ground = await openGround({
      providers: [{ name: 'raw', url: server.url }],
      policy: { ...NO_BREAKER, idleMs: 60_000 },
    });
    const call = ground.open(askIn('gemini', 'm', true));
    call.socket.once('data', () => void call.socket.pause());
    await untilStill(() => sent, 400, 'the provider had to wait');
    expect(sent).toBeLessThan(32 * 1024 * 1024);
    call.hangUp();
    await until(() => ground.trails.length === 1, 'the exchange ended');
    await until(() => server.sockets.size === 0, 'the upstream socket was closed');
    expect(ground.trails[0]).toMatchObject({ outcome: 'gone', attempts: [{ format: 'openai-chat' }] });
  });
});

test('opening frames without end are given up, and another target serves', async () => {
  const opening = chunk({ role: 'assistant', content: '' }).repeat(500);
  const server = await rawServer((socket) => {
    sendWithoutEnd(socket, opening);
  });
  const ground = await openGround({ providers: [{ name: 'raw', url: server.url }, 'second'] });
  const answer = await ground.ask(askIn('openai-responses', 'm', true));
  expect(readStream('openai-responses', answer.text)).toMatchObject({ end: 'whole', breaches: [] });
  const [first] = (await ground.trailOf(answer)).attempts;
  expect(first).toMatchObject({ fault: 'upstream_garbled', message: expect.stringContaining('no content') });
});
