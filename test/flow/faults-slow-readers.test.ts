import { afterEach, expect, test } from 'vitest';

import { chatRequest, closeGrounds, NO_BREAKER, openGround, until } from './ground.ts';
import { chunk, closeRawServers, head, rawServer, sendWithoutEnd } from './raw-server.ts';
import { untilStill } from './until.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

const READERS = 100;
const MIB = 2 ** 20;
/** What is kept of a stream so that somebody can go on with it, and what is on its way. */
const MOST_MIB = 4 + 1;

test('a hundred callers that stop reading cost bounded memory, and nobody else waits for them [promise:backpressure]', async () => {
  const event = Buffer.from(chunk({ content: 'x'.repeat(64 * 1024) }));
  let sent = 0;
  const server = await rawServer((socket, request) => {
    if (!request.includes('"slow"')) {
      socket.end(
        `${head('text/event-stream', 'connection: close\r\n')}${chunk({ content: 'quick' }, 'stop')}`,
      );
      return;
    }
    sendWithoutEnd(socket, event, (bytes) => (sent += bytes));
  });
  const ground = await openGround({
    providers: [{ name: 'raw', url: server.url }],
    policy: { ...NO_BREAKER, idleMs: 60_000 },
  });
  const before = process.memoryUsage().arrayBuffers;
  const slow = Array.from({ length: READERS }, () => ground.open(chatRequest('slow', { stream: true })));
  for (const { socket } of slow) socket.once('data', () => void socket.pause());
  await untilStill(() => sent, 400, 'the provider had to wait for every one of them', 30_000);
  // Bytes alive, those of the callers and of the provider included; the resident set also holds what was thrown away.
  const heldPerReader = (process.memoryUsage().arrayBuffers - before) / MIB / READERS;
  expect(heldPerReader).toBeLessThan(MOST_MIB);

  for (let turn = 0; turn < 20; turn++) {
    expect(await ground.stream('quick')).toMatchObject({ status: 200, whole: true, content: 'quick' });
  }
  expect(ground.trails).toHaveLength(20);

  for (const call of slow) call.hangUp();
  await until(() => ground.trails.length === 20 + READERS, 'every exchange ended');
  await until(() => server.sockets.size === 0, 'every upstream socket was closed');
  expect(new Set(ground.trails.slice(20).map(({ outcome }) => outcome))).toEqual(new Set(['gone']));
});
