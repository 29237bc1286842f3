import type { Fault } from '../core/fault.ts';
import { Secret } from '../lib/secret.ts';

/** Header names whose values are credentials; a profile may give a provider any header of its own. */
const CREDENTIAL = /authorization|key|token|secret/i;
/** Shorter values are words that an error may well contain by itself. */
const SHORTEST = 8;

/** Some hosts quote the key they refuse: it must reach neither the caller nor the log. */
export function withoutCredentials(found: Fault, headers: readonly string[]): Fault {
  let clean = found;
  for (const secret of credentialsIn(headers)) clean = without(clean, secret);
  return clean;
}

function credentialsIn(headers: readonly string[]): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const value = (headers[i + 1] ?? '').replace(/^Bearer\s+/i, '');
    if (CREDENTIAL.test(headers[i] ?? '') && value.length >= SHORTEST) values.push(value);
  }
  return values;
}

function without(found: Fault, secret: string): Fault {
  const shown = String(new Secret(secret));
  const { message, upstream } = found;
  if (!message.includes(secret) && !upstream?.body.includes(secret)) return found;
  const body =
    upstream && Buffer.from(upstream.body.toString('latin1').replaceAll(secret, latin1(shown)), 'latin1');
  return {
    ...found,
    message: message.replaceAll(secret, shown),
    ...(upstream && body && { upstream: { ...upstream, body } }),
  };
}

/** The same bytes, one character each, so that a body of whatever encoding keeps its own. */
function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}
