import { timingSafeEqual } from 'node:crypto';

import type { Secret } from '../../lib/secret.ts';
import type { ReadHeaders } from './headers.ts';

/**
 * True when the request carries gw's own token. A caller whose provider takes the caller's own key sends that one as
 * `Authorization`, and the token as `x-api-key`.
 */
export function carriesToken({ authorization, apiKey }: ReadHeaders, url: string, token: Secret): boolean {
  return isToken(authorization, token) || isToken(apiKey, token) || isToken(keyInQuery(url), token);
}

/** Google's older clients and its documentation put the key there (https://ai.google.dev/api#auth). */
function keyInQuery(url: string): string | undefined {
  const query = url.indexOf('?');
  return query === -1 ? undefined : (new URLSearchParams(url.slice(query)).get('key') ?? undefined);
}

/** True for a header value that is the token, with or without `Bearer`. Takes the same time whatever is wrong. */
export function isToken(value: string | undefined, token: Secret): boolean {
  const given = Buffer.from(value?.replace(/^Bearer\s+/i, '') ?? '');
  const wanted = Buffer.from(token.reveal());
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
