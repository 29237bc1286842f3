import { afterEach, describe, expect, test } from 'vitest';

import { closeGrounds, movableClock, openGround, routeOver } from './ground.ts';
import { get } from './raw-client.ts';
import { closeRawServers, rawServer, sendJson } from './raw-server.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

const ONCE = { retries: 0, retriesLast: 0 };

describe('a rate limit', () => {
  const LIMITED = { providers: [{ name: 'first', keys: ['sk-a', 'sk-b'] }, 'second'] };

  test('moves on to another key of the provider, which goes on serving [promise:key-rotates]', async () => {
    const ground = await openGround(LIMITED);
    ground.simulator('first').setFault('429;retry-after=30;once');
    const answer = await ground.chat();
    expect(answer.headers['x-gw-provider']).toBe('first');
    for (let turn = 0; turn < 3; turn++) await ground.chat();
    expect(ground.simulator('first').calls.map(({ key }) => key)).toEqual([
      'sk-a',
      'sk-b',
      'sk-b',
      'sk-b',
      'sk-b',
    ]);
    expect(ground.calls('second')).toBe(0);
  });

  test.each(['401', '403', '402', '429;code=insufficient_quota'])(
    'or %s of one key leaves it alone for every model [promise:key-rotates] [promise:out-of-credit-opens]',
    async (fault) => {
      const clock = movableClock();
      const ground = await openGround({ ...LIMITED, clock });
      ground.simulator('first').setFault(`${fault};once`);
      await ground.chat('m1');
      await ground.chat('m2');
      expect(ground.simulator('first').calls.map(({ key }) => key)).toEqual(['sk-a', 'sk-b', 'sk-b']);
      clock.move(601_000);
      await ground.chat('m3');
      expect(ground.simulator('first').calls.at(-1)?.key).toBe('sk-a');
    },
  );

  test.each([
    ['seconds', '429;retry-after=30', 30_000],
    ['a date', '429;retry-after=date:+30s', 30_000],
    ['milliseconds', '429;retry-after-ms=30000', 30_000],
    ['a reset', '429;message=slow;reset-requests=30s', 30_000],
    ['a sentence', '429;message=Please try again in 30s.', 30_000],
  ])('is obeyed as %s: not one call before its end [promise:retry-after-obeyed]', async (_, fault, ms) => {
    const clock = movableClock();
    const ground = await openGround({ clock });
    ground.simulator('first').setFault(`${fault};once`);
    expect((await ground.chat()).headers['x-gw-provider']).toBe('second');
    clock.move(ms - 2500);
    for (let turn = 0; turn < 5; turn++)
      expect((await ground.chat()).headers['x-gw-provider']).toBe('second');
    expect(ground.calls('first')).toBe(1);
    clock.move(4000);
    expect((await ground.chat()).headers['x-gw-provider']).toBe('first');
  });

  test.each(['-5', 'soon', '1e999', '0x10', 'NaN', ''])(
    'that says "%s" says nothing [promise:retry-after-obeyed]',
    async (value) => {
      const ground = await openGround({ providers: ['first'], policy: { ...ONCE } });
      const answer = await ground.chat(`m!429;message=slow;retry-after=${value}`);
      expect(answer.status).toBe(429);
      const [attempt] = (await ground.trailOf(answer)).attempts;
      expect(attempt?.retryAfterMs).toBeUndefined();
      expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(2);
    },
  );

  test('that is short is waited for in line', async () => {
    const ground = await openGround();
    const answer = await ground.chat('m!429;message=slow;retry-after-ms=40;once');
    expect(answer.headers).toMatchObject({ 'x-gw-provider': 'first', 'x-gw-attempts': '2' });
    const [, second] = (await ground.trailOf(answer)).attempts;
    expect(second?.waitedMs).toBeGreaterThanOrEqual(40);
  });

  test('with nobody else is told to the caller at once, capped, with the true time beside it [promise:retry-after-capped]', async () => {
    const ground = await openGround({ providers: ['first'] });
    const before = Date.now();
    for (let turn = 0; turn < 3; turn++) {
      const answer = await ground.chat('m!429;retry-after=3600');
      expect(answer.status).toBe(429);
      expect(answer.headers['retry-after']).toBe('60');
      const at = Date.parse(answer.headers['x-gw-retry-at'] ?? '') - before;
      expect(at).toBeGreaterThan(3_590_000);
      expect(at).toBeLessThan(3_700_000);
    }
    expect(ground.calls('first')).toBe(1);
  });
});

describe('when nobody could serve', () => {
  test('the first target’s status and words win, and every attempt is named [promise:exhausted-tells]', async () => {
    const ground = await openGround({ providers: ['first', 'second', 'third'], policy: ONCE });
    ground
      .simulator('first')
      .setFault('429;retry-after=300;code=tokens_exceeded;message=Too many tokens today.');
    ground.simulator('second').setFault('401');
    ground.simulator('third').setFault('stall@accept');
    const answer = await ground.chat('m', {}, { 'x-gw-timeout': '1s' });
    expect(answer.status).toBe(429);
    expect(get(answer.json, 'error')).toMatchObject({
      message: expect.stringMatching(/^Too many tokens today\. \(gw tried 3 targets:/),
      code: 'tokens_exceeded',
      gw: {
        fault: 'upstream_rate_limited',
        request_id: answer.headers['x-gw-request-id'],
        tried: [
          expect.stringMatching(/^first\/m: 429/),
          expect.stringMatching(/^second\/backup: 401/),
          expect.stringMatching(/^third\/backup: no answer within/),
        ],
      },
    });
    expect(answer.headers).toMatchObject({ 'x-should-retry': 'false', 'x-gw-attempts': '3' });
    expect(await ground.trailOf(answer)).toMatchObject({ outcome: 'failed', status: 429, failover: false });
  });

  test('one target’s refusal reaches the caller as it came', async () => {
    const ground = await openGround({ providers: ['first'], routes: [routeOver(['first'])] });
    for (const fault of ['400', '400;shape=detail', '422;body=text', '404', '503;body=html']) {
      const url = `${ground.profile.providers[0]?.url}/chat/completions`;
      const body = JSON.stringify({ model: `m!${fault}`, messages: [{ role: 'user', content: 'x' }] });
      const headers = { 'content-type': 'application/json' };
      const direct = await fetch(url, { method: 'POST', headers, body });
      const answer = await ground.ask({ path: '/v1/chat/completions', body });
      expect([answer.status, answer.headers['content-type']]).toEqual([
        direct.status,
        direct.headers.get('content-type'),
      ]);
      expect(answer.text).toBe(await direct.text());
      expect(answer.headers['x-request-id']).toMatch(/^req_sim_/);
    }
  });

  test.each([1, 2])('a key that a provider quotes reaches nobody, with %i targets', async (count) => {
    const key = 'sk-canary-0123456789';
    const names = [
      { name: 'first', keys: [key], headers: { 'x-own-token': 'canary-token-1' } },
      'second',
    ].slice(0, count);
    const ground = await openGround({ providers: names, policy: ONCE });
    if (count === 2) ground.simulator('second').setFault('401');
    for (const stream of [false, true]) {
      for (const fault of ['401', '400', 'error-in-200']) {
        const text = `No ${key} é, no canary-token-1.`;
        ground.simulator('first').setFault(`${fault};message=${text}`);
        const answer = await ground.chat('m', { stream });
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.text).not.toMatch(/sk-canary|canary-token/);
        if (fault === '400')
          expect(get(answer.json, 'error.message')).toContain('No [secret …6789] é, no [secret …en-1].');
      }
      ground.proxy.apply({ settings: ground.settings, profile: ground.profile, keys: ground.keys });
    }
    const spoken = JSON.stringify([ground.trails, ground.logLines, ground.proxy.health()]);
    expect(spoken).toContain('[secret …6789]');
    expect(spoken.replaceAll(`env:${key}`, '')).not.toMatch(/sk-canary|canary-token/);
  });

  test('what a provider puts into its error is quoted without harm', async () => {
    const body = JSON.stringify({
      error: { message: `Bad\u001b[2J ${'x'.repeat(5000)}`, __proto__: { polluted: 1 } },
    });
    const server = await rawServer((socket) => sendJson(socket, body));
    const ground = await openGround({ providers: [{ name: 'raw', url: server.url }], policy: ONCE });
    const answer = await ground.chat();
    expect(answer.status).toBe(503);
    expect(get({}, 'polluted')).toBeUndefined();
  });
});

describe('a caller that nobody could serve is told when to come back', () => {
  test.each(['503', '500', 'reset@accept', 'stall@headers'])(
    'in retry-after not where targets only fail, as gw asks those before their time: %s',
    async (fault) => {
      const ground = await openGround({ policy: { ...ONCE, answerMs: 300, answerLastMs: 300 } });
      for (const name of ['first', 'second']) ground.simulator(name).setFault(fault);
      for (let turn = 0; turn < 4; turn++) {
        const { headers } = await ground.chat();
        expect([headers['x-should-retry'], headers['retry-after']]).toEqual(['false', undefined]);
      }
      for (const name of ['first', 'second']) ground.simulator(name).setFault(undefined);
      expect((await ground.chat()).status).toBe(200);
    },
  );

  test('where a provider said so', async () => {
    const ground = await openGround({ providers: ['first'], policy: ONCE });
    const { status, headers } = await ground.chat('m!503;retry-after=20');
    expect([status, headers['retry-after']]).toEqual([503, '20']);
  });
});
