import { Worker } from 'node:worker_threads';

import { afterEach, expect, test } from 'vitest';

import { closeGrounds, openGround, until } from './ground.ts';

const workers: Worker[] = [];

afterEach(async () => {
  await closeGrounds();
  await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
});

/** A healthy provider on a thread of its own: it answers after 50 ms, whatever the thread of the test is doing. */
const PROVIDER = `
const { createServer } = require('node:http');
const { parentPort } = require('node:worker_threads');
const event = (delta, finish) => 'data: ' + JSON.stringify({
  id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm',
  choices: [{ index: 0, delta, finish_reason: finish }],
}) + '\\n\\n';
const server = createServer((request, response) => {
  request.resume();
  setTimeout(() => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let left = 10;
    const timer = setInterval(() => {
      if (left-- > 0) return response.write(event({ content: 'word ' }, null));
      clearInterval(timer);
      response.end(event({}, 'stop') + 'data: [DONE]\\n\\n');
    }, 20);
  }, 50);
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

function startProvider(): Promise<string> {
  const worker = new Worker(PROVIDER, { eval: true });
  workers.push(worker);
  return new Promise((resolve, reject) => {
    worker.once('message', (port: unknown) => resolve(`http://127.0.0.1:${String(port)}/v1`));
    worker.once('error', reject);
  });
}

/** Holds this thread up, as a burst of work or a computer without a free core does. */
function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

// [promise:starved-no-trip]
test('no breaker opens because gw itself stood still for 1.5 s again and again', async () => {
  const url = await startProvider();
  const ground = await openGround({
    providers: [{ name: 'healthy', url }, 'second'],
    // So much shorter than gw stands still that it must notice, and long for a provider that answers after 50 ms and goes on every 20 ms.
    policy: { firstContentMs: 500, idleMs: 500 },
  });
  const streams = Array.from({ length: 12 }, () => ground.stream('m'));
  // Held up between the poll for what arrived and the timers: those are then looked at before what arrived meanwhile.
  await until(() => ground.started.some(({ attempts }) => attempts.length > 0), 'the first is being sent');
  for (let i = 0; i < 3; i++) {
    standStill(1500);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 30));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const answers = await Promise.all(streams);
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: 200, whole: true });
    expect(answer.headers['x-gw-provider']).toBe('healthy');
  }
  expect(ground.attempts.filter(({ fault }) => fault !== undefined)).toEqual([]);
  expect(ground.proxy.health().every(({ breaker }) => breaker.is === 'closed')).toBe(true);
});
