import { afterEach, describe, expect, test } from 'vitest';

import { fault } from '../../src/core/fault.ts';
import { failed, ok } from '../../src/core/outcome.ts';
import type { KeyPort, Signer, UnsignedRequest } from '../../src/core/ports.ts';
import { withSigners } from '../../src/credentials/index.ts';
import { Secret } from '../../src/lib/secret.ts';
import { chatRequest, closeGrounds, openGround, until } from './ground.ts';
import { closeRawServers, rawServer } from './raw-server.ts';

afterEach(async () => {
  await closeGrounds();
  await closeRawServers();
});

const SECRET = 'token-of-this-minute';

/** A signer of one provider; the others send their keys. */
function only(name: string, sign: Signer['sign']): NonNullable<KeyPort['signerFor']> {
  return (provider) => (provider.name === name ? { sign } : undefined);
}

const AWS_KEY = 'AKIDEXAMPLE00000:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

/** The signer that the daemon gives, with keys kept in the profile and no machine around it. */
const forAws = withSigners(
  { resolve: () => new Secret(AWS_KEY) },
  {
    env: { AWS_REGION: 'us-east-1' },
    home: '/nowhere',
    platform: 'linux',
    now: Date.now,
    readText: () => Promise.resolve(undefined),
    ask: () => Promise.reject(new Error('nobody is asked')),
    run: () => Promise.reject(new Error('nothing is run')),
  },
);

describe('a provider whose requests are signed', () => {
  test('is asked with a signature of this very request', async () => {
    const seen: UnsignedRequest[] = [];
    const server = await rawServer((socket) =>
      socket.end('HTTP/1.1 503 no\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'),
    );
    const ground = await openGround({
      providers: [{ name: 'bedrock', format: 'bedrock-converse', auth: 'aws', url: server.url }, 'second'],
      signerFor: only('bedrock', (request) => {
        seen.push(request);
        return Promise.resolve(ok({ headers: ['authorization', `Signed ${SECRET}`], secrets: [SECRET] }));
      }),
    });
    const answer = await ground.chat('us.anthropic.claude-x-v1:0');
    expect(answer.status).toBe(200);
    const [head = '', body = ''] = server.requests[0]?.split('\r\n\r\n') ?? [];
    const base = server.url.replace('/v1', '');
    expect(head).toContain('POST /model/us.anthropic.claude-x-v1%3A0/converse HTTP/1.1');
    expect(head).toContain(`authorization: Signed ${SECRET}`);
    expect(seen[0]?.url).toBe(`${base}/model/us.anthropic.claude-x-v1%3A0/converse`);
    expect(seen[0]?.body?.toString()).toBe(body);
  });

  test('serves a caller of another format, whole and streamed, with a signature that it takes', async () => {
    const ground = await openGround({
      providers: [{ name: 'bedrock', format: 'bedrock-converse', auth: 'aws', keys: ['AWS'] }],
      signerFor: (provider) => forAws.signerFor?.(provider),
    });
    const whole = await ground.chat('anthropic.claude-sonnet-4-5-20250929-v1:0');
    expect(whole.status).toBe(200);
    const streamed = await ground.stream('anthropic.claude-sonnet-4-5-20250929-v1:0');
    expect(streamed.status).toBe(200);
    expect(streamed.text).toContain('[DONE]');
    expect(ground.calls('bedrock')).toBe(2);
  });

  test('has its turn skipped when there is no credential, and says what to do', async () => {
    const ground = await openGround({
      providers: [{ name: 'bedrock', format: 'bedrock-converse', auth: 'aws' }, 'second'],
      signerFor: only('bedrock', () =>
        Promise.resolve(failed(fault('upstream_refused_key', 'nobody is signed in: aws sso login'))),
      ),
    });
    const answer = await ground.chat();
    expect(answer.status).toBe(200);
    expect(answer.headers['x-gw-provider']).toBe('second');
    expect(ground.calls('bedrock')).toBe(0);
    const { attempts } = await ground.trailOf(answer);
    expect(attempts[0]).toMatchObject({
      fault: 'upstream_refused_key',
      message: 'nobody is signed in: aws sso login',
    });
  });

  test('never has its token told to the caller', async () => {
    const server = await rawServer((socket) => {
      const body = JSON.stringify({ message: `the token ${SECRET} is not good` });
      socket.end(
        `HTTP/1.1 403 no\r\ncontent-type: application/json\r\nx-echo: ${SECRET}\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
    });
    const ground = await openGround({
      providers: [{ name: 'bedrock', format: 'bedrock-converse', auth: 'aws', url: server.url }],
      signerFor: only('bedrock', () =>
        Promise.resolve(ok({ headers: ['x-amz-security-token', SECRET], secrets: [SECRET] })),
      ),
    });
    const answer = await ground.chat();
    expect(answer.status).toBe(401);
    expect(`${answer.text}${JSON.stringify(answer.headers)}`).not.toContain(SECRET);
    expect(JSON.stringify(await ground.trailOf(answer))).not.toContain(SECRET);
    expect(answer.text).toContain('is not good');
  });

  test('is left when the caller hangs up before there is a credential', async () => {
    let isAsked = false;
    const ground = await openGround({
      providers: [{ name: 'bedrock', format: 'bedrock-converse', auth: 'aws' }],
      signerFor: only('bedrock', () => {
        isAsked = true;
        return new Promise(() => undefined);
      }),
    });
    const call = ground.open(chatRequest('m'));
    await until(() => isAsked, 'a signature was asked for');
    call.hangUp();
    await until(() => ground.trails.length === 1, 'the exchange ended');
    expect(ground.trails[0]?.attempts).toMatchObject([{ fault: 'client_gone' }]);
    expect(ground.calls('bedrock')).toBe(0);
  });
});
