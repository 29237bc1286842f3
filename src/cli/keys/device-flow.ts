import type { OAuthSource } from '../../core/profile.ts';
import { errorMessage, isObject, numberField, parseJson, stringField } from '../../lib/expect.ts';
import { CommandError } from '../error.ts';

/** Posts a form; rejects when no answer came. */
export type PostForm = (
  url: string,
  fields: Readonly<Record<string, string>>,
) => Promise<{ readonly status: number; readonly body: string }>;

/** What a person needs to sign in: a page, and a code to enter there. */
export interface DeviceCode {
  readonly page: string;
  /** The same page with the code in it, where the server makes one. */
  readonly wholePage: string | undefined;
  readonly code: string;
}

/** What signing in left. */
export type SignedIn =
  | { readonly is: 'refresh-token'; readonly token: string }
  | { readonly is: 'access-token'; readonly token: string };

export interface DeviceFlow {
  readonly post: PostForm;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Told once, before the waiting begins. */
  readonly show: (code: DeviceCode) => void;
}

/** RFC 8628, section 3.2: what is waited where the server does not say. */
const INTERVAL_S = 5;
/** Section 3.5: how much longer after each `slow_down`. */
const SLOWER_S = 5;
/** Codes are good for a quarter of an hour mostly; nobody sits there longer. */
const LONGEST_S = 1800;
const LONGEST_INTERVAL_S = 120;

/** Has a person sign in on another page (RFC 8628), and answers with what that left. */
export async function signIn(
  oauth: OAuthSource,
  secret: string | undefined,
  flow: DeviceFlow,
): Promise<SignedIn> {
  const { deviceUrl = '', tokenUrl, clientId, scope } = oauth;
  const begun = await ask(flow, deviceUrl, { client_id: clientId, ...(scope !== undefined && { scope }) });
  const deviceCode = stringField(begun, 'device_code');
  const code = stringField(begun, 'user_code');
  // Google says verification_url.
  const page = stringField(begun, 'verification_uri') ?? stringField(begun, 'verification_url');
  if (deviceCode === undefined || code === undefined || page === undefined) throw refused(begun, deviceUrl);
  flow.show({ page, code, wholePage: stringField(begun, 'verification_uri_complete') });
  const until = flow.now() + Math.min(numberField(begun, 'expires_in') ?? LONGEST_S, LONGEST_S) * 1000;
  let interval = Math.min(LONGEST_INTERVAL_S, Math.max(1, numberField(begun, 'interval') ?? INTERVAL_S));
  const fields = {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: deviceCode,
    client_id: clientId,
    ...(secret !== undefined && { client_secret: secret }),
  };
  while (flow.now() < until) {
    await flow.sleep(interval * 1000);
    const answer = await ask(flow, tokenUrl, fields).catch(() => undefined);
    // Section 3.5: who got no answer asks half as often.
    if (answer === undefined) interval = Math.min(LONGEST_INTERVAL_S, interval * 2);
    else {
      const signed = signedIn(answer);
      if (signed) return signed;
      const fault = stringField(answer, 'error');
      if (fault === 'slow_down')
        interval = Math.min(LONGEST_INTERVAL_S, (numberField(answer, 'interval') ?? interval) + SLOWER_S);
      else if (fault !== 'authorization_pending') throw refused(answer, tokenUrl);
    }
  }
  throw tooLate();
}

function signedIn(answer: unknown): SignedIn | undefined {
  const [refresh, access] = [stringField(answer, 'refresh_token'), stringField(answer, 'access_token')];
  if (refresh) return { is: 'refresh-token', token: refresh };
  return access ? { is: 'access-token', token: access } : undefined;
}

/** Servers say what is wrong in a field, some of them with status 200. */
async function ask(
  flow: DeviceFlow,
  url: string,
  fields: Readonly<Record<string, string>>,
): Promise<unknown> {
  const host = URL.parse(url)?.host ?? url;
  const answer = await flow.post(url, fields).catch((error: unknown) => {
    throw new CommandError(`${host} does not answer.`, {
      why: errorMessage(error),
      fix: 'try again when you are online',
    });
  });
  const read = parseJson(answer.body);
  if (isObject(read)) return read;
  if (answer.status >= 500)
    throw new CommandError(`${host} answered ${answer.status}.`, { fix: 'try again later' });
  return { error: `it answered ${answer.status} and no JSON` };
}

const WORDS: Readonly<Record<string, string>> = {
  access_denied: 'signing in was declined',
  expired_token: 'the code is no longer good',
};

function refused(answer: unknown, url: string): CommandError {
  const said = stringField(answer, 'error') ?? 'it gave no code';
  if (said === 'expired_token') return tooLate();
  return new CommandError('Nobody signed in.', {
    why: `${URL.parse(url)?.host ?? url}: ${Object.hasOwn(WORDS, said) ? WORDS[said] : said.slice(0, 120)}`,
    fix:
      said === 'access_denied'
        ? 'the same command again'
        : 'check clientId, scope and addresses: gw config edit',
  });
}

function tooLate(): CommandError {
  return new CommandError('Nobody signed in.', {
    why: 'the code was not entered in time',
    fix: 'the same command again',
  });
}
