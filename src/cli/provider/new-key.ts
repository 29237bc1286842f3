import { keychainWays, keyReferenceToJson } from '../../config/index.ts';
import type { JsonObject } from '../../lib/expect.ts';
import type { Context } from '../context.ts';
import { receiveSecret } from '../keys/receive.ts';
import { accountOf } from '../keys/store.ts';
import { keepKey } from './keep-key.ts';

/** Reads a key from standard input, or hidden from the terminal, keeps it safe and says where. */
export async function receiveKey(context: Context, provider: string): Promise<JsonObject> {
  const key = await receiveSecret(
    context,
    `Key for ${provider} (not shown):`,
    `gw provider add ${provider} --key-stdin`,
  );
  const { run, platform, library } = keychainWays(context.env);
  const reference = await keepKey(accountOf(context, provider), key, run, platform, library);
  context.say(
    reference.is === 'keychain'
      ? `The key is in this machine's keychain, as ${reference.account}.`
      : `There is no keychain here: the key is now in ${context.paths.config} itself (only you can read it).`,
  );
  return keyReferenceToJson(reference);
}
