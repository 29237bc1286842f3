import { createHash, createHmac } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { provider, signerFor } from './signing.ts';
import { type Asked, Ground } from './token-server.ts';

let ground: Ground;

beforeEach(async () => {
  ground = new Ground();
  await ground.open();
});

afterEach(() => ground.close());

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** What the signature of a request to STS must be, by AWS's documentation, of the headers that it says were signed. */
function expectedSignature({ headers, body, url }: Asked, secret: string, region: string): string {
  const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1] ?? '';
  const told = { ...headers, host: new URL(url).host };
  const lines = names.split(';').map((name) => `${name}:${String(Reflect.get(told, name))}\n`);
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  const canonical = ['POST', '/', '', lines.join(''), names, hash(body)].join('\n');
  const stamp = String(headers['x-amz-date']);
  const scope = `${stamp.slice(0, 8)}/${region}/sts/aws4_request`;
  const key = ['sts', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${secret}`, stamp.slice(0, 8)), region));
  return hmac(key, ['AWS4-HMAC-SHA256', stamp, scope, hash(canonical)].join('\n')).toString('hex');
}

describe('credentials of a role at AWS come', () => {
  /** Whose key signed, or why nothing could be. */
  const id = async () => {
    const signed = await signerFor(ground, provider('aws'))();
    return /Credential=(\w+)/.exec(signed)?.[1] ?? signed;
  };

  const ROLE = 'arn:aws:iam::1:role/x';
  const GIVEN = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
    <AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>S/+=</SecretAccessKey><SessionToken>T</SessionToken>
    <Expiration>2026-01-01T13:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;
  const REFUSED =
    '<ErrorResponse><Error><Code>AccessDenied</Code><Message>User AKID: no</Message></Error></ErrorResponse>';

  test('from a role that is taken on with the keys of another profile', async () => {
    ground.write(
      '.aws/config',
      `[default]\nrole_arn = ${ROLE}\nsource_profile = other\nexternal_id = e1\nregion = eu-central-1\n[profile other]\n`,
    );
    ground.write('.aws/credentials', `[other]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = S\n`);
    ground.answer = () => ({ body: GIVEN });
    expect(await id()).toBe('ASIAROLE');
    const [asked] = ground.asked;
    expect(asked).toMatchObject({ method: 'POST', url: 'https://sts.eu-central-1.amazonaws.com/' });
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: ROLE,
      RoleSessionName: 'gw-1767268800000',
      ExternalId: 'e1',
    });
    expect(asked?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIAOTHER\/20260101\/eu-central-1\/sts\/aws4_request, SignedHeaders=[\w;-]*host[\w;-]*, Signature=[0-9a-f]{64}$/,
    );
    expect(asked && expectedSignature(asked, 'S', 'eu-central-1')).toBe(
      /Signature=(.*)/.exec(asked?.headers.authorization ?? '')?.[1],
    );
    ground.answer = () => ({ status: 403, body: REFUSED });
    expect(await id()).toBe(
      `upstream_refused_key: sts.eu-central-1.amazonaws.com does not give the role ${ROLE} (403 AccessDenied): aws sts get-caller-identity, and who may take on the role, then gw reload`,
    );
  });

  test('from a role that is taken on with the profile’s own keys, or with a chain of roles', async () => {
    ground.answer = ({ body }) => ({
      body: GIVEN.replace('ASIAROLE', body.includes('second') ? 'ASIATWO' : 'ASIAONE'),
    });
    const own = 'aws_access_key_id = AKIAOWN\naws_secret_access_key = S\n';
    ground.write('.aws/config', `[default]\nrole_arn = ${ROLE}\nsource_profile = default\n${own}`);
    expect(await id()).toBe('ASIAONE');
    ground.write(
      '.aws/config',
      `[default]\nrole_arn = ${ROLE}\nsource_profile = b\n[profile b]\nrole_arn = second\nsource_profile = c\n[profile c]\n${own}`,
    );
    ground.asked.length = 0;
    expect(await id()).toBe('ASIAONE');
    expect(
      ground.asked.map(({ headers }) => /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1]),
    ).toEqual(['AKIAOWN', 'ASIATWO']);
  });

  test('from a role for who has a token of somebody AWS trusts', async () => {
    ground.env['AWS_ROLE_ARN'] = ROLE;
    ground.env['AWS_ROLE_SESSION_NAME'] = 'pod';
    ground.env['AWS_WEB_IDENTITY_TOKEN_FILE'] = ground.write('token', 'JWT\n');
    ground.answer = () => ({ body: GIVEN });
    expect(await id()).toBe('ASIAROLE');
    expect(ground.asked[0]).toMatchObject({ url: 'https://sts.amazonaws.com/' });
    expect(ground.asked[0]?.headers.authorization).toBeUndefined();
    expect(Object.fromEntries(new URLSearchParams(ground.asked[0]?.body))).toEqual({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: ROLE,
      RoleSessionName: 'pod',
      WebIdentityToken: 'JWT',
    });
    ground.env['AWS_WEB_IDENTITY_TOKEN_FILE'] = '/nowhere';
    expect(await id()).toBe(
      `upstream_refused_key: the token for the role ${ROLE} cannot be read: see to /nowhere, then gw reload`,
    );
  });

  test.each([
    [
      'mfa_serial = arn:aws:iam::1:mfa/me\nsource_profile = default',
      'asks for a code of a device, which gw cannot',
    ],
    ['', 'does not say whose keys take on its role: add to it: source_profile = NAME'],
    ['source_profile = nobody', 'AWS has no profile nobody: aws configure --profile nobody'],
    ['source_profile = default', 'there are no keys for the role of the profile default'],
  ])('not from a role whose profile says %j, and why', async (more, words) => {
    ground.write('.aws/config', `[default]\nrole_arn = ${ROLE}\n${more}\n`);
    expect(await id()).toContain(words);
    expect(ground.asked).toEqual([]);
  });
});
