import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { type Fault } from '../../core/fault.ts';
import { ok, type Outcome } from '../../core/outcome.ts';
import { entryOf, errorMessage, field, numberField, parseJson, stringField } from '../../lib/expect.ts';
import { askForJson, refused } from '../answers.ts';
import { type Outside, variable } from '../outside.ts';
import type { Lent } from '../renewed.ts';
import { type IniSections, readIni } from './ini.ts';
import { type AwsKeys, pair, readKeysJson } from './keys.ts';
import { keysOfContainer, keysOfInstance } from './machine.ts';
import { keysOfIdentity, keysOfRole, type Role, roleOf } from './role.ts';

/** Files may be written anew at any time, so keys out of them are read again this often. */
const REREAD_MS = 5 * 60_000;

type Settings = ReadonlyMap<string, string>;
type Found = Outcome<Lent<AwsKeys> | undefined, Fault>;

/**
 * Keys of a profile in AWS's files (https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html): kept there,
 * printed by a program, of a role that is taken on with another profile's, or given for a signed-in session of IAM Identity Center. Undefined when there is no such profile.
 */
export function keysOfProfile(outside: Outside): Promise<Found> {
  return keysOf(outside, variable(outside, 'AWS_PROFILE') ?? 'default', []);
}

/** @param takers The profiles that take on a role with the keys of this one, the first of them first. */
async function keysOf(outside: Outside, name: string, takers: readonly string[]): Promise<Found> {
  const sections = await readFiles(outside, name);
  const { settings } = sections;
  if (settings.size === 0) {
    if (variable(outside, 'AWS_PROFILE') === undefined && takers.length === 0) return ok(undefined);
    return refused(`AWS has no profile ${name}`, `aws configure --profile ${name}, then gw reload`);
  }
  const role = roleOf(settings);
  // A profile may take on a role with keys of its own: then it names itself as their source.
  if (role && !takers.includes(name)) return inRole(outside, settings, role, [...takers, name]);
  const kept = pair(
    settings.get('aws_access_key_id'),
    settings.get('aws_secret_access_key'),
    settings.get('aws_session_token'),
  );
  if (kept) return ok({ value: kept, expiresAt: outside.now() + REREAD_MS });
  const command = settings.get('credential_process');
  if (command !== undefined) return fromProcess(outside, command, name);
  const session = sections.config.get(`sso-session ${settings.get('sso_session') ?? ''}`);
  if (session || settings.has('sso_start_url')) return fromSession(outside, settings, session, name);
  return ok(undefined);
}

/** Where the keys are that a role is taken on with, when no profile has them. */
const KEY_SOURCES: Readonly<Record<string, (outside: Outside) => Promise<Found>>> = {
  Environment: (outside) => {
    const [id, secret, session] = ['ACCESS_KEY_ID', 'SECRET_ACCESS_KEY', 'SESSION_TOKEN'].map((word) =>
      variable(outside, `AWS_${word}`),
    );
    const keys = pair(id, secret, session);
    return Promise.resolve(ok(keys && { value: keys, expiresAt: undefined }));
  },
  EcsContainer: keysOfContainer,
  Ec2InstanceMetadata: keysOfInstance,
};

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html */
async function inRole(
  outside: Outside,
  settings: Settings,
  role: Role,
  takers: readonly string[],
): Promise<Found> {
  const name = takers.at(-1) ?? '';
  if (settings.has('mfa_serial')) {
    const fix = `add to it: credential_process = aws configure export-credentials --profile NAME --format process`;
    return refused(`the profile ${name} asks for a code of a device, which gw cannot`, fix);
  }
  const file = settings.get('web_identity_token_file');
  if (file !== undefined) return keysOfIdentity(outside, role, file);
  const source = settings.get('source_profile');
  const place = entryOf(KEY_SOURCES, settings.get('credential_source') ?? '');
  if (source === undefined && !place)
    return refused(
      `the profile ${name} does not say whose keys take on its role`,
      'add to it: source_profile = NAME',
    );
  const found = source === undefined ? await place?.(outside) : await keysOf(outside, source, takers);
  if (found?.is === 'failed') return found;
  if (!found?.value)
    return refused(
      `there are no keys for the role of the profile ${name}`,
      `aws configure --profile ${source ?? name}`,
    );
  return keysOfRole(outside, role, found.value.value);
}

/** Of a profile in both files the credentials file has the last word. */
async function readFiles(
  outside: Outside,
  name: string,
): Promise<{ readonly settings: Settings; readonly config: IniSections }> {
  const folder = join(outside.home, '.aws');
  const read = async (place: string, usual: string): Promise<IniSections> =>
    readIni((await outside.readText(variable(outside, place) ?? join(folder, usual))) ?? '');
  const config = await read('AWS_CONFIG_FILE', 'config');
  const credentials = await read('AWS_SHARED_CREDENTIALS_FILE', 'credentials');
  const plain = name === 'default' ? config.get('default') : undefined;
  const settings = [config.get(`profile ${name}`) ?? plain, credentials.get(name)];
  return { settings: new Map(settings.flatMap((section) => [...(section ?? [])])), config };
}

async function fromProcess(outside: Outside, command: string, name: string): Promise<Found> {
  const fix = `run the credential_process of the profile ${name} by hand`;
  const printed = await outside.run(command).catch((error: unknown) => {
    // What a program says when it fails may hold anything; how it failed is enough.
    return { failed: errorMessage(error).split('\n', 1)[0] ?? '' };
  });
  if (typeof printed !== 'string') return refused(`the credential_process of ${name} failed`, fix);
  const keys = readKeysJson(printed);
  return keys ? ok(keys) : refused(`the credential_process of ${name} printed no keys`, fix);
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html */
async function fromSession(
  outside: Outside,
  settings: Settings,
  session: Settings | undefined,
  name: string,
): Promise<Found> {
  const fix = `aws sso login --profile ${name}, then gw reload`;
  const startUrl = session?.get('sso_start_url') ?? settings.get('sso_start_url') ?? '';
  const cacheKey = session ? (settings.get('sso_session') ?? '') : startUrl;
  const file = `${createHash('sha1').update(cacheKey).digest('hex')}.json`;
  const cached = parseJson((await outside.readText(join(outside.home, '.aws', 'sso', 'cache', file))) ?? '');
  const token = stringField(cached, 'accessToken');
  const end = Date.parse(stringField(cached, 'expiresAt') ?? '');
  if (token === undefined || !(end > outside.now()))
    return refused(`nobody is signed in to AWS for the profile ${name}`, fix);
  const region =
    session?.get('sso_region') ?? settings.get('sso_region') ?? stringField(cached, 'region') ?? '';
  const asked = new URLSearchParams({
    role_name: settings.get('sso_role_name') ?? '',
    account_id: settings.get('sso_account_id') ?? '',
  });
  if (!/^[a-z0-9-]+$/.test(region))
    return refused(`the profile ${name} has no sso_region`, 'aws configure sso');
  const url = `https://portal.sso.${region}.amazonaws.com/federation/credentials?${asked.toString()}`;
  const headers = { 'x-amz-sso_bearer_token': token, accept: 'application/json' };
  const answer = await askForJson(outside, { method: 'GET', url, headers }, fix);
  if (answer.is === 'failed') return answer;
  const role = field(answer.value, 'roleCredentials');
  const keys = pair(
    stringField(role, 'accessKeyId'),
    stringField(role, 'secretAccessKey'),
    stringField(role, 'sessionToken'),
  );
  return keys
    ? ok({ value: keys, expiresAt: numberField(role, 'expiration') })
    : refused(`AWS gave no keys for the profile ${name}`, fix);
}
