import { createServer, type ServerResponse } from 'node:http';
import type { LookupFunction } from 'node:net';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { fault } from '../../src/core/fault.ts';
import { failed, ok } from '../../src/core/outcome.ts';
import { HeldClock } from '../unit/daemon/held-clock.ts';
import { closeGrounds, type Ground, openGround, until } from './ground.ts';
import { closeServers, events, FakeNetwork, type FarHost, openFar, serveAt } from './network.ts';

/** A stream's first content is late after this long, so the question comes after half of it. */
const CONTENT_MS = 10_000;

let clock: HeldClock;
let network: FakeNetwork;
let host: FarHost;
let usual: FarHost['answer'];
/** Whom the host has not answered yet, in their order. */
let waiting: ServerResponse[];

beforeEach(async () => {
  clock = new HeldClock();
  network = new FakeNetwork();
  host = await serveAt('alpha.test', true);
  usual = host.answer;
  waiting = [];
  host.answer = (_, response) => void waiting.push(response);
});

afterEach(async () => {
  await closeGrounds();
  await closeServers();
});

function asked(times: number): Promise<void> {
  return until(() => host.asked >= times, `the host was asked ${times} times`);
}

function logged(ground: Ground, event: string): Promise<void> {
  return until(() => ground.logLines.join().includes(`"${event}"`), event);
}

/** Lets what was begun come to its end, in which nothing is to happen. */
async function pause(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** The host answers at last whom it was asked for first. */
function answerFirst(): void {
  const [first] = waiting;
  if (first) usual(first.req, first);
}

/** That its answer is waited for, and that a question which could not be asked because of this trouble says nothing. */
async function waitedFor(ground: Ground, trouble: () => void): Promise<void> {
  const answer = ground.chat();
  await asked(1);
  trouble();
  clock.advance(CONTENT_MS / 2);
  await pause();
  expect(ground.logLines.join()).not.toContain('late-');
  answerFirst();
  expect((await answer).headers['x-gw-provider']).toBe('alpha');
}

// [promise:doubt-alive]
describe('a whole answer is waited for', () => {
  test.each([408, 504])('where a question is refused with %i, which is no silence', async (status) => {
    const ground = await openFar([host], ['second'], { clock, network });
    const answer = ground.chat();
    await asked(1);
    host.answer = (_, response) => void response.writeHead(status).end();
    clock.advance(CONTENT_MS / 2);
    await logged(ground, 'late-but-alive');
    answerFirst();
    expect((await answer).headers['x-gw-provider']).toBe('alpha');
  });

  test('where its target takes no new connection, as servers do that finish what they have and then end', async () => {
    let port = 0;
    const server = createServer((request, response) => {
      request.resume().on('end', () => void waiting.push(response));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address !== null && typeof address === 'object') ({ port } = address);
    const ground = await openGround({
      clock,
      providers: [{ name: 'alpha', url: `http://127.0.0.1:${port}/v1` }, 'second'],
    });
    const answer = ground.chat();
    await until(() => waiting.length === 1, 'the server was asked');
    const closed = new Promise((resolve) => void server.close(resolve));
    clock.advance(CONTENT_MS / 2);
    await logged(ground, 'late-but-alive');
    answerFirst();
    expect((await answer).headers['x-gw-provider']).toBe('alpha');
    await closed;
  });

  test('where its target answers others while a question gets lost, and the next one is answered', async () => {
    const ground = await openFar([host], ['second'], { clock, network });
    const answer = ground.chat();
    await asked(1);
    clock.advance(CONTENT_MS / 2);
    await asked(2);
    clock.advance(1);
    host.answer = usual;
    expect((await ground.chat()).headers['x-gw-provider']).toBe('alpha');
    clock.advance(CONTENT_MS / 2);
    await logged(ground, 'late-but-alive');
    expect(host.asked).toBe(4);
    answerFirst();
    expect((await answer).headers['x-gw-provider']).toBe('alpha');
  });

  test('where this computer could not ask, as it has no more files to open', async () => {
    let isShort = false;
    const lookup: LookupFunction = (...[name, options, callback]) => {
      if (isShort) callback(Object.assign(new Error('too many open files'), { code: 'EMFILE' }), '', 4);
      else network.lookup(name, options, callback);
    };
    const ground = await openGround({
      clock,
      providers: [{ name: 'alpha', url: host.url }, 'second'],
      network: { senses: network, lookup },
    });
    await waitedFor(ground, () => (isShort = true));
  });

  test('where there is no token to ask with, although its own request had one', async () => {
    let isGone = false;
    const ground = await openGround({
      clock,
      providers: [{ name: 'alpha', url: host.url }, 'second'],
      network: { senses: network, lookup: network.lookup },
      signerFor: ({ name }) =>
        name === 'alpha'
          ? {
              sign: () =>
                Promise.resolve(
                  isGone
                    ? failed(fault('upstream_unreachable', 'no token from auth.test: it answered 503'))
                    : ok({ headers: ['authorization', 'Bearer token'], secrets: ['token'] }),
                ),
            }
          : undefined,
    });
    await waitedFor(ground, () => (isGone = true));
  });

  test('where the question cannot leave, as this computer is offline for a moment', async () => {
    const other = await serveAt('beta.test');
    const ground = await openFar([host, other], [], { clock, network });
    const answer = ground.chat();
    await asked(1);
    network.up = false;
    clock.advance(CONTENT_MS / 2);
    await until(() => events(ground).includes('network-lost'), 'the network was found to be gone');
    await pause();
    answerFirst();
    expect((await answer).headers['x-gw-provider']).toBe('alpha');
    expect(other.asked).toBe(0);
  });
});

// [promise:doubt-silent]
test('a whole answer is taken elsewhere when a second question is not answered either, whoever was answered before', async () => {
  const ground = await openFar([host], ['second'], { clock, network });
  const answer = ground.chat();
  await asked(1);
  clock.advance(CONTENT_MS / 2);
  await asked(2);
  clock.advance(1);
  const silent = host.answer;
  host.answer = usual;
  await ground.chat();
  host.answer = silent;
  clock.advance(CONTENT_MS / 2);
  await asked(4);
  clock.advance(CONTENT_MS / 2);
  expect((await answer).headers['x-gw-provider']).toBe('second');
});

// [promise:doubt-not]
test('nothing is asked of a target whose limit is reached', async () => {
  const ground = await openFar([host], ['second'], { clock, network });
  const answer = ground.chat();
  await asked(1);
  clock.advance(CONTENT_MS / 2 - 500);
  host.answer = (_, response) => void response.writeHead(429).end();
  expect((await ground.chat()).headers['x-gw-provider']).toBe('second');
  const before = host.asked;
  clock.advance(1000);
  await pause();
  expect(host.asked).toBe(before);
  answerFirst();
  expect((await answer).headers['x-gw-provider']).toBe('alpha');
});
