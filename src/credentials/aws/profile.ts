import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { type Fault } from '../../core/fault.ts';
import { ok, type Outcome } from '../../core/outcome.ts';
import { errorMessage, field, numberField, parseJson, stringField } from '../../lib/expect.ts';
import { askForJson, refused } from '../answers.ts';
import { type Outside, variable } from '../outside.ts';
import type { Lent } from '../renewed.ts';
import { type IniSections, readIni } from './ini.ts';
import { type AwsKeys, pair, readKeysJson } from './keys.ts';

/** Files may be written anew at any time, so keys out of them are read again this often. */
const REREAD_MS = 5 * 60_000;

type Settings = ReadonlyMap<string, string>;
type Found = Outcome<Lent<AwsKeys> | undefined, Fault>;

/**
 * Keys of a profile in AWS's files (https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html): kept there,
 * printed by a program, or given for a signed-in session of IAM Identity Center. Undefined when there is no such profile.
 */
export async function keysOfProfile(outside: Outside): Promise<Found> {
  const name = variable(outside, 'AWS_PROFILE') ?? 'default';
  const sections = await readFiles(outside, name);
  const { settings } = sections;
  if (settings.size === 0) {
    if (variable(outside, 'AWS_PROFILE') === undefined) return ok(undefined);
    return refused(`AWS has no profile ${name}`, `aws configure --profile ${name}, then gw reload`);
  }
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
  if (settings.has('role_arn')) {
    const fix = `add to it: credential_process = aws configure export-credentials --profile NAME --format process`;
    return refused(`the profile ${name} takes on a role, which gw leaves to AWS's own tools`, fix);
  }
  return ok(undefined);
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
