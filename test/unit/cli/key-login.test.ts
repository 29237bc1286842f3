import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { command as login } from '../../../src/cli/commands/key/login.ts';
import { type DeviceCode, signIn } from '../../../src/cli/keys/device-flow.ts';
import type { OAuthSource } from '../../../src/core/profile.ts';
import { profileIn, reply, serve, temporaryHome, terminal } from './provider-ground.ts';

const OAUTH: OAuthSource = {
  tokenUrl: 'https://login.example.com/token',
  deviceUrl: 'https://login.example.com/device',
  clientId: 'me',
  clientAuth: 'body',
  scope: 'chat',
};
const BEGUN = {
  device_code: 'DEVICE',
  user_code: 'ABCD-EFGH',
  verification_uri: 'https://login.example.com/go',
  expires_in: 900,
  interval: 5,
};

/** A server that gives these answers one after the other, on a clock that moves only by waiting. */
async function flow(answers: readonly (object | 'silence')[]) {
  const asked: { url: string; fields: Readonly<Record<string, string>> }[] = [];
  const waits: number[] = [];
  const shown: DeviceCode[] = [];
  let now = 0;
  const rest = [...answers];
  const outcome = await signIn(OAUTH, undefined, {
    post: (url, fields) => {
      asked.push({ url, fields });
      const answer = rest.shift() ?? { error: 'authorization_pending' };
      return answer === 'silence'
        ? Promise.reject(new Error('no route'))
        : Promise.resolve({ status: 200, body: JSON.stringify(answer) });
    },
    now: () => now,
    sleep: (ms) => {
      waits.push(ms / 1000);
      now += ms;
      return Promise.resolve();
    },
    show: (code) => shown.push(code),
  }).catch((error: unknown) => error);
  return { outcome, asked, waits, shown };
}

describe('signing in on another page', () => {
  it('shows page and code, and asks at the interval the server wants until somebody did', async () => {
    const { outcome, asked, waits, shown } = await flow([
      BEGUN,
      { error: 'authorization_pending' },
      { access_token: 'A', refresh_token: 'R', expires_in: 60 },
    ]);
    expect(shown).toEqual([{ page: BEGUN.verification_uri, code: 'ABCD-EFGH', wholePage: undefined }]);
    expect(outcome).toEqual({ is: 'refresh-token', token: 'R' });
    expect(waits).toEqual([5, 5]);
    expect(asked[0]).toEqual({ url: OAUTH.deviceUrl, fields: { client_id: 'me', scope: 'chat' } });
    expect(asked[1]).toEqual({
      url: OAUTH.tokenUrl,
      fields: {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: 'DEVICE',
        client_id: 'me',
      },
    });
  });

  it('asks more slowly when told to, and half as often when nobody answers', async () => {
    const { waits, outcome } = await flow([
      BEGUN,
      { error: 'slow_down' },
      { error: 'slow_down', interval: 20 },
      'silence',
      { access_token: 'LASTING' },
    ]);
    expect(waits).toEqual([5, 10, 25, 50]);
    expect(outcome).toEqual({ is: 'access-token', token: 'LASTING' });
  });

  it.each([
    [{ error: 'access_denied' }, 'signing in was declined'],
    [{ error: 'expired_token' }, 'the code was not entered in time'],
    [{ error: 'unauthorized_client' }, 'login.example.com: unauthorized_client'],
  ])('ends with a reason on %o', async (answer, why) => {
    const { outcome } = await flow([BEGUN, answer]);
    expect(outcome).toMatchObject({ message: 'Nobody signed in.' });
    expect((outcome as { why: string }).why).toContain(why);
  });

  it('ends when the code is no longer good', async () => {
    const { outcome, waits } = await flow([{ ...BEGUN, expires_in: 30 }]);
    expect(outcome).toMatchObject({ why: 'the code was not entered in time' });
    expect(waits).toHaveLength(6);
  });
});

describe('gw key login', () => {
  it('keeps what signing in left, has the provider use it, and prints none of it', async () => {
    const server = await serve((seen, response) => {
      if (seen.path === '/device') return reply(response, 200, { ...BEGUN, interval: 1 });
      return reply(response, 200, { access_token: 'ACCESS-abcdefgh', refresh_token: 'REFRESH-abcdefgh' });
    });
    const home = temporaryHome();
    const oauth = {
      tokenUrl: `${server.origin}/token`,
      deviceUrl: `${server.origin}/device`,
      clientId: 'me',
    };
    const providers = { work: { url: 'https://llm.example.com/v1', auth: { oauth } } };
    writeFileSync(join(home, 'config.json'), JSON.stringify({ profiles: { default: { providers } } }), {
      mode: 0o600,
    });
    const { run, file } = terminal(home);
    const { all, exit } = await run(login, ['work'], { file: true });
    expect(exit).toBe(0);
    expect(all).toContain('ABCD-EFGH');
    expect(all).toContain(BEGUN.verification_uri);
    expect(all).not.toMatch(/REFRESH-|ACCESS-/);
    const kept = join(home, 'keys', 'work.login');
    expect(readFileSync(kept, 'utf8')).toBe('REFRESH-abcdefgh\n');
    expect(profileIn(file()).providers['work']).toEqual({
      url: 'https://llm.example.com/v1',
      auth: { oauth: { ...oauth, refreshToken: { file: kept } } },
    });
  });

  it('says what is missing where there is nowhere to sign in', async () => {
    const home = temporaryHome();
    const providers = { work: { url: 'https://llm.example.com/v1' } };
    writeFileSync(join(home, 'config.json'), JSON.stringify({ profiles: { default: { providers } } }), {
      mode: 0o600,
    });
    const { error } = await terminal(home).run(login, ['work']);
    expect(error?.fix).toContain('gw config set profiles.default.providers.work.auth');
  });
});
