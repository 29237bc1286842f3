import { keyReferenceToJson } from '../../config/index.ts';
import type { JsonObject } from '../../lib/expect.ts';
import type { Secret } from '../../lib/secret.ts';
import type { Context } from '../context.ts';
import { CommandError } from '../error.ts';
import { referenceTo, storeKey } from '../keys/store.ts';

/** Keeps a copy of a key that was found in a file: in the keychain, else in a file of gw's own. Answers with the reference. */
export async function adoptKey(context: Context, provider: string, key: Secret): Promise<JsonObject> {
  const inKeychain = referenceTo(context, 'keychain', provider);
  try {
    await storeKey(context, inKeychain, key, '');
    return keyReferenceToJson(inKeychain);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const inFile = referenceTo(context, 'file', provider);
    await storeKey(context, inFile, key, '');
    return keyReferenceToJson(inFile);
  }
}
