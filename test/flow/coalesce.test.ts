import { afterEach, describe, expect, test } from 'vitest';

import type { Policy } from '../../src/core/policy.ts';
import { CALLER_FORMATS } from '../../src/formats/index.ts';
import { keysOf } from '../../src/lib/expect.ts';
import { closeGrounds, type Ground, type GroundOptions, openGround, until } from './ground.ts';
import { MemoryAnswers } from './memory-answers.ts';
import type { RawCall, Request } from './raw-client.ts';
import { askIn } from './translated-asking.ts';

afterEach(closeGrounds);

const FORMATS = keysOf(CALLER_FORMATS);

function opened(policy: Partial<Policy> = {}, more: GroundOptions = {}): Promise<Ground> {
  return openGround({ policy: { coalesce: true, retries: 0, retriesLast: 0, ...policy }, ...more });
}

const SLOW_STREAM = 'm!tokens=40+tokens-per-second=200';

describe('identical requests at the same time', () => {
  const cases = FORMATS.flatMap((format) => [
    { format, stream: true },
    { format, stream: false },
  ]);

  test.each(cases)(
    'share one call, and every caller gets the same bytes ($format, stream: $stream) [promise:coalesce-one-call]',
    async ({ format, stream }) => {
      const ground = await opened({}, { providers: [{ name: 'first', format }] });
      const asked = askIn(format, 'm!slow-headers=300ms+tokens=40', stream);
      const answers = await Promise.all(Array.from({ length: 10 }, () => ground.ask(asked)));
      expect(ground.calls('first')).toBe(1);
      const [one] = answers;
      for (const answer of answers) {
        expect([answer.status, answer.whole]).toEqual([200, true]);
        expect(answer.bytes.equals(one?.bytes ?? Buffer.alloc(0))).toBe(true);
        expect(answer.headers['x-gw-provider']).toBe('first');
      }
      expect(answers.filter(({ headers }) => headers['x-gw-cache'] === 'coalesced')).toHaveLength(9);
      expect(new Set(answers.map(({ headers }) => headers['x-gw-request-id'])).size).toBe(10);
      await until(() => ground.trails.length === 10, 'all were recorded');
      const led = ground.trails.filter(({ attempts }) => attempts.length === 1);
      expect(led).toHaveLength(1);
      for (const trail of ground.trails) {
        expect(trail).toMatchObject({ outcome: 'served', status: 200, bytesOut: one?.bytes.length });
        if (trail !== led[0])
          expect(trail).toMatchObject({ cache: { is: 'coalesced', source: led[0]?.id }, costUsd: 0 });
      }
    },
  );

  test('are one call when they are two hundred', async () => {
    const ground = await opened({ cache: true }, { answers: new MemoryAnswers() });
    const asked = askIn('openai-chat', 'm!slow-headers=300ms+tokens=40', true);
    const answers = await Promise.all(Array.from({ length: 200 }, () => ground.ask(asked)));
    expect(ground.calls('first')).toBe(1);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.every(({ whole }) => whole)).toBe(true);
    expect((await ground.ask(asked)).headers['x-gw-cache']).toBe('hit; age=0');
  });

  test('of which one comes late: it gets the beginning first, and the rest as it comes', async () => {
    const ground = await opened();
    const asked = askIn('openai-chat', SLOW_STREAM, true);
    const first = ground.open(asked);
    await first.until((received) => received.toString().split('data:').length > 10);
    const late = ground.open(asked);
    const [one, two] = await Promise.all([first.answer(), late.answer()]);
    expect(ground.calls('first')).toBe(1);
    expect(two.headers['x-gw-cache']).toBe('coalesced');
    expect(two.bytes.equals(one.bytes)).toBe(true);
  });

  test('are asked apart once the answer is there', async () => {
    const ground = await opened();
    await ground.stream();
    expect((await ground.stream()).headers['x-gw-cache']).toBeUndefined();
    expect(ground.calls('first')).toBe(2);
  });

  test('of different callers, or with other wishes, are never one [promise:cache-per-caller]', async () => {
    const ground = await opened();
    const asked = askIn('openai-chat', 'm!slow-headers=100ms', false);
    const ways: Record<string, string>[] = [
      { authorization: 'Bearer a' },
      { authorization: 'Bearer b' },
      { authorization: 'Bearer a', 'x-gw-timeout': '5s' },
      { authorization: 'Bearer a', 'x-gw-cache': 'off' },
      { authorization: 'Bearer a', 'x-gw-cache': 'refresh' },
    ];
    const answers = await Promise.all(ways.map((headers) => ground.ask({ ...asked, headers })));
    expect(ground.calls('first')).toBe(5);
    expect(answers.every(({ headers }) => headers['x-gw-cache'] !== 'coalesced')).toBe(true);
  });

  test('are asked apart where nobody said otherwise', async () => {
    const ground = await opened({ coalesce: false });
    const asked = askIn('openai-chat', 'm!slow-headers=150ms', false);
    await Promise.all([ground.ask(asked), ground.ask(asked)]);
    expect(ground.calls('first')).toBe(2);
  });
});

describe('a shared call that fails', () => {
  test.each(FORMATS)('tells every caller the same, in its format (%s)', async (format) => {
    const ground = await opened({}, { providers: [{ name: 'first', format }] });
    const asked = askIn(format, 'm!slow-headers=150ms+503', true);
    const answers = await Promise.all(Array.from({ length: 5 }, () => ground.ask(asked)));
    expect(ground.calls('first')).toBe(1);
    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(answer.text).toContain('error');
      expect(answer.headers['x-should-retry']).toBe('false');
    }
    await until(() => ground.trails.length === 5, 'all were recorded');
    expect(
      ground.trails.every(({ outcome, fault }) => outcome === 'failed' && fault === 'upstream_overloaded'),
    ).toBe(true);
  });

  test('fails over once, for all of them', async () => {
    const ground = await opened();
    const asked = askIn('openai-chat', 'm!slow-headers=150ms+503', true);
    const answers = await Promise.all(Array.from({ length: 5 }, () => ground.ask(asked)));
    expect([ground.calls('first'), ground.calls('second')]).toEqual([1, 1]);
    expect(answers.every(({ headers }) => headers['x-gw-provider'] === 'second')).toBe(true);
  });

  test.each(FORMATS)('half way breaks off for every caller, with the error (%s)', async (format) => {
    const ground = await opened({ onCut: 'error' }, { providers: [{ name: 'first', format }] });
    const asked = askIn(format, 'm!slow-headers=150ms+tokens=30+cut@token=20', true);
    const answers = await Promise.all(Array.from({ length: 4 }, () => ground.ask(asked)));
    expect(ground.calls('first')).toBe(1);
    for (const answer of answers) {
      expect(answer.whole).toBe(false);
      expect(answer.text).toContain('error');
    }
    await until(() => ground.trails.length === 4, 'all were recorded');
    expect(ground.trails.map(({ outcome }) => outcome)).toEqual(['cut', 'cut', 'cut', 'cut']);
  });

  test('lets an old answer stand in for each', async () => {
    const ground = await opened(
      { staleIfErrorMs: 60_000 },
      { answers: new MemoryAnswers(), providers: ['first'] },
    );
    await ground.chat();
    ground.simulator('first').setFault('slow-headers=150ms+503');
    const answers = await Promise.all([ground.chat(), ground.chat(), ground.chat()]);
    expect(answers.map(({ headers }) => headers['x-gw-cache']?.split(';')[0])).toEqual([
      'stale',
      'stale',
      'stale',
    ]);
    expect(ground.calls('first')).toBe(2);
  });

  test('is told to all of them when gw is stopped', async () => {
    const ground = await opened();
    const asked = askIn('openai-chat', 'm!slow-headers=20s', false);
    const calls = [ground.open(asked), ground.open(asked)];
    await until(() => ground.started.length === 2, 'both are under way');
    await ground.proxy.drain(10);
    for (const call of calls) expect((await call.answer()).status).toBe(503);
  });
});

describe('callers that leave', () => {
  const both = async (ground: Ground, asked: Request): Promise<[RawCall, RawCall]> => {
    const first = ground.open(asked);
    await first.untilText('data:');
    const second = ground.open(asked);
    await second.untilText('data:');
    return [first, second];
  };

  test('do not end the call while somebody listens, not even the one who began it [promise:coalesce-leader-leaves]', async () => {
    const ground = await opened({ cache: true }, { answers: new MemoryAnswers() });
    const asked = askIn('openai-chat', SLOW_STREAM, true);
    const [first, second] = await both(ground, asked);
    first.hangUp();
    const answer = await second.answer();
    expect([answer.whole, answer.events.at(-1)]).toEqual([true, '[DONE]']);
    expect(ground.calls('first')).toBe(1);
    await until(() => ground.trails.length === 2, 'both were recorded');
    const outcomes = ground.trails.map(({ outcome, attempts }) => [outcome, attempts.length]);
    expect(outcomes).toContainEqual(['gone', 1]);
    expect(outcomes).toContainEqual(['served', 0]);
    // The answer was whole, whoever got it.
    expect((await ground.ask(asked)).headers['x-gw-cache']).toBe('hit; age=0');
  });

  test('end the call with the last of them', async () => {
    const ground = await opened();
    const [first, second] = await both(
      ground,
      askIn('openai-chat', 'm!tokens=1000+tokens-per-second=50', true),
    );
    first.hangUp();
    second.hangUp();
    const { openSockets } = ground.simulator('first');
    expect(openSockets).toBe(1);
    await until(() => ground.simulator('first').openSockets === 0, 'the provider was let go of');
    await until(() => ground.trails.length === 2, 'both were recorded');
    expect(ground.trails.map(({ outcome }) => outcome)).toEqual(['gone', 'gone']);
  });

  test('before the head of the answer came, end it as well', async () => {
    const ground = await opened();
    const asked = askIn('openai-chat', 'm!slow-headers=20s', false);
    const calls = [ground.open(asked), ground.open(asked)];
    await until(() => ground.started.length === 2 && ground.calls('first') === 1, 'both are under way');
    for (const call of calls) call.hangUp();
    await until(() => ground.trails.length === 2, 'both were recorded');
    await until(() => ground.simulator('first').openSockets === 0, 'the provider was let go of');
  });

  test('when only the one who began it was there, end it at once', async () => {
    const ground = await opened();
    const call = ground.open(askIn('openai-chat', 'm!slow-headers=20s', false));
    await until(() => ground.calls('first') === 1, 'the provider was asked');
    call.hangUp();
    await until(() => ground.trails.length === 1, 'it was recorded');
    expect(ground.trails[0]?.outcome).toBe('gone');
  });
});
