import { afterEach, describe, expect, test } from 'vitest';

import { closeGrounds, type Ground } from './ground.ts';
import { cacheOf, openCached as opened } from './memory-answers.ts';
import type { Answer } from './raw-client.ts';

afterEach(closeGrounds);

describe('a request’s own wish', () => {
  const ask = (ground: Ground, headers: Record<string, string>): Promise<Answer> =>
    ground.chat('m', {}, headers);

  test('turns the cache on where the policy does not', async () => {
    const { ground } = await opened({});
    expect(cacheOf(await ask(ground, { 'x-gw-cache': 'on' }))).toBe('miss');
    expect(cacheOf(await ask(ground, { 'x-gw-cache': 'ON' }))).toBe('hit; age=0');
    expect(cacheOf(await ask(ground, {}))).toBeUndefined();
  });

  test.each([{ 'x-gw-cache': 'off' }, { 'cache-control': 'no-store' }])(
    'turns it off: %o',
    async (headers) => {
      const { ground, answers } = await opened();
      expect(cacheOf(await ask(ground, headers))).toBeUndefined();
      expect(answers.kept.size).toBe(0);
      await ask(ground, {});
      expect(cacheOf(await ask(ground, headers))).toBeUndefined();
      expect(ground.calls('first')).toBe(3);
    },
  );

  test.each([{ 'x-gw-cache': 'refresh' }, { 'cache-control': 'max-age=0, no-cache' }])(
    'has the answer made anew: %o',
    async (headers) => {
      const { ground } = await opened();
      await ask(ground, {});
      const anew = await ask(ground, headers);
      expect(cacheOf(anew)).toBe('miss');
      const again = await ground.trailOf(await ask(ground, {}));
      expect(again.cache?.source).toBe(anew.headers['x-gw-request-id']);
    },
  );

  test.each([{ 'x-gw-cache': 'only' }, { 'cache-control': 'only-if-cached' }])(
    'takes nothing but a kept answer: %o',
    async (headers) => {
      const { ground } = await opened();
      const none = await ask(ground, headers);
      expect(none.status).toBe(504);
      expect(none.text).toContain('no answer to this request is kept');
      expect(none.headers['x-should-retry']).toBe('false');
      await ask(ground, {});
      expect(cacheOf(await ask(ground, headers))).toBe('hit; age=0');
      expect(ground.calls('first')).toBe(1);
    },
  );

  test('that is none is refused, and the words that are known are named', async () => {
    const { ground } = await opened({});
    const answer = await ask(ground, { 'x-gw-cache': 'yes' });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('x-gw-cache takes on, off, refresh or only, not \\"yes\\"');
    expect(ground.calls('first')).toBe(0);
  });

  test('stays with gw', async () => {
    const { ground } = await opened();
    await ask(ground, { 'x-gw-cache': 'refresh' });
    expect(ground.simulator('first').calls[0]?.headers).not.toHaveProperty('x-gw-cache');
  });
});
