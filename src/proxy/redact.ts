import type { Fault } from '../core/fault.ts';
import { replaceBytes } from '../lib/replace-bytes.ts';
import { formsOf, Secret } from '../lib/secret.ts';

/** Header and parameter names whose values are credentials; a profile may give a provider any header of its own. */
const CREDENTIAL = /authorization|key|token|secret/i;
/** Shorter values are words that an error may well contain by itself. */
const SHORTEST = 8;

/** Some hosts quote the key they refuse: it must reach neither the caller nor the log. */
export function withoutCredentials(found: Fault, headers: readonly string[], url: string): Fault {
  let clean = found;
  for (const secret of [...credentialsIn(headers), ...credentialsInQuery(url)]) {
    for (const form of formsOf(secret)) clean = without(clean, form, String(new Secret(secret)));
  }
  return clean;
}

/** The same for bytes on their way to the caller. */
export function bytesWithoutCredentials(bytes: Buffer, headers: readonly string[]): Buffer {
  let clean = bytes;
  for (const secret of credentialsIn(headers)) {
    for (const form of formsOf(secret)) clean = replaceBytes(clean, form, String(new Secret(secret)));
  }
  return clean;
}

/** The same for a word that every answer brings: only as it is, because this is on the way of every request. */
export function wordWithoutCredentials(word: string, credentials: readonly string[]): string {
  let clean = word;
  for (const secret of credentials) {
    if (clean.includes(secret)) clean = clean.replaceAll(secret, '[secret]');
  }
  return clean;
}

/** The values among these headers (a flat list of names and values) that nobody else may see. */
export function credentialsIn(headers: readonly string[]): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const value = (headers[i + 1] ?? '').replace(/^Bearer\s+/i, '');
    if (isCredential(headers[i] ?? '') && value.length >= SHORTEST) values.push(value);
  }
  return values;
}

/** True for a header or a parameter whose value nobody else may see. */
export function isCredential(name: string): boolean {
  return CREDENTIAL.test(name);
}

/** Some callers give their key as a parameter, and hosts quote addresses too. */
export function credentialsInQuery(url: string): string[] {
  const query = url.indexOf('?');
  if (query === -1) return [];
  const parameters = new URLSearchParams(url.slice(query));
  return credentialsIn([...parameters].flat());
}

function without(found: Fault, form: string, shown: string): Fault {
  const { message, upstream } = found;
  if (!message.includes(form) && !upstream?.body.includes(form)) return found;
  return {
    ...found,
    message: message.replaceAll(form, shown),
    ...(upstream && { upstream: { ...upstream, body: replaceBytes(upstream.body, form, shown) } }),
  };
}
