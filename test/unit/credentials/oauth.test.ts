import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { KeyReference, OAuthSource, Provider } from '../../../src/core/profile.ts';
import { withSigners } from '../../../src/credentials/index.ts';
import { Secret } from '../../../src/lib/secret.ts';
import { provider } from './signing.ts';
import { Ground } from './token-server.ts';

let ground: Ground;

beforeEach(async () => {
  ground = new Ground();
  await ground.open();
  let given = 0;
  ground.answer = () => ({ body: { access_token: `TOKEN-${++given}`, expires_in: 3600 } });
});

afterEach(() => ground.close());

const CLIENT: OAuthSource = {
  tokenUrl: 'https://login.example.com/oauth/token',
  clientId: 'me',
  clientSecret: { is: 'inline', value: 'very/secret+words' },
  clientAuth: 'body',
  scope: 'chat:write',
};
const SIGNED_IN: OAuthSource = {
  tokenUrl: CLIENT.tokenUrl,
  clientId: 'me',
  clientAuth: 'body',
  deviceUrl: 'https://login.example.com/device',
  refreshToken: { is: 'inline', value: 'REFRESH-1' },
};

function asks(oauth: OAuthSource, keep?: (reference: KeyReference, value: string) => Promise<void>) {
  const given: Provider = { ...provider('oauth'), oauth };
  const keys = withSigners(
    { resolve: (reference) => (reference.is === 'inline' ? new Secret(reference.value) : undefined) },
    { ...ground.outside, ...(keep && { keep }) },
  );
  return async (): Promise<string> => {
    const signed = await keys
      .signerFor?.(given)
      ?.sign({ method: 'POST', url: 'https://x.example.com', body: null });
    if (signed === undefined) return 'no signer';
    if (signed.is === 'failed') return `${signed.fault.code}: ${signed.fault.message}`;
    expect(signed.value.secrets).toEqual([signed.value.headers[1]?.replace('Bearer ', '')]);
    return signed.value.headers.join(': ');
  };
}

const formOf = (at: number): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(ground.asked[at]?.body));

describe('a token for a client', () => {
  test('is asked for with its credentials, as a form', async () => {
    expect(await asks(CLIENT)()).toBe('authorization: Bearer TOKEN-1');
    expect(ground.asked[0]?.url).toBe(CLIENT.tokenUrl);
    expect(formOf(0)).toEqual({
      grant_type: 'client_credentials',
      client_id: 'me',
      client_secret: 'very/secret+words',
      scope: 'chat:write',
    });
  });

  test('or as HTTP Basic, where the server wants that', async () => {
    await asks({ ...CLIENT, clientAuth: 'basic', audience: 'https://api.example.com' })();
    const basic = Buffer.from('me:very%2Fsecret%2Bwords').toString('base64');
    expect(ground.asked[0]?.headers.authorization).toBe(`Basic ${basic}`);
    expect(formOf(0)).toEqual({
      grant_type: 'client_credentials',
      scope: 'chat:write',
      audience: 'https://api.example.com',
    });
  });

  test('is asked for once, however many requests wait for it', async () => {
    const sign = asks(CLIENT);
    const all = await Promise.all(Array.from({ length: 50 }, sign));
    expect(new Set(all)).toEqual(new Set(['authorization: Bearer TOKEN-1']));
    expect(ground.asked).toHaveLength(1);
  });

  test('is renewed ahead of its end, and nobody waits for that [promise:one-renewal]', async () => {
    const sign = asks(CLIENT);
    await sign();
    ground.now += 3_600_000 - 4 * 60_000;
    const all = await Promise.all(Array.from({ length: 50 }, sign));
    expect(new Set(all)).toEqual(new Set(['authorization: Bearer TOKEN-1']));
    await expect.poll(sign).toBe('authorization: Bearer TOKEN-2');
    expect(ground.asked).toHaveLength(2);
  });

  test('that is refused is a refused key, with what to do and without the secret', async () => {
    ground.answer = () => ({
      status: 401,
      body: { error: 'invalid_client', error_description: 'very/secret+words' },
    });
    const said = await asks(CLIENT)();
    expect(said).toMatch(
      /^upstream_refused_key: login\.example\.com gives no token \(401 invalid_client\): check clientId/,
    );
    expect(said).not.toContain('very');
  });

  test('is nobody’s fault while its server is down', async () => {
    ground.answer = () => ({ status: 503, body: {} });
    expect(await asks(CLIENT)()).toContain('upstream_unreachable: ');
  });

  test('is not asked for without the secret', async () => {
    const said = await asks({ ...CLIENT, clientSecret: { is: 'env', name: 'NOT_SET' } })();
    expect(said).toContain('upstream_refused_key: the secret of the client does not resolve');
    expect(ground.asked).toEqual([]);
  });
});

describe('a token for somebody who signed in', () => {
  test('is got with what signing in left', async () => {
    expect(await asks(SIGNED_IN)()).toBe('authorization: Bearer TOKEN-1');
    expect(formOf(0)).toEqual({ grant_type: 'refresh_token', refresh_token: 'REFRESH-1', client_id: 'me' });
  });

  test('a new one in place of that is kept, and used the next time', async () => {
    ground.answer = () => ({
      body: { access_token: 'TOKEN', expires_in: 60, refresh_token: `REFRESH-${ground.asked.length + 1}` },
    });
    const kept: string[] = [];
    const sign = asks(SIGNED_IN, (reference, value) => {
      kept.push(`${reference.is} ${value}`);
      return Promise.resolve();
    });
    await sign();
    ground.now += 120_000;
    await sign();
    expect(kept).toEqual(['inline REFRESH-2', 'inline REFRESH-3']);
    expect(formOf(1)['refresh_token']).toBe('REFRESH-2');
  });

  test('is what signing in left, where that does not expire', async () => {
    const sign = asks({ ...SIGNED_IN, accessToken: { is: 'inline', value: 'LASTING' } });
    expect(await sign()).toBe('authorization: Bearer LASTING');
    expect(ground.asked).toEqual([]);
  });

  test('says how to sign in, at first and again', async () => {
    const { refreshToken: _, ...nobody } = SIGNED_IN;
    expect(await asks(nobody)()).toBe(
      'upstream_refused_key: nobody has signed in to here: gw key login here',
    );
    ground.answer = () => ({ status: 400, body: { error: 'invalid_grant' } });
    expect(await asks(SIGNED_IN)()).toContain('(400 invalid_grant): gw key login here');
  });
});
