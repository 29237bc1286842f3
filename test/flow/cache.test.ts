import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';

import { CALLER_FORMATS } from '../../src/formats/index.ts';
import { keysOf } from '../../src/lib/expect.ts';
import { closeGrounds, routeOver } from './ground.ts';
import { cacheOf, openCached as opened } from './memory-answers.ts';
import { SDK_CALLERS } from './sdk-callers.ts';
import { askIn } from './translated-asking.ts';

afterEach(closeGrounds);

const FORMATS = keysOf(CALLER_FORMATS);
const HOUR_MS = 3_600_000;

describe('an identical request', () => {
  const cases = FORMATS.flatMap((format) => [
    { format, stream: true },
    { format, stream: false },
  ]);

  test.each(cases)(
    'gets the kept answer byte for byte, and nobody is asked ($format, stream: $stream) [promise:cache-replays]',
    async ({ format, stream }) => {
      const { ground, clock } = await opened({ cache: true }, { providers: [{ name: 'first', format }] });
      const asked = askIn(format, 'm!tokens=40', stream);
      const first = await ground.ask(asked);
      expect([first.status, cacheOf(first)]).toEqual([200, 'miss']);
      clock.move(12_000);
      const second = await ground.ask(asked);
      expect(cacheOf(second)).toBe('hit; age=12');
      expect(second.whole).toBe(true);
      expect(second.bytes.equals(first.bytes)).toBe(true);
      expect(second.headers['content-type']).toBe(first.headers['content-type']);
      expect(second.headers['transfer-encoding']).toBe(first.headers['transfer-encoding']);
      expect(second.headers['x-gw-provider']).toBe('first');
      expect(ground.calls('first')).toBe(1);
      const trail = await ground.trailOf(second);
      expect(trail).toMatchObject({
        outcome: 'served',
        status: 200,
        failover: false,
        costUsd: 0,
        attempts: [],
      });
      expect(trail.cache).toMatchObject({ is: 'hit', source: first.headers['x-gw-request-id'] });
      expect(trail.served).toBeUndefined();
    },
  );

  test.each(FORMATS)('is answered across formats too, in the caller’s own (%s)', async (format) => {
    const { ground } = await opened(
      { cache: true },
      { providers: [{ name: 'other', format: format === 'gemini' ? 'openai-chat' : 'gemini' }] },
    );
    for (const stream of [true, false]) {
      const first = await ground.ask(askIn(format, 'm', stream));
      const second = await ground.ask(askIn(format, 'm', stream));
      expect([cacheOf(first), cacheOf(second)?.startsWith('hit')]).toEqual(['miss', true]);
      expect(second.bytes.equals(first.bytes)).toBe(true);
    }
    expect(ground.calls('other')).toBe(2);
  });

  test('a stream of Gemini in one JSON list is kept too', async () => {
    const { ground } = await opened({ cache: true }, { providers: [{ name: 'first', format: 'gemini' }] });
    const asked = askIn('gemini', 'm', true);
    const list = { ...asked, path: asked.path.replace('?alt=sse', '') };
    const first = await ground.ask(list);
    const second = await ground.ask(list);
    expect(cacheOf(second)).toBe('hit; age=0');
    expect(second.bytes.equals(first.bytes)).toBe(true);
  });

  test.each(SDK_CALLERS)('is read by $name from the replayed stream', async (caller) => {
    const { format } = caller;
    const { ground } = await opened({ cache: true }, { providers: [{ name: 'first', format }] });
    const origin = `http://127.0.0.1:${ground.port}`;
    const heard = [
      await caller.open(origin).ask('Tell me something.'),
      await caller.open(origin).ask('Tell me something.'),
    ];
    expect(heard[0]?.[0]?.text.length).toBeGreaterThan(0);
    expect(heard[1]).toEqual(heard[0]);
    expect(ground.calls('first')).toBe(1);
    expect(ground.trails.map(({ cache }) => cache?.is)).toEqual(['miss', 'hit']);
  });

  test('is captured with what it got, where that is asked for', async () => {
    const { ground } = await opened({ cache: true }, { record: { capture: 'all' } });
    const [, second] = [await ground.stream(), await ground.stream()];
    const trail = await ground.trailOf(second);
    const captured = Buffer.concat(ground.captures.get(trail.id)?.answer ?? []);
    expect(cacheOf(second)).toBe('hit; age=0');
    expect(captured.equals(second.bytes)).toBe(true);
  });

  test('of an operation that is no conversation is answered too', async () => {
    const { ground } = await opened();
    const asked = { path: '/v1/embeddings', body: JSON.stringify({ model: 'm', input: 'x' }) };
    const [first, second] = [await ground.ask(asked), await ground.ask(asked)];
    expect(cacheOf(second)).toBe('hit; age=0');
    expect(second.text).toBe(first.text);
  });

  test('is looked up on the disk without holding anybody up', async () => {
    const { ground, answers } = await opened();
    answers.isSlow = true;
    await ground.chat();
    expect(cacheOf(await ground.chat())).toBe('hit; age=0');
  });

  test('is asked anew when the time is up', async () => {
    const { ground, clock } = await opened({ cache: true, cacheTtlMs: HOUR_MS });
    await ground.chat();
    clock.move(HOUR_MS - 1000);
    expect(cacheOf(await ground.chat())).toBe('hit; age=3599');
    clock.move(1000);
    expect(cacheOf(await ground.chat())).toBe('miss');
    expect(ground.calls('first')).toBe(2);
  });
});

describe('what is not the same', () => {
  test('never meets: another caller, route, body, path, stream or profile [promise:cache-per-caller]', async () => {
    const routes = [
      routeOver(['first'], { name: 'main' }),
      routeOver(['second'], { name: 'other', match: [] }),
    ];
    const { ground } = await opened({ cache: true }, { routes });
    const variant = fc.record({
      key: fc.constantFrom(undefined, 'sk-a', 'sk-b', 'sk-ab'),
      header: fc.constantFrom('authorization', 'x-api-key', 'api-key'),
      route: fc.constantFrom(undefined, 'main', 'other'),
      stream: fc.boolean(),
      temperature: fc.constantFrom(undefined, 0, 1),
      query: fc.constantFrom('', '?a=1', '?a=2'),
      beta: fc.constantFrom(undefined, 'one', 'two'),
    });
    const answered = new Map<string, string>();
    await fc.assert(
      fc.asyncProperty(variant, async (v) => {
        const headers: Record<string, string> = {};
        if (v.key !== undefined) headers[v.header] = v.header === 'authorization' ? `Bearer ${v.key}` : v.key;
        if (v.route !== undefined) headers['x-gw-route'] = v.route;
        if (v.beta !== undefined) headers['openai-beta'] = v.beta;
        const body = {
          model: 'm',
          messages: [{ role: 'user', content: 'x' }],
          stream: v.stream,
          temperature: v.temperature,
        };
        const answer = await ground.ask({
          path: `/v1/chat/completions${v.query}`,
          body: JSON.stringify(body),
          headers,
        });
        // One key is one caller's, in whichever of the headers for keys it comes.
        const place = v.key === undefined ? '' : v.header === 'authorization' ? v.header : 'key';
        const same = JSON.stringify({ ...v, header: place, route: v.route ?? 'main' });
        const isHit = cacheOf(answer)?.startsWith('hit') ?? false;
        if (isHit) expect(answered.has(same)).toBe(true);
        const source = (await ground.trailOf(answer)).cache?.source;
        if (isHit) expect(source).toBe(answered.get(same));
        else answered.set(same, answer.headers['x-gw-request-id'] ?? '');
      }),
      { numRuns: 150 },
    );
  });

  test('an order of targets that was changed makes another answer', async () => {
    const { ground } = await opened();
    await ground.chat();
    const [route] = ground.profile.routes;
    if (!route) throw new Error('no route');
    const turned = { ...ground.profile, routes: [{ ...route, targets: [...route.targets].reverse() }] };
    ground.proxy.apply({ settings: ground.settings, keys: ground.keys, profile: turned });
    const answer = await ground.chat();
    expect([cacheOf(answer), answer.headers['x-gw-provider']]).toEqual(['miss', 'second']);
    ground.proxy.apply({ settings: ground.settings, keys: ground.keys, profile: ground.profile });
    expect(cacheOf(await ground.chat())).toBe('hit; age=0');
  });

  test('what belongs to a conversation that the provider keeps is always asked', async () => {
    const { ground, answers } = await opened(
      { cache: true },
      { providers: [{ name: 'first', format: 'openai-responses' }] },
    );
    for (const more of [{ conversation: 'conv_1' }, { background: true }]) {
      const answer = await ground.ask(askIn('openai-responses', 'm', false, more));
      expect(cacheOf(answer)).toBeUndefined();
    }
    expect(answers.kept.size).toBe(0);
  });
});

describe('what is never kept', () => {
  test.each([
    ['an error', '503', false],
    ['an error inside a 200', 'error-in-200', true],
    ['an error inside a stream', 'error-in-200@token=5', true],
    ['a blocked answer', 'finish=content_filter', false],
    ['a blocked stream', 'finish=content_filter', true],
    ['a stream that was cut', 'cut@token=5', true],
    ['a stream without its end', 'cut@token=5;by=end', true],
    ['an answer that stopped half way', 'cut@byte=40', false],
    ['an answer with malformed events', 'malformed@event=10', true],
  ])('%s (%s) [promise:cache-whole-only]', async (_, fault, stream) => {
    const { ground, answers } = await opened(
      { cache: true, staleIfErrorMs: HOUR_MS, onCut: 'error' },
      { providers: ['first'] },
    );
    await ground.chat(`m!${fault}`, { stream });
    expect(ground.calls('first')).toBe(1);
    expect(answers.kept.size).toBe(0);
  });

  test('what was cut and gone on with by another target', async () => {
    const { ground, answers } = await opened({ cache: true, staleIfErrorMs: HOUR_MS, onCut: 'continue' });
    ground.simulator('first').setFault('tokens=30+cut@token=10');
    ground.simulator('second').setFault('tokens=30');
    const answer = await ground.stream();
    expect((await ground.trailOf(answer)).attempts).toHaveLength(2);
    expect([answer.whole, answers.kept.size]).toEqual([true, 0]);
  });

  test('what is larger than the limit', async () => {
    const { ground, answers } = await opened({ cache: true }, { cache: { answerBytes: 1024 } });
    const answer = await ground.chat('m!tokens=2000');
    expect(answers.kept.size).toBe(0);
    expect((await ground.trailOf(answer)).cache).toEqual({
      is: 'miss',
      kept: false,
      why: 'is larger than cache.answerBytes',
    });
  });

  test('what a stand-in said is not given again once its turn is over', async () => {
    const { ground } = await opened();
    ground.simulator('first').setFault('503;once');
    const stoodIn = await ground.chat();
    expect(stoodIn.headers['x-gw-provider']).toBe('second');
    const next = await ground.chat();
    expect([cacheOf(next), next.headers['x-gw-provider']]).toEqual(['miss', 'first']);
    expect(cacheOf(await ground.chat())).toBe('hit; age=0');
  });

  test('the answer to a caller that hung up half way', async () => {
    const { ground, answers } = await opened({ cache: true }, { providers: ['first'] });
    const call = ground.open({ ...askIn('openai-chat', 'm!tokens=50+tokens-per-second=50', true) });
    await call.untilText('data:');
    call.hangUp();
    await expect.poll(() => ground.trails.length).toBe(1);
    expect(answers.kept.size).toBe(0);
  });

  test('anything, while no policy and no request asks for it', async () => {
    const { ground, answers } = await opened({});
    expect(cacheOf(await ground.chat())).toBeUndefined();
    expect(answers.kept.size).toBe(0);
    expect(ground.trails[0]?.cache).toBeUndefined();
  });
});
