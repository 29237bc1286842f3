import { createHash, createHmac } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { UnsignedRequest } from '../../../src/core/ports.ts';
import { AWS, provider, REQUEST, signerFor } from './signing.ts';
import { Ground } from './token-server.ts';

const ID = 'AKIDEXAMPLE00000';
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

let ground: Ground;

beforeEach(async () => {
  ground = new Ground();
  await ground.open();
});

afterEach(() => ground.close());

function sha256(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Signature Version 4 as AWS's documentation tells it step by step, by nobody's library. */
function expectedSignature(
  { method, url, body }: UnsignedRequest,
  region: string,
  stamp: string,
  session?: string,
): string {
  const { host, pathname } = new URL(url);
  const path = pathname.split('/').map(encodeURIComponent).join('/');
  const headers: [string, string][] = [
    ['content-length', String(body?.length ?? 0)],
    ['content-type', 'application/json'],
    ['host', host],
    ['x-amz-date', stamp],
    ...(session === undefined ? [] : [['x-amz-security-token', session] satisfies [string, string]]),
  ];
  const names = headers.map(([name]) => name).join(';');
  const lines = headers.map(([name, value]) => `${name}:${value}\n`).join('');
  const canonical = [method, path, '', lines, names, sha256(body ?? '')].join('\n');
  const scope = `${stamp.slice(0, 8)}/${region}/bedrock/aws4_request`;
  const told = ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonical)].join('\n');
  const dated = hmac(`AWS4${SECRET}`, stamp.slice(0, 8));
  const key = hmac(hmac(hmac(dated, region), 'bedrock'), 'aws4_request');
  const signature = createHmac('sha256', key).update(told).digest('hex');
  return `AWS4-HMAC-SHA256 Credential=${ID}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
}

describe('a request to AWS', () => {
  test('is signed as the documentation says, for the region in its address, at this moment', async () => {
    const sign = signerFor(ground, provider('aws', [`${ID}:${SECRET}`]));
    expect(await sign()).toBe(
      `authorization: ${expectedSignature(REQUEST, 'eu-west-1', '20260101T120000Z')}\nx-amz-date: 20260101T120000Z`,
    );
    ground.now += 1000;
    expect(await sign()).toContain(expectedSignature(REQUEST, 'eu-west-1', '20260101T120001Z'));
  });

  test('carries a session token, which is signed too', async () => {
    const sign = signerFor(ground, provider('aws', [ID, SECRET, 'SESSION']));
    expect(await sign()).toBe(
      [
        `authorization: ${expectedSignature(REQUEST, 'eu-west-1', '20260101T120000Z', 'SESSION')}`,
        'x-amz-date: 20260101T120000Z',
        'x-amz-security-token: SESSION',
      ].join('\n'),
    );
  });

  test.each([
    ['https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
    ['https://vpce-1a-2b.bedrock-runtime.us-east-1.vpce.amazonaws.com', 'us-east-1'],
    ['https://bedrock.example.com', 'ap-south-1'],
  ])('at %s is of the region %s', async (url, region) => {
    ground.env['AWS_REGION'] = 'ap-south-1';
    const sign = signerFor(ground, provider('aws', [`${ID}:${SECRET}`], url));
    expect(await sign({ ...REQUEST, url: `${url}/model/m/converse` })).toContain(
      `/${region}/bedrock/aws4_request`,
    );
  });

  test('cannot be signed when nobody says the region', async () => {
    const sign = signerFor(ground, provider('aws', [`${ID}:${SECRET}`], 'https://bedrock.example.com'));
    expect(await sign()).toBe(
      'upstream_refused_key: the address names no AWS region: export AWS_REGION=…, then gw reload',
    );
  });
});

describe('credentials for AWS come', () => {
  const id = async (): Promise<string> => {
    const shown = await signerFor(ground, provider('aws'))();
    return /Credential=(\w+)/.exec(shown)?.[1] ?? shown;
  };

  test('from the provider itself, before any variable', async () => {
    ground.env['AWS_BEARER_TOKEN_BEDROCK'] = 'bedrock-api-key';
    expect(await signerFor(ground, provider('aws', ['own-key']))()).toBe('authorization: Bearer own-key');
  });

  test('from the variables: a key of Bedrock, then a pair', async () => {
    ground.env['AWS_ACCESS_KEY_ID'] = ID;
    ground.env['AWS_SECRET_ACCESS_KEY'] = SECRET;
    expect(await id()).toBe(ID);
    ground.env['AWS_BEARER_TOKEN_BEDROCK'] = 'bedrock-api-key';
    expect(await id()).toBe('authorization: Bearer bedrock-api-key');
  });

  test('from the files, for the profile that is named', async () => {
    ground.write(
      '.aws/credentials',
      `[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = S ; mine\n`,
    );
    ground.write(
      '.aws/config',
      `[default]\nregion=x\n# [profile no]\n[profile work]\naws_access_key_id=AKIDWORK\naws_secret_access_key=S\ns3 =\n  a = b\n`,
    );
    expect(await id()).toBe('AKIDDEFAULT');
    ground.env['AWS_PROFILE'] = 'work';
    expect(await id()).toBe('AKIDWORK');
    ground.env['AWS_PROFILE'] = 'nope';
    expect(await id()).toBe(
      'upstream_refused_key: AWS has no profile nope: aws configure --profile nope, then gw reload',
    );
  });

  test('from files that a variable names, read again after a while', async () => {
    const pair = (name: string): string => `[default]\naws_access_key_id=${name}\naws_secret_access_key=S`;
    ground.env['AWS_SHARED_CREDENTIALS_FILE'] = ground.write('elsewhere', pair('AKIDOLD'));
    const sign = signerFor(ground, provider('aws'));
    expect(await sign()).toContain('AKIDOLD');
    ground.write('elsewhere', pair('AKIDNEW'));
    expect(await sign()).toContain('AKIDOLD');
    ground.now += 6 * 60_000;
    expect(await sign()).toContain('AKIDNEW');
  });

  test('from a program of the user’s own', async () => {
    ground.write('.aws/config', '[default]\ncredential_process = /bin/give "a b"\n');
    ground.prints = () =>
      JSON.stringify({
        Version: 1,
        AccessKeyId: 'ASIAPROCESS',
        SecretAccessKey: 'S',
        Expiration: '2026-01-01T13:00:00Z',
      });
    expect(await id()).toBe('ASIAPROCESS');
    expect(ground.ran).toEqual(['/bin/give "a b"']);
    ground.prints = () => 'nonsense';
    expect(await id()).toBe(
      'upstream_refused_key: the credential_process of default printed no keys: run the credential_process of the profile default by hand',
    );
    ground.prints = () => {
      throw new Error('exit 1: SECRET');
    };
    expect(await id()).not.toContain('SECRET');
  });

  test('from a session of IAM Identity Center, while somebody is signed in', async () => {
    ground.write(
      '.aws/config',
      '[default]\nsso_session = my\nsso_account_id = 123\nsso_role_name = Reader\n[sso-session my]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-central-1\n',
    );
    expect(await id()).toBe(
      'upstream_refused_key: nobody is signed in to AWS for the profile default: aws sso login --profile default, then gw reload',
    );
    const file = createHash('sha1').update('my').digest('hex');
    ground.write(`.aws/sso/cache/${file}.json`, { accessToken: 'SSO', expiresAt: '2026-01-01T18:00:00Z' });
    ground.answer = () => ({
      body: {
        roleCredentials: {
          accessKeyId: 'ASIASSO',
          secretAccessKey: 'S',
          sessionToken: 'T',
          expiration: ground.now + 3_600_000,
        },
      },
    });
    expect(await id()).toBe('ASIASSO');
    expect(ground.asked[0]).toMatchObject({
      url: 'https://portal.sso.eu-central-1.amazonaws.com/federation/credentials?role_name=Reader&account_id=123',
      headers: { 'x-amz-sso_bearer_token': 'SSO' },
    });
    ground.answer = () => ({ status: 401, body: { message: 'Session token not found or invalid' } });
    expect(await id()).toBe(
      'upstream_refused_key: portal.sso.eu-central-1.amazonaws.com gives no token (401): aws sso login --profile default, then gw reload',
    );
  });

  test('from the container, when the variables say so and the address is local', async () => {
    ground.env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] = 'http://169.254.170.23/v1/credentials';
    ground.env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'] = ground.write('token', 'POD\n');
    ground.answer = () => ({
      body: { AccessKeyId: 'ASIAPOD', SecretAccessKey: 'S', Token: 'T', Expiration: '2026-01-01T18:00:00Z' },
    });
    expect(await id()).toBe('ASIAPOD');
    expect(ground.asked[0]).toMatchObject({ headers: { authorization: 'POD' } });
    ground.env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] = 'http://evil.example.com/';
    expect(await id()).toMatch(
      /^upstream_refused_key: the address for the credentials of this container is not local/,
    );
  });

  test('from the instance, when the variable says so', async () => {
    ground.env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] = 'http://169.254.169.254/';
    ground.answer = ({ method, url }) => {
      if (method === 'PUT') return { body: 'IMDS' };
      return url.endsWith('/security-credentials/')
        ? { body: 'my role\n' }
        : {
            body: {
              AccessKeyId: 'ASIAEC2',
              SecretAccessKey: 'S',
              Token: 'T',
              Expiration: '2026-01-01T18:00:00Z',
            },
          };
    };
    expect(await id()).toBe('ASIAEC2');
    expect(ground.asked.map(({ url, headers }) => [url, headers['x-aws-ec2-metadata-token']])).toEqual([
      ['http://169.254.169.254/latest/api/token', undefined],
      ['http://169.254.169.254/latest/meta-data/iam/security-credentials/', 'IMDS'],
      ['http://169.254.169.254/latest/meta-data/iam/security-credentials/my%20role', 'IMDS'],
    ]);
  });

  test('from nowhere, with a word on what to do', async () => {
    expect(await id()).toBe(
      'upstream_refused_key: no AWS credentials on this machine: aws configure (or export AWS_BEARER_TOKEN_BEDROCK=…), then gw reload',
    );
    expect(ground.asked).toEqual([]);
    expect(AWS).toContain('eu-west-1');
  });
});
