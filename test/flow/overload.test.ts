import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { closeGrounds, type Ground, type GroundOptions, openGround, until } from './ground.ts';
import { HeldClock } from './held-clock.ts';
import { type Answer, get } from './raw-client.ts';

afterEach(closeGrounds);

/** A stream that goes on until `letGo` is called, so that what happens meanwhile has all the time it needs. */
const SLOW = 'm!tokens=4+slow-drip=20ms';

/** Of the first provider. */
let time: HeldClock;

beforeEach(() => {
  time = new HeldClock();
});

/** A ground whose first provider lives by `time`. */
function openHeld(options: GroundOptions = {}, ...others: readonly string[]): Promise<Ground> {
  return openGround({ providers: [{ name: 'first', simulator: { clock: time } }, ...others], ...options });
}

function load(ground: Ground): {
  readonly inFlight: number;
  readonly queued: number;
  readonly refused: number;
} {
  return ground.proxy.rooms.total.view();
}

function at(ground: Ground, provider: string) {
  return ground.proxy.rooms.views()[provider];
}

function withConcurrency(concurrency: number, more: GroundOptions = {}): Promise<Ground> {
  return openHeld({ concurrency: { first: concurrency }, ...more }, 'second');
}

describe('more requests than gw may have under way', () => {
  // [promise:overload-refused]
  test.each([
    ['/v1/chat/completions', 'error.gw.fault', { messages: [{ role: 'user', content: 'x' }] }],
    ['/v1/messages', 'error.type', { max_tokens: 9, messages: [{ role: 'user', content: 'x' }] }],
    ['/v1/responses', 'error.gw.fault', { input: 'x' }],
  ])('are refused at once in the format of %s, with a time to come back', async (path, place, body) => {
    const ground = await openHeld({ policy: { maxInFlight: 1, maxQueued: 0 } });
    const running = ground.stream(SLOW);
    await until(() => load(ground).inFlight === 1, 'it is under way');
    const answer = await ground.ask({ path, body: JSON.stringify({ model: 'm', ...body }), headers: {} });
    expect(answer.status).toBe(503);
    expect(['busy', 'overloaded_error', 'api_error']).toContain(get(answer.json, place));
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(answer.headers['x-should-retry']).toBe('true');
    expect((await ground.trailOf(answer)).fault).toBe('busy');
    time.letGo();
    expect((await running).whole).toBe(true);
    expect(load(ground)).toMatchObject({ inFlight: 0, queued: 0, refused: 1 });
    expect((await ground.chat()).status).toBe(200);
  });

  test('wait for room, and the trail says how long', async () => {
    const ground = await openHeld({ policy: { maxInFlight: 1 } });
    const running = ground.stream(SLOW);
    await until(() => load(ground).inFlight === 1, 'it is under way');
    const waiting = ground.chat();
    await until(() => load(ground).queued === 1, 'it waits');
    expect(ground.calls('first')).toBe(1);
    time.letGo();
    expect((await running).whole).toBe(true);
    const answer = await waiting;
    expect(answer.status).toBe(200);
    expect((await ground.trailOf(answer)).queuedMs).toBeGreaterThan(0);
    expect(load(ground)).toMatchObject({ inFlight: 0, queued: 0, refused: 0 });
  });

  test('that waited as long as they may are told so', async () => {
    const ground = await openHeld({ policy: { maxInFlight: 1, queueWaitMs: 60 } });
    const running = ground.stream(SLOW);
    await until(() => load(ground).inFlight === 1, 'it is under way');
    const answer = await ground.chat();
    expect([answer.status, get(answer.json, 'error.gw.fault')]).toEqual([503, 'busy']);
    expect(get(answer.json, 'error.message')).toMatch(/gw has no room: 1 of 1 requests under way.*waited/);
    time.letGo();
    await running;
  });

  test('give their place up when their caller hangs up', async () => {
    const ground = await openHeld({ policy: { maxInFlight: 1 } });
    const running = ground.stream(SLOW);
    await until(() => load(ground).inFlight === 1, 'it is under way');
    const call = ground.open({
      path: '/v1/chat/completions',
      body: JSON.stringify({ model: 'm', messages: [] }),
    });
    await until(() => load(ground).queued === 1, 'it waits');
    call.hangUp();
    await until(() => load(ground).queued === 0, 'its place is free');
    time.letGo();
    await running;
    expect(load(ground)).toMatchObject({ inFlight: 0, refused: 0 });
  });

  // [promise:overload-fair]
  test('of one caller do not keep another one waiting', async () => {
    const ground = await openHeld({ policy: { maxInFlight: 1 } });
    const order: string[] = [];
    const ask = async (session: string): Promise<Answer> => {
      const answer = await ground.stream('m!tokens=2', {}, { 'x-session-id': session });
      order.push(session);
      return answer;
    };
    const running = ground.stream(SLOW);
    await until(() => load(ground).inFlight === 1, 'it is under way');
    const script = Array.from({ length: 20 }, () => ask('script'));
    await until(() => load(ground).queued === 20, 'the script waits');
    const agent = ask('agent');
    await until(() => load(ground).queued === 21, 'the agent waits');
    time.letGo();
    await Promise.all([running, agent, ...script]);
    expect(order.indexOf('agent')).toBeLessThanOrEqual(1);
    expect(order).toHaveLength(21);
  });

  test('do not keep gw from saying what it has, and a higher limit lets them in at once', async () => {
    const ground = await openHeld({ policy: { maxInFlight: 1 } });
    const running = ground.stream(SLOW);
    await until(() => load(ground).inFlight === 1, 'it is under way');
    const waiting = ground.chat();
    await until(() => load(ground).queued === 1, 'it waits');
    expect((await ground.ask({ method: 'GET', path: '/v1/models' })).status).toBe(200);
    const policy = { ...ground.profile.policy, maxInFlight: 5 };
    ground.proxy.apply({ ...ground, profile: { ...ground.profile, policy } });
    expect((await waiting).status).toBe(200);
    time.letGo();
    expect((await running).whole).toBe(true);
  });
});

describe('a provider that serves only so many at once', () => {
  // [promise:overload-next]
  test('is passed over while another target has room, and the trail says so', async () => {
    const ground = await withConcurrency(1);
    const running = ground.stream(SLOW);
    await until(() => at(ground, 'first')?.inFlight === 1, 'it is under way');
    const answer = await ground.chat();
    expect(answer.headers['x-gw-provider']).toBe('second');
    const trail = await ground.trailOf(answer);
    expect(trail).toMatchObject({ outcome: 'served', failover: true });
    expect(trail.plan[0]).toMatchObject({ fault: 'busy', skipped: 'busy: 1 of 1 requests under way' });
    expect(trail.attempts).toHaveLength(1);
    time.letGo();
    await running;
    expect((await ground.chat()).headers['x-gw-provider']).toBe('first');
    expect(at(ground, 'first')).toMatchObject({ inFlight: 0, limit: 1, queued: 0 });
    expect(at(ground, 'second')).toBeUndefined();
  });

  test('is waited for when nobody else is there, and never sees more than it serves', async () => {
    const ground = await openGround({ providers: ['first'], concurrency: { first: 2 } });
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, ground.simulator('first').calls.filter(({ end }) => end === 'open').length);
    }, 1);
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => ground.stream('m!tokens=3+slow-drip=5ms')),
    );
    clearInterval(watch);
    expect(answers.every(({ status, whole }) => status === 200 && whole)).toBe(true);
    expect(most).toBeLessThanOrEqual(2);
    const queued = ground.trails.flatMap(({ attempts }) => attempts[0]?.queuedMs ?? []);
    expect(queued.length).toBeGreaterThanOrEqual(9);
    expect(at(ground, 'first')).toMatchObject({ inFlight: 0, queued: 0, refused: 0 });
  });

  test('all of them full: whichever has room first serves', async () => {
    const second = new HeldClock();
    const ground = await openGround({
      providers: [
        { name: 'first', simulator: { clock: time } },
        { name: 'second', simulator: { clock: second } },
      ],
      concurrency: { first: 1, second: 1 },
    });
    const long = ground.stream(SLOW);
    await until(() => at(ground, 'first')?.inFlight === 1, 'the first is full');
    const short = ground.stream('m', {}, { 'x-gw-targets': `second/${SLOW}` });
    await until(() => at(ground, 'second')?.inFlight === 1, 'the second is full');
    const waiting = ground.chat();
    await until(() => ground.started.length === 3, 'it waits');
    second.letGo();
    const answer = await waiting;
    expect(answer.headers['x-gw-provider']).toBe('second');
    expect((await ground.trailOf(answer)).attempts[0]?.queuedMs).toBeGreaterThan(0);
    expect((await short).whole).toBe(true);
    expect(at(ground, 'second')).toMatchObject({ inFlight: 0, queued: 0 });
    expect(at(ground, 'first')).toMatchObject({ inFlight: 1, queued: 0 });
    time.letGo();
    expect((await long).whole).toBe(true);
  });

  test('is refused at once when its queue is full too', async () => {
    const ground = await openHeld({ concurrency: { first: 1 }, policy: { maxQueued: 0 } });
    const running = ground.stream(SLOW);
    await until(() => at(ground, 'first')?.inFlight === 1, 'it is under way');
    const answer = await ground.chat();
    expect([answer.status, get(answer.json, 'error.gw.fault')]).toEqual([503, 'busy']);
    expect(answer.headers['x-should-retry']).toBe('true');
    expect(answer.headers['retry-after']).toBeDefined();
    expect((await ground.trailOf(answer)).attempts).toHaveLength(0);
    time.letGo();
    await running;
  });

  test('that stands in for a failed one is waited for', async () => {
    const ground = await openGround({
      providers: ['first', { name: 'second', simulator: { clock: time } }],
      concurrency: { second: 1 },
      policy: { retries: 0 },
    });
    const running = ground.stream('m', {}, { 'x-gw-targets': `second/${SLOW}` });
    await until(() => at(ground, 'second')?.inFlight === 1, 'the second is full');
    ground.simulator('first').setFault('500');
    const waiting = ground.chat();
    await until(() => at(ground, 'second')?.queued === 1, 'it waits');
    time.letGo();
    const answer = await waiting;
    expect(answer.headers['x-gw-provider']).toBe('second');
    const { attempts } = await ground.trailOf(answer);
    expect(attempts[1]?.queuedMs).toBeGreaterThan(0);
    expect(attempts[1]?.waitedMs).toBeGreaterThanOrEqual(attempts[1]?.queuedMs ?? 0);
    time.letGo();
    await running;
    expect(at(ground, 'second')).toMatchObject({ inFlight: 0, queued: 0 });
  });

  test('holds a place for no longer than its call lasts, however that ends', async () => {
    time.letGo();
    const ground = await withConcurrency(1);
    for (const fault of ['500', 'cut@token=3', 'reset@byte=20', 'stall@event=1', 'malformed@event=1']) {
      const call = ground.open({
        path: '/v1/chat/completions',
        body: JSON.stringify({
          model: `m!${fault}`,
          stream: true,
          messages: [{ role: 'user', content: 'x' }],
        }),
      });
      await until(() => ground.trails.length > 0 || at(ground, 'first')?.inFlight === 1, 'it began');
      call.hangUp();
      await until(
        () => at(ground, 'first')?.inFlight === 0 && load(ground).inFlight === 0,
        'all places are free',
      );
    }
  });
});
