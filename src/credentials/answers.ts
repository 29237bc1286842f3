import { type Fault, fault } from '../core/fault.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import {
  errorMessage,
  type JsonObject,
  isObject,
  numberField,
  parseJson,
  stringField,
} from '../lib/expect.ts';
import type { Outside, TokenQuestion } from './outside.ts';
import type { Lent } from './renewed.ts';

/** A credential that cannot be had, and what to do about it. */
export function refused(why: string, fix: string): Outcome<never, Fault> {
  return failed(fault('upstream_refused_key', `${why}: ${fix}`));
}

/**
 * Asks a server that hands out tokens, and reads its answer as a JSON object. A server that cannot be reached or fails
 * says nothing about the credential: the next target has its turn, and this one is asked again later.
 *
 * @param fix What to do when the server refuses.
 */
export async function askForJson(
  outside: Outside,
  question: TokenQuestion,
  fix: string,
): Promise<Outcome<JsonObject, Fault>> {
  if (!URL.canParse(question.url)) return refused('the address that gives tokens is none', fix);
  const { host } = new URL(question.url);
  const answer = await outside.ask(question).catch((error: unknown) => errorMessage(error));
  if (typeof answer === 'string')
    return failed(fault('upstream_unreachable', `no token from ${host}: ${answer}`));
  const { status, body } = answer;
  const read = parseJson(body);
  if (status >= 500 || status === 429)
    return failed(fault('upstream_unreachable', `no token from ${host}: it answered ${status}`));
  if (status >= 300) return refused(`${host} gives no token (${status}${reason(read)})`, fix);
  return isObject(read) ? ok(read) : refused(`${host} answered something else than a token`, fix);
}

/** The `access_token` of an OAuth answer (RFC 6749, section 5.1). */
export function accessToken(answer: JsonObject, now: number): Lent<string> | undefined {
  const value = stringField(answer, 'access_token');
  if (value === undefined || value === '') return undefined;
  const seconds = numberField(answer, 'expires_in') ?? Number(stringField(answer, 'expires_in') ?? NaN);
  return { value, expiresAt: now + (Number.isFinite(seconds) ? seconds : DEFAULT_LIFE_S) * 1000 };
}

/** What Google, Microsoft and Amazon all give; used where the server does not say. */
const DEFAULT_LIFE_S = 3600;

/** Servers say why in a word (`invalid_grant`) and a sentence, which may quote the request; the word is enough. */
function reason(answer: unknown): string {
  const word = stringField(answer, 'error') ?? stringField(answer, 'Code') ?? '';
  return /^[\w.-]{1,64}$/.test(word) ? ` ${word}` : '';
}

/** A form as it is posted. */
export function form(
  fields: Readonly<Record<string, string>>,
): Pick<TokenQuestion, 'body' | 'headers' | 'method'> {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams(fields).toString(),
  };
}
