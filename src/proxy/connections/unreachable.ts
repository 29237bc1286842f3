import { type Fault, fault } from '../../core/fault.ts';
import type { NetworkSign } from '../../core/network.ts';
import { entryOf, errorCode, errorMessage } from '../../lib/expect.ts';

/** Sentences for the system's and undici's error codes. */
const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at its address (connection refused)',
  ENOTFOUND: 'its host name does not resolve',
  EAI_AGAIN: 'name resolution failed for now (is this machine online?)',
  EHOSTUNREACH: 'there is no route to its host',
  ENETUNREACH: 'its network is unreachable (is this machine online?)',
  ENETDOWN: 'the network on the way to it is down (is this machine online?)',
  EADDRNOTAVAIL: 'this machine has no address to reach it from (is it online?)',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'no connection within the connect limit',
  ECONNRESET: 'it reset the connection',
  EPIPE: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
  CERT_HAS_EXPIRED: 'its TLS certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its TLS certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its TLS certificate chain is self-signed (see NODE_EXTRA_CA_CERTS)',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its TLS certificate cannot be verified (see NODE_EXTRA_CA_CERTS)',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its TLS certificate cannot be verified (see NODE_EXTRA_CA_CERTS)',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its TLS certificate is for another host',
};

/** Errors of a connection that was there and went away. */
const LOST = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** Errors of an answer that is not HTTP, or not the length it said. */
const GARBLED = new Set([
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
]);

/** Turns what undici reports into a fault. */
export function faultOfError(error: unknown): Fault {
  const code = errorCode(error) ?? '';
  if (GARBLED.has(code) || isParserError(error)) {
    return fault('upstream_garbled', `the answer is not valid HTTP (${errorMessage(error)})`);
  }
  const sentence = SENTENCES[code] ?? `the connection failed (${code || errorMessage(error)})`;
  const sign = networkSign(error);
  return fault('upstream_unreachable', sentence, sign === undefined ? {} : { sign });
}

/** Errors that the own network may be to blame for. */
const SIGNS: Readonly<Record<string, NetworkSign>> = {
  ENOTFOUND: 'no-name',
  EAI_AGAIN: 'no-name',
  EAI_FAIL: 'no-name',
  ENETUNREACH: 'no-route',
  EHOSTUNREACH: 'no-route',
  ENETDOWN: 'no-route',
  EADDRNOTAVAIL: 'no-route',
  ETIMEDOUT: 'no-answer',
  UND_ERR_CONNECT_TIMEOUT: 'no-answer',
  ERR_TLS_CERT_ALTNAME_INVALID: 'stranger',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'stranger',
  SELF_SIGNED_CERT_IN_CHAIN: 'stranger',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'stranger',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'stranger',
};

/**
 * What a failed connection says of the own network. Where several addresses were tried, one that was refused shows that
 * the network is there: a host with addresses of a family that this machine has no route for is no such sign.
 */
export function networkSign(error: unknown): NetworkSign | undefined {
  if (!(error instanceof AggregateError)) return entryOf(SIGNS, codeOf(error));
  const signs = error.errors.map((each) => networkSign(each));
  return signs.includes(undefined) ? undefined : signs.findLast((sign) => sign !== undefined);
}

/** What went wrong on the way to an HTTP proxy is the cause of the error that tells so. */
function codeOf(error: unknown): string {
  const code = errorCode(error);
  if (code !== undefined || !(error instanceof Error)) return code ?? '';
  return errorCode(error.cause) ?? '';
}

/** Redirections that portals use; an API that has moved says 301 or 308. */
const ELSEWHERE: readonly number[] = [302, 303, 307];

/**
 * True for an answer as captive portals give it in a host's place: a page, a redirection or 511 (RFC 6585) with one. No
 * API answers with HTML where it succeeds.
 */
export function isPage(status: number, contentType: unknown): boolean {
  const isHtml = typeof contentType === 'string' && /^\s*(text\/html|application\/xhtml)/i.test(contentType);
  return status === 511 || ELSEWHERE.includes(status) || (isHtml && status < 400);
}

/** Undici gives its parser's errors a code only now and then, and always their name. */
function isParserError(error: unknown): boolean {
  return error instanceof Error && error.name === 'HTTPParserError';
}

/** True when a connection that existed was lost: the peer may just have closed an idle one, so once more is free. */
export function isLostConnection(error: unknown): boolean {
  return LOST.has(errorCode(error) ?? '');
}
