import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { KeyReference } from '../core/profile.ts';
import type { JsonObject } from '../lib/expect.ts';
import { mayBeKey } from './pasted-key.ts';
import type { ObjectReader } from './reader.ts';

/** What every shell can export (POSIX: letters, digits and underscore, not starting with a digit). */
export const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const ACCOUNT = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$/;

/** Reads `env:NAME`, `file:/path` or `keychain:account`; never a key itself, because arguments are seen by others. */
export function parseKeyReference(text: string): Outcome<KeyReference, string> {
  const colon = text.indexOf(':');
  const place = text.slice(0, colon);
  const name = text.slice(colon + 1);
  if (colon > 0 && place === 'env') return checked({ is: 'env', name });
  if (colon > 0 && place === 'file') return checked({ is: 'file', path: name });
  if (colon > 0 && place === 'keychain') return checked({ is: 'keychain', account: name });
  if (mayBeKey(text)) {
    return failed(
      'this looks like a key itself; say where it is kept: env:NAME, file:/path or keychain:account',
    );
  }
  return failed('a key is named by where it is kept: env:NAME, file:/path or keychain:account');
}

function checked(reference: KeyReference): Outcome<KeyReference, string> {
  const fault = whyWrong(reference);
  return fault === undefined ? ok(reference) : failed(fault);
}

/** Why a reference cannot be right, in words that never repeat what may be a key. */
function whyWrong(reference: KeyReference): string | undefined {
  switch (reference.is) {
    case 'env':
      if (mayBeKey(reference.name)) return 'this looks like a key, not like the name of a variable';
      return ENVIRONMENT_NAME.test(reference.name)
        ? undefined
        : 'a variable name has letters, digits and underscores, and starts with no digit';
    case 'keychain':
      if (mayBeKey(reference.account)) return 'this looks like a key, not like the name of an account';
      return ACCOUNT.test(reference.account)
        ? undefined
        : 'an account name has letters, digits and . _ @ -, up to 128 of them';
    case 'file':
      if (mayBeKey(reference.path) && !reference.path.includes('/')) {
        return 'this looks like a key, not like the path of a file';
      }
      return /^(~?\/|[A-Za-z]:[\\/])/.test(reference.path) && !reference.path.includes('\0')
        ? undefined
        : 'a path starts with / or ~/, on Windows with a drive';
    case 'inline':
      // A line break or a blank would make a broken (or a second) header line.
      return /^[\x21-\x7E]{1,4096}$/.test(reference.value)
        ? undefined
        : 'a key is one line of printable characters without blanks';
  }
}

/** Reads `{"env": …}`, `{"file": …}`, `{"keychain": …}` or `{"value": …}`. */
export function readKeyReference(reader: ObjectReader): KeyReference | undefined {
  const choices: readonly (readonly [string, (value: string) => KeyReference])[] = [
    ['env', (name) => ({ is: 'env', name })],
    ['file', (path) => ({ is: 'file', path })],
    ['keychain', (account) => ({ is: 'keychain', account })],
    ['value', (value) => ({ is: 'inline', value })],
  ];
  const found = choices.flatMap(([key, make]) => {
    const value = reader.value(key);
    return value === undefined ? [] : [{ key, value, make }];
  });
  reader.finish();
  const [only, second] = found;
  if (!only || second) {
    reader.problem(
      reader.place,
      only ? 'one key cannot be kept in two places' : 'this does not say where the key is',
      {
        expected: 'exactly one of env, file, keychain, value',
      },
    );
    return undefined;
  }
  const reference = typeof only.value === 'string' ? only.make(only.value) : undefined;
  const fault = reference ? whyWrong(reference) : 'this must be text';
  if (fault !== undefined) reader.problem(reader.below(only.key), fault);
  return fault === undefined ? reference : undefined;
}

/** A reference as the profile file has it. */
export function keyReferenceToJson(reference: KeyReference): JsonObject {
  switch (reference.is) {
    case 'env':
      return { env: reference.name };
    case 'keychain':
      return { keychain: reference.account };
    case 'file':
      return { file: reference.path };
    case 'inline':
      return { value: reference.value };
  }
}
