import type { Fault } from '../core/fault.ts';
import { ok, type Outcome } from '../core/outcome.ts';
import type { KeyPort } from '../core/ports.ts';
import type { KeyReference, OAuthSource, Provider } from '../core/profile.ts';
import { stringField } from '../lib/expect.ts';
import { accessToken, askForJson, form, refused } from './answers.ts';
import type { Outside, TokenQuestion } from './outside.ts';
import type { Lent } from './renewed.ts';

type Obtain = () => Promise<Outcome<Lent<string>, Fault>>;

/**
 * Tokens of the server a provider's settings name: for the client itself (RFC 6749, section 4.4), or with what signing
 * in left (section 6). Servers may give a new refresh token with each answer, after which the old one is worthless.
 */
export function oauthTokens(
  { name, oauth }: Pick<Provider, 'name' | 'oauth'>,
  keys: KeyPort,
  outside: Outside,
): Obtain {
  if (oauth === undefined)
    return () => Promise.resolve(refused(`${name} has no settings for OAuth`, 'gw config edit'));
  const renewed: { token: string | undefined } = { token: undefined };
  return async () => {
    const secret = valueOf(oauth.clientSecret, keys);
    if (oauth.clientSecret !== undefined && secret === undefined) {
      return refused('the secret of the client does not resolve', 'gw config edit, then gw reload');
    }
    if (oauth.deviceUrl === undefined) return forClient(oauth, secret ?? '', outside);
    const lasting = valueOf(oauth.accessToken, keys);
    if (lasting !== undefined) return ok({ value: lasting, expiresAt: undefined });
    const token = renewed.token ?? valueOf(oauth.refreshToken, keys);
    if (token === undefined) return refused(`nobody has signed in to ${name}`, `gw key login ${name}`);
    return withRefresh(name, oauth, { secret, token }, outside, async (next) => {
      renewed.token = next;
      if (oauth.refreshToken) await outside.keep?.(oauth.refreshToken, next);
    });
  };
}

async function forClient(
  oauth: OAuthSource,
  secret: string,
  outside: Outside,
): Promise<Outcome<Lent<string>, Fault>> {
  const { scope, audience } = oauth;
  const asked = question(oauth, secret, {
    grant_type: 'client_credentials',
    ...(scope !== undefined && { scope }),
    ...(audience !== undefined && { audience }),
  });
  return lend(await askForJson(outside, asked, FIX_CLIENT), outside, FIX_CLIENT);
}

const FIX_CLIENT = 'check clientId, clientSecret and scope in the profile, then gw reload';

async function withRefresh(
  name: string,
  oauth: OAuthSource,
  held: { readonly secret: string | undefined; readonly token: string },
  outside: Outside,
  keep: (next: string) => Promise<void>,
): Promise<Outcome<Lent<string>, Fault>> {
  const fix = `gw key login ${name}`;
  const asked = question(oauth, held.secret, { grant_type: 'refresh_token', refresh_token: held.token });
  const answer = await askForJson(outside, asked, fix);
  const next = answer.is === 'ok' ? stringField(answer.value, 'refresh_token') : undefined;
  if (next !== undefined && next !== '' && next !== held.token) await keep(next);
  return lend(answer, outside, fix);
}

function lend(
  answer: Awaited<ReturnType<typeof askForJson>>,
  outside: Outside,
  fix: string,
): Outcome<Lent<string>, Fault> {
  if (answer.is === 'failed') return answer;
  const token = accessToken(answer.value, outside.now());
  return token ? ok(token) : refused('the server of tokens answered without one', fix);
}

/** A client without a secret says who it is and nothing more. */
function question(
  { tokenUrl, clientId, clientAuth }: OAuthSource,
  secret: string | undefined,
  fields: Readonly<Record<string, string>>,
): TokenQuestion {
  if (secret === undefined) return { ...form({ ...fields, client_id: clientId }), url: tokenUrl };
  if (clientAuth === 'body')
    return { ...form({ ...fields, client_id: clientId, client_secret: secret }), url: tokenUrl };
  const asked = form(fields);
  // RFC 6749, section 2.3.1: both are encoded as in a form first.
  const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`;
  const authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  return { ...asked, headers: { ...asked.headers, authorization }, url: tokenUrl };
}

function valueOf(reference: KeyReference | undefined, keys: KeyPort): string | undefined {
  return reference && keys.resolve(reference)?.reveal();
}
