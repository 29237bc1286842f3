import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { provider, signerFor } from './signing.ts';
import { Ground } from './token-server.ts';

let ground: Ground;

beforeEach(async () => {
  ground = new Ground();
  await ground.open();
  ground.answer = () => ({ body: { access_token: 'TOKEN', expires_in: 3600, token_type: 'Bearer' } });
});

afterEach(() => ground.close());

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

const ACCOUNT = {
  type: 'service_account',
  client_email: 'me@project.iam.gserviceaccount.com',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  private_key_id: 'KID',
  token_uri: 'https://oauth2.googleapis.com/token',
};

describe('a token of Google', () => {
  const sign = (): Promise<string> => signerFor(ground, provider('google'))();

  test('is given to the key of a service account, which signs for itself', async () => {
    ground.env['GOOGLE_APPLICATION_CREDENTIALS'] = ground.write('key.json', ACCOUNT);
    expect(await sign()).toBe('authorization: Bearer TOKEN');
    const [asked] = ground.asked;
    expect(asked?.url).toBe('https://oauth2.googleapis.com/token');
    const form = new URLSearchParams(asked?.body);
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    const read = (part: string): object => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(read(header)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'KID' });
    expect(read(claims)).toEqual({
      iss: ACCOUNT.client_email,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      aud: ACCOUNT.token_uri,
      iat: ground.now / 1000,
      exp: ground.now / 1000 + 3600,
    });
    const isValid = verify(
      'RSA-SHA256',
      Buffer.from(`${header}.${claims}`),
      createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })),
      Buffer.from(signature, 'base64url'),
    );
    expect(isValid).toBe(true);
  });

  test('is given to who signed in with gcloud, on the account of their project', async () => {
    const file = {
      type: 'authorized_user',
      client_id: 'C',
      client_secret: 'S',
      refresh_token: 'R',
      quota_project_id: 'P',
    };
    ground.write('.config/gcloud/application_default_credentials.json', file);
    expect(await sign()).toBe('authorization: Bearer TOKEN\nx-goog-user-project: P');
    expect(Object.fromEntries(new URLSearchParams(ground.asked[0]?.body))).toEqual({
      grant_type: 'refresh_token',
      client_id: 'C',
      client_secret: 'S',
      refresh_token: 'R',
    });
  });

  test('is asked of the metadata server only when the variable says where it is', async () => {
    expect(await sign()).toBe(
      'upstream_refused_key: no Google credentials on this machine: gcloud auth application-default login, then gw reload',
    );
    expect(ground.asked).toEqual([]);
    ground.env['GCE_METADATA_HOST'] = 'metadata.google.internal';
    expect(await sign()).toBe('authorization: Bearer TOKEN');
    expect(ground.asked[0]).toMatchObject({
      url: 'http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token',
      headers: { 'metadata-flavor': 'Google' },
    });
  });

  test.each([
    ['nothing', undefined, 'cannot be read: correct GOOGLE_APPLICATION_CREDENTIALS, then gw reload'],
    ['no JSON', 'x', 'is no JSON file of credentials'],
    [
      'another kind',
      { type: 'external_account' },
      'holds credentials of a kind that gw does not know (external_account)',
    ],
    ['half a key', { ...ACCOUNT, private_key: 'x' }, 'is no whole key of a service account'],
  ])('is not had from a file with %s in it', async (_, content, why) => {
    ground.env['GOOGLE_APPLICATION_CREDENTIALS'] =
      content === undefined ? '/nowhere/at/all' : ground.write('key.json', content);
    expect(await sign()).toContain(why);
  });

  test('is refused with the server’s own word', async () => {
    ground.write('.config/gcloud/application_default_credentials.json', {
      type: 'authorized_user',
      refresh_token: 'R',
    });
    ground.answer = () => ({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'Token R has been revoked.' },
    });
    expect(await sign()).toBe(
      'upstream_refused_key: oauth2.googleapis.com gives no token (400 invalid_grant): gcloud auth application-default login, then gw reload',
    );
  });
});

describe('a token of Azure', () => {
  const sign = (): Promise<string> => signerFor(ground, provider('azure'))();

  test('is given for the secret of an application', async () => {
    Object.assign(ground.env, { AZURE_TENANT_ID: 'T', AZURE_CLIENT_ID: 'C', AZURE_CLIENT_SECRET: 'S' });
    expect(await sign()).toBe('authorization: Bearer TOKEN');
    expect(ground.asked[0]?.url).toBe('https://login.microsoftonline.com/T/oauth2/v2.0/token');
    expect(Object.fromEntries(new URLSearchParams(ground.asked[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'C',
      client_secret: 'S',
      scope: 'https://cognitiveservices.azure.com/.default',
    });
  });

  test('is not asked for at an address that is none', async () => {
    Object.assign(ground.env, { AZURE_TENANT_ID: 'T', AZURE_CLIENT_ID: 'C', AZURE_CLIENT_SECRET: 'S' });
    ground.env['AZURE_AUTHORITY_HOST'] = 'http://:x';
    expect(await sign()).toMatch(/^upstream_refused_key: the address that gives tokens is none/);
  });

  test('is not asked for without everything it takes', async () => {
    ground.env['AZURE_CLIENT_ID'] = 'C';
    expect(await sign()).toBe(
      'upstream_refused_key: AZURE_TENANT_ID, AZURE_CLIENT_SECRET not set: export what is missing, then gw reload',
    );
  });

  test('that does not come for reasons of the network is no refusal', async () => {
    Object.assign(ground.env, { AZURE_TENANT_ID: 'T', AZURE_CLIENT_ID: 'C', AZURE_CLIENT_SECRET: 'S' });
    ground.answer = () => ({ status: 503, body: {} });
    expect(await sign()).toBe(
      'upstream_unreachable: no token from login.microsoftonline.com: it answered 503',
    );
    await ground.close();
    expect(await sign()).toMatch(/^upstream_unreachable: no token from login.microsoftonline.com: /);
    ground = new Ground();
    await ground.open();
  });
});

describe('a token that is good for a time', () => {
  beforeEach(() => {
    Object.assign(ground.env, { AZURE_TENANT_ID: 'T', AZURE_CLIENT_ID: 'C', AZURE_CLIENT_SECRET: 'S' });
    ground.answer = () => ({ body: { access_token: `TOKEN${ground.asked.length}`, expires_in: 3600 } });
  });

  test('is asked for once, however many need it at once', async () => {
    const sign = signerFor(ground, provider('azure'));
    const all = await Promise.all([sign(), sign(), sign()]);
    expect(new Set(all)).toEqual(new Set(['authorization: Bearer TOKEN1']));
    expect(await sign()).toBe('authorization: Bearer TOKEN1');
    expect(ground.asked).toHaveLength(1);
  });

  test('is renewed ahead of its end, and nobody waits for that', async () => {
    const sign = signerFor(ground, provider('azure'));
    await sign();
    ground.now += 54 * 60_000;
    expect(await sign()).toBe('authorization: Bearer TOKEN1');
    expect(ground.asked).toHaveLength(1);
    ground.now += 2 * 60_000;
    expect(await sign()).toBe('authorization: Bearer TOKEN1');
    await expect.poll(() => ground.asked.length).toBe(2);
    await expect.poll(() => sign()).toBe('authorization: Bearer TOKEN2');
  });

  test('is used to its end when it cannot be renewed, and no longer', async () => {
    const sign = signerFor(ground, provider('azure'));
    await sign();
    ground.answer = () => ({ status: 500, body: {} });
    ground.now += 58 * 60_000;
    expect(await sign()).toBe('authorization: Bearer TOKEN1');
    await expect.poll(() => ground.asked.length).toBe(2);
    // The next attempt has time.
    for (let again = 0; again < 5; again++) await sign();
    expect(ground.asked).toHaveLength(2);
    ground.now += 3 * 60_000;
    expect(await sign()).toMatch(/^upstream_unreachable/);
    ground.answer = () => ({ body: { access_token: 'NEW', expires_in: 3600 } });
    expect(await sign()).toBe('authorization: Bearer NEW');
  });

  test('belongs to one provider: a scheme that sends a plain key has no signer', () => {
    expect(() => signerFor(ground, provider('bearer', ['key']))).toThrow('no signer for bearer');
  });
});
