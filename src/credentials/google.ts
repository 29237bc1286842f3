import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { join } from 'node:path';

import type { Fault } from '../core/fault.ts';
import { ok, type Outcome } from '../core/outcome.ts';
import { isObject, type JsonObject, parseJson, stringField } from '../lib/expect.ts';
import { accessToken, askForJson, form, refused } from './answers.ts';
import { type Outside, type TokenQuestion, variable } from './outside.ts';
import type { Lent } from './renewed.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const TOKEN_URL = 'https://oauth2.googleapis.com/token';
/** The longest an assertion may be good for. */
const ASSERTION_S = 3600;
const LOGIN = 'gcloud auth application-default login, then gw reload';

/** A token, and the project that pays for what a person (not a service) asks for. */
export interface GoogleAccess {
  readonly token: string;
  readonly quotaProject: string | undefined;
}

/**
 * A token from Google's Application Default Credentials (https://cloud.google.com/docs/authentication/application-default-credentials):
 * the file the variable names, else gcloud's own; the metadata server only where a variable says where it is.
 */
export async function googleAccess(outside: Outside): Promise<Outcome<Lent<GoogleAccess>, Fault>> {
  const named = variable(outside, 'GOOGLE_APPLICATION_CREDENTIALS');
  const path = named ?? join(gcloudFolder(outside), 'application_default_credentials.json');
  const text = await outside.readText(path);
  const metadata = variable(outside, 'GCE_METADATA_HOST');
  if (text === undefined && named === undefined && metadata !== undefined)
    return lend(outside, metadataQuestion(metadata), LOGIN, undefined);
  if (text === undefined)
    return named === undefined
      ? refused('no Google credentials on this machine', LOGIN)
      : refused(`${path} cannot be read`, 'correct GOOGLE_APPLICATION_CREDENTIALS, then gw reload');
  const credentials = parseJson(text);
  if (!isObject(credentials)) return refused(`${path} is no JSON file of credentials`, LOGIN);
  return fromFile(outside, path, credentials);
}

function fromFile(
  outside: Outside,
  path: string,
  credentials: JsonObject,
): Promise<Outcome<Lent<GoogleAccess>, Fault>> {
  const type = stringField(credentials, 'type') ?? '';
  const project = stringField(credentials, 'quota_project_id');
  if (type === 'service_account') return fromService(outside, path, credentials, project);
  if (type === 'authorized_user') {
    const asked = form({
      grant_type: 'refresh_token',
      client_id: stringField(credentials, 'client_id') ?? '',
      client_secret: stringField(credentials, 'client_secret') ?? '',
      refresh_token: stringField(credentials, 'refresh_token') ?? '',
    });
    return lend(outside, { ...asked, url: TOKEN_URL }, LOGIN, project);
  }
  const fix = `use the key of a service account, or ${LOGIN}`;
  return Promise.resolve(refused(`${path} holds credentials of a kind that gw does not know (${type})`, fix));
}

/** A JWT signed with the account's key (RFC 7523). */
function fromService(
  outside: Outside,
  path: string,
  credentials: JsonObject,
  project: string | undefined,
): Promise<Outcome<Lent<GoogleAccess>, Fault>> {
  const fix = 'make a new key for the service account, then gw reload';
  const key = readKey(stringField(credentials, 'private_key') ?? '');
  const email = stringField(credentials, 'client_email');
  if (!key || email === undefined)
    return Promise.resolve(refused(`${path} is no whole key of a service account`, fix));
  const url = stringField(credentials, 'token_uri') ?? TOKEN_URL;
  const now = Math.floor(outside.now() / 1000);
  const header = { alg: 'RS256', typ: 'JWT', kid: stringField(credentials, 'private_key_id') };
  const claims = { iss: email, scope: SCOPE, aud: url, iat: now, exp: now + ASSERTION_S };
  const signed = `${base64url(header)}.${base64url(claims)}`;
  const assertion = `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
  const asked = form({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });
  return lend(outside, { ...asked, url }, fix, project);
}

async function lend(
  outside: Outside,
  question: TokenQuestion,
  fix: string,
  quotaProject: string | undefined,
): Promise<Outcome<Lent<GoogleAccess>, Fault>> {
  const answer = await askForJson(outside, question, fix);
  if (answer.is === 'failed') return answer;
  const token = accessToken(answer.value, outside.now());
  if (!token) return refused('Google answered without a token', fix);
  return ok({ value: { token: token.value, quotaProject }, expiresAt: token.expiresAt });
}

/** https://cloud.google.com/compute/docs/access/authenticate-workloads */
function metadataQuestion(host: string): TokenQuestion {
  const url = `http://${host}/computeMetadata/v1/instance/service-accounts/default/token`;
  return { method: 'GET', url, headers: { 'metadata-flavor': 'Google' } };
}

function gcloudFolder(outside: Outside): string {
  const own = variable(outside, 'CLOUDSDK_CONFIG');
  if (own !== undefined) return own;
  const roaming = outside.platform === 'win32' ? variable(outside, 'APPDATA') : undefined;
  return roaming === undefined ? join(outside.home, '.config', 'gcloud') : join(roaming, 'gcloud');
}

function readKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'rsa' ? key : undefined;
  } catch {
    return undefined;
  }
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
