import { describe, expect, test } from 'vitest';

import { type CheckOptions, checkProvider } from '../../../src/cli/provider/check.ts';
import type { Check, Subject } from '../../../src/cli/provider/subject.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { Secret } from '../../../src/lib/secret.ts';
import { closedPort, reply, serve, serveModels } from './provider-ground.ts';

/** A chat answer, as short as one can be. */
const ANSWER = { choices: [{ message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }] };

const KEY = 'sk-canary-0123456789abcdef';

function subjectAt(url: string, key: string | null = KEY): Subject {
  return {
    provider: {
      name: 'acme',
      preset: undefined,
      url,
      format: 'openai-chat',
      auth: key === null ? 'none' : 'bearer',
      keys: [],
      enabled: true,
      headers: { 'x-title': 'gw' },
      alsoSpeaks: [],
      quirks: [],
      models: [],
      owns: [],
    },
    preset: undefined,
    label: key === null ? 'none' : 'env:ACME_KEY',
    reference: key === null ? undefined : { is: 'env', name: 'ACME_KEY' },
    key: key === null ? undefined : new Secret(key),
  };
}

async function check(subject: Subject, more: Partial<CheckOptions> = {}): Promise<Check> {
  return checkProvider(subject, { clock: systemClock, timeoutMs: 5_000, send: false, ...more });
}

describe('checking a provider', () => {
  test('passes with its list of models, asked for with the key', async () => {
    const { origin, seen } = await serveModels(['m1', 'm2'], KEY);
    const { result } = await check(subjectAt(`${origin}/v1`));
    expect(result).toEqual({ is: 'ok', models: ['m1', 'm2'], answered: undefined, note: undefined });
    expect(seen.map(({ path }) => path)).toEqual(['/v1/models', '/v1/models']);
  });

  test('says when the list is open to all, so that the key was not tried', async () => {
    const { origin } = await serveModels(['m1']);
    expect((await check(subjectAt(`${origin}/v1`))).result).toMatchObject({
      is: 'ok',
      note: expect.stringContaining('key not tried'),
    });
  });

  test('takes a bare list for a list of models', async () => {
    const { origin } = await serve((_, response) => reply(response, 200, [{ id: 'm1' }]));
    expect((await check(subjectAt(`${origin}/v1`, null))).result).toMatchObject({ models: ['m1'] });
  });

  test.each([
    [401, {}, 'key refused (401)', 'export ACME_KEY'],
    [403, {}, 'key refused (403)', 'export ACME_KEY'],
    [402, { error: { message: 'no funds' } }, 'out of credit (402)', 'top up'],
    [429, {}, 'rate limited (429)', 'in 7 s'],
    [500, {}, 'in trouble (500)', 'try again later'],
    [404, {}, 'no list of models (404)', '--send'],
    [418, { error: { message: 'teapot' } }, 'refused (418)', 'gw provider show acme'],
  ])('explains status %i', async (status, body, what, fix) => {
    const { origin } = await serve((_, response) => reply(response, status, body, { 'retry-after': '7' }));
    const { result } = await check(subjectAt(`${origin}/v1`));
    expect(result).toMatchObject({ is: 'failed', status, what, fix: expect.stringContaining(fix) });
  });

  test('asks for a key where none is given and one is wanted', async () => {
    const { origin } = await serveModels(['m1'], KEY);
    expect((await check(subjectAt(`${origin}/v1`, null))).result).toMatchObject({
      what: 'wants a key (401)',
      fix: 'gw key set acme',
    });
  });

  test('does not ask for a key where callers bring their own', async () => {
    const { origin } = await serveModels(['m1'], KEY);
    const { provider, ...rest } = subjectAt(`${origin}/v1`, null);
    const { result } = await check({ ...rest, provider: { ...provider, auth: 'passthrough' } });
    expect(result).toMatchObject({ why: expect.stringContaining("caller's own key") });
  });

  test('points at a missing /v1', async () => {
    const { origin } = await serveModels(['m1'], KEY);
    expect((await check(subjectAt(`${origin}/api`, KEY))).result).toMatchObject({ is: 'failed' });
    const open = await serveModels(['m1']);
    expect((await check(subjectAt(open.origin))).result).toMatchObject({
      fix: expect.stringContaining(`--url ${open.origin}/v1`),
    });
  });

  test('follows no redirect, so that no key reaches the second server', async () => {
    const second = await serveModels(['m1']);
    const { origin } = await serve((_, response) =>
      reply(response, 302, {}, { location: `${second.origin}/v1/models?token=x` }),
    );
    const { result } = await check(subjectAt(`${origin}/v1`));
    expect(result).toMatchObject({ is: 'failed', what: 'redirect (302)' });
    expect(JSON.stringify(result)).not.toContain('token=x');
    expect(second.seen).toEqual([]);
  });

  test.each([
    ['<!doctype html><title>Sign in</title>', 'a web page'],
    ['', 'an empty answer'],
    ['{"status":"ok"}', 'JSON of another kind'],
  ])('knows %j for something else than a model API', async (text, kind) => {
    const { origin } = await serve((_, response) => void response.writeHead(200).end(text));
    expect((await check(subjectAt(`${origin}/v1`))).result).toMatchObject({
      what: 'not a model API',
      why: expect.stringContaining(kind),
    });
  });

  test('tells a server that is not running from one that is slow', async () => {
    const refused = await check(subjectAt(`http://127.0.0.1:${await closedPort()}/v1`));
    expect(refused.result).toMatchObject({
      what: 'nothing listens there',
      fix: expect.stringContaining('start the server'),
    });
    const silent = await serve(() => {});
    const slow = await check(subjectAt(`${silent.origin}/v1`), { timeoutMs: 50 });
    expect(slow.result).toMatchObject({ what: 'timed out', why: expect.stringContaining('0.05 s') });
  });

  test('knows TLS spoken to a plain server', async () => {
    const { origin } = await serveModels(['m1']);
    const { result } = await check(subjectAt(`${origin.replace('http:', 'https:')}/v1`));
    expect(result).toMatchObject({ what: 'TLS failed', fix: expect.stringContaining(`--url ${origin}/v1`) });
  });

  test('knows a host that has no address', async () => {
    const { result } = await check(subjectAt('http://no-such-host.invalid/v1'));
    expect(result).toMatchObject({ is: 'failed', what: 'no such host' });
  });

  test('calls nobody when the key does not resolve', async () => {
    const { origin, seen } = await serveModels(['m1']);
    const { result } = await check({ ...subjectAt(`${origin}/v1`), key: undefined });
    expect(result).toMatchObject({ what: 'env:ACME_KEY does not resolve' });
    expect(seen).toEqual([]);
  });

  test('never shows the key, nor what a provider repeats of it', async () => {
    const { origin } = await serveModels(['m1'], 'another');
    expect(JSON.stringify(await check(subjectAt(`${origin}/v1`)))).not.toContain('canary');
  });
});

describe('checking with a chat request', () => {
  test('sends one short request to the first model that can chat', async () => {
    const { origin, seen } = await serveModels(['text-embedding-1', 'chatty'], KEY);
    const { result } = await check(subjectAt(`${origin}/v1`), { send: true });
    expect(result).toMatchObject({ is: 'ok', answered: 'chatty' });
    const chats = seen.filter(({ path }) => path === '/v1/chat/completions');
    expect(chats).toHaveLength(1);
    expect(JSON.parse(chats[0]?.body ?? '')).toMatchObject({ model: 'chatty', max_tokens: 16 });
  });

  test('speaks to models that want the newer name of the limit', async () => {
    const limits: string[] = [];
    const { origin } = await serve(({ path, body }, response) => {
      if (path === '/v1/models') return reply(response, 200, { data: [{ id: 'o9' }] });
      const asked = Object.keys(JSON.parse(body) as object).find((name) => name.startsWith('max_'));
      limits.push(asked ?? '');
      return asked === 'max_tokens'
        ? reply(response, 400, { error: { message: "Use 'max_completion_tokens' instead." } })
        : reply(response, 200, ANSWER);
    });
    expect((await check(subjectAt(`${origin}/v1`), { send: true })).result).toMatchObject({ answered: 'o9' });
    expect(limits).toEqual(['max_tokens', 'max_completion_tokens']);
  });

  test('is enough for a host that has no list of models', async () => {
    const { origin } = await serve(({ path }, response) =>
      path === '/v1/models' ? reply(response, 404, {}) : reply(response, 200, ANSWER),
    );
    const { result } = await check(subjectAt(`${origin}/v1`), { send: true, model: 'm' });
    expect(result).toMatchObject({ is: 'ok', answered: 'm' });
  });

  test('says which model was refused, on one safe line', async () => {
    const { origin } = await serve(({ path }, response) =>
      path === '/v1/models'
        ? reply(response, 200, { data: [] })
        : reply(response, 404, { error: { message: 'no\u001B[31m\nsuch model' } }),
    );
    expect((await check(subjectAt(`${origin}/v1`), { send: true, model: 'm' })).result).toMatchObject({
      what: 'm refused',
      why: 'no·[31m such model',
    });
  });

  test('is not sent where the key was refused', async () => {
    const { origin, seen } = await serveModels(['m1'], 'another');
    await check(subjectAt(`${origin}/v1`), { send: true });
    expect(seen.every(({ path }) => path === '/v1/models')).toBe(true);
  });
});
