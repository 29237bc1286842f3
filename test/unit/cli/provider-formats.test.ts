import { afterEach, describe, expect, test } from 'vitest';

import { command as add } from '../../../src/cli/commands/provider/add.ts';
import { command as edit } from '../../../src/cli/commands/provider/edit.ts';
import { checkProvider } from '../../../src/cli/provider/check.ts';
import { signersIn } from '../../../src/cli/provider/signing.ts';
import type { Subject } from '../../../src/cli/provider/subject.ts';
import { USUAL_AUTH } from '../../../src/core/auth.ts';
import { BASE_PATHS } from '../../../src/core/base-path.ts';
import type { FormatName } from '../../../src/core/operation.ts';
import { FORMATS } from '../../../src/formats/index.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { keysOf } from '../../../src/lib/expect.ts';
import { Secret } from '../../../src/lib/secret.ts';
import { createSimulator, type Simulator } from '../../../src/simulator/index.ts';
import { profileIn, reply, serve, terminal } from './provider-ground.ts';

const KEY = 'canary-0123456789abcdef';
const NAMES = keysOf(FORMATS);

let simulator: Simulator | undefined;

afterEach(() => simulator?.close());

function subjectAt(origin: string, format: FormatName, url = origin + BASE_PATHS[format]): Subject {
  return {
    provider: {
      name: 'acme',
      preset: undefined,
      url,
      format,
      alsoSpeaks: [],
      auth: USUAL_AUTH[format],
      keys: [],
      enabled: true,
      headers: {},
      quirks: [],
      models: [],
      owns: [],
    },
    preset: undefined,
    label: 'env:ACME_KEY',
    reference: { is: 'env', name: 'ACME_KEY' },
    key: new Secret(KEY),
  };
}

async function checkSimulated(format: FormatName, options: Parameters<typeof createSimulator>[0] = {}) {
  simulator = createSimulator({ keys: [KEY], ...options });
  const { origin } = await simulator.listen();
  return checkProvider(subjectAt(origin, format), {
    clock: systemClock,
    timeoutMs: 5_000,
    send: true,
    model: 'sim-small',
  });
}

describe.each(NAMES.filter((name) => USUAL_AUTH[name] !== 'aws'))('checking a provider of %s', (name) => {
  test('lists its models and asks one of them, with the key where this format has it', async () => {
    const { result } = await checkSimulated(name);
    expect(result).toMatchObject({ is: 'ok', answered: 'sim-small' });
    expect(result.is === 'ok' && result.models).toContain('sim-large');
    const asked = simulator?.calls.find(({ method }) => method === 'POST');
    expect(asked).toMatchObject({ key: KEY, model: 'sim-small' });
  });

  test('knows a refused key by this format’s own words', async () => {
    const { result } = await checkSimulated(name, { keys: ['another'] });
    expect(result).toMatchObject({ is: 'failed', what: expect.stringMatching(/^key refused/) });
    expect(JSON.stringify(result)).not.toContain(KEY);
  });

  test('says that the model is not there', async () => {
    const { result } = await checkSimulated(name, { models: ['sim-large'] });
    expect(result).toMatchObject({ is: 'failed', what: 'sim-small refused' });
  });
});

describe('checking', () => {
  test('takes Google’s 400 for a refused key, not for a wrong request', async () => {
    const error = { code: 400, status: 'INVALID_ARGUMENT', message: 'API key not valid. Pass a valid key.' };
    const { origin } = await serve((_, response) => reply(response, 400, { error }));
    const { result } = await checkProvider(subjectAt(origin, 'gemini'), {
      clock: systemClock,
      timeoutMs: 5_000,
      send: false,
    });
    expect(result).toMatchObject({ what: 'key refused (400)', fix: expect.stringContaining('ACME_KEY') });
  });

  test('signs what it sends, and without --send says only whether it could', async () => {
    const said = { role: 'assistant', content: [{ text: 'ok' }] };
    const answer = { output: { message: said }, stopReason: 'end_turn', usage: {} };
    const signatures: (string | undefined)[] = [];
    const { origin } = await serve((request, response) => {
      signatures.push(request.authorization);
      reply(response, 200, answer);
    });
    const { provider, ...rest } = subjectAt(origin, 'bedrock-converse');
    const signed = { ...rest, key: undefined, provider: { ...provider, auth: 'aws' as const } };
    const keys = { resolve: () => undefined };
    const env = {
      HOME: '/nowhere',
      AWS_ACCESS_KEY_ID: 'AKIA',
      AWS_SECRET_ACCESS_KEY: 'S',
      AWS_REGION: 'eu-west-1',
    };
    const options = { clock: systemClock, timeoutMs: 5_000, model: 'm', signerFor: signersIn({ env }, keys) };
    expect((await checkProvider(signed, { ...options, send: false })).result).toMatchObject({
      is: 'ok',
      note: 'credentials for aws found, not shown to the provider yet (--send does)',
    });
    expect(signatures).toEqual([]);
    expect((await checkProvider(signed, { ...options, send: true })).result).toMatchObject({ answered: 'm' });
    expect(signatures).toEqual([
      expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AKIA\/\d{8}\/eu-west-1\/bedrock\/aws4_request/),
    ]);
    const bare = { ...options, send: true, signerFor: signersIn({ env: { HOME: '/nowhere' } }, keys) };
    expect((await checkProvider(signed, bare)).result).toMatchObject({
      is: 'failed',
      what: 'no credentials',
      why: 'no AWS credentials on this machine',
      fix: expect.stringMatching(/^aws configure/),
    });
  });

  test('does not call a provider whose requests only the daemon can sign', async () => {
    const { origin, seen } = await serve((_, response) => reply(response, 200, {}));
    const { provider, ...rest } = subjectAt(origin, 'anthropic-messages');
    const signed = { ...rest, provider: { ...provider, auth: 'google' as const } };
    const options = { clock: systemClock, timeoutMs: 5_000, send: true };
    expect((await checkProvider(signed, options)).result).toMatchObject({ what: 'not tried' });
    expect(seen).toEqual([]);
  });
});

describe('gw provider add', () => {
  test.each([
    ['anthropic', 'ANTHROPIC_API_KEY'],
    ['gemini', 'GOOGLE_API_KEY'],
  ])('needs no more than the name %s', async (name, variable) => {
    const { run, file } = terminal();
    const ran = await run(add, [name], { test: false }, { env: { [variable]: KEY } });
    expect(ran.exit, ran.all).toBe(0);
    expect(profileIn(file()).providers).toEqual({ [name]: { preset: name, keys: [{ env: variable }] } });
  });

  test('sends the key as the format’s vendor wants it, below the prefix it has', async () => {
    const { run, file } = terminal();
    const words = { test: false, key: ['env:K'], url: 'https://api.example.com', format: 'gemini' };
    expect((await run(add, ['g'], words)).exit).toBe(0);
    expect(profileIn(file()).providers['g']).toEqual({
      url: 'https://api.example.com/v1beta',
      format: 'gemini',
      auth: 'x-goog-api-key',
      keys: [{ env: 'K' }],
    });
  });

  test('takes another way to send the key, and other formats at the same address', async () => {
    const { run, file } = terminal();
    const options = {
      test: false,
      key: ['env:K'],
      url: 'https://api.example.com/v1/messages',
      format: 'anthropic-messages',
      auth: 'bearer',
      alsoSpeaks: ['openai-chat', 'openai-chat'],
    };
    const added = await run(add, ['c'], options);
    expect(added.all).toContain('without /messages');
    expect(profileIn(file()).providers['c']).toMatchObject({
      url: 'https://api.example.com/v1',
      auth: 'bearer',
      alsoSpeaks: ['openai-chat'],
    });
    await run(edit, ['c'], { test: false, auth: 'x-api-key', alsoSpeaks: ['openai-responses'] });
    expect(profileIn(file()).providers['c']).toMatchObject({
      auth: 'x-api-key',
      alsoSpeaks: ['openai-responses'],
    });
  });

  test.each([
    [{ format: 'anthropic' }, '--format anthropic-messages'],
    [{ alsoSpeaks: ['gemni'] }, '--also-speaks gemini'],
    [{ auth: 'x-api-keys' }, '--auth x-api-key'],
  ])('names what was probably meant by %j', async (options, fix) => {
    const { error } = await terminal().run(add, ['x'], { test: false, url: 'https://x.example', ...options });
    expect(error?.fix).toBe(fix);
  });
});
