import { type Fault, fault } from '../core/fault.ts';
import { errorCode, errorMessage } from '../lib/expect.ts';

/** Sentences for the system's and undici's error codes. */
const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at its address (connection refused)',
  ENOTFOUND: 'its host name does not resolve',
  EAI_AGAIN: 'name resolution failed for now (is this machine online?)',
  EHOSTUNREACH: 'there is no route to its host',
  ENETUNREACH: 'its network is unreachable (is this machine online?)',
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
  return fault(
    'upstream_unreachable',
    SENTENCES[code] ?? `the connection failed (${code || errorMessage(error)})`,
  );
}

/** Undici gives its parser's errors a code only now and then, and always their name. */
function isParserError(error: unknown): boolean {
  return error instanceof Error && error.name === 'HTTPParserError';
}

/** True when a connection that existed was lost: the peer may just have closed an idle one, so once more is free. */
export function isLostConnection(error: unknown): boolean {
  return LOST.has(errorCode(error) ?? '');
}
