import { keyReferenceToJson } from '../../config/index.ts';
import type { JsonObject } from '../../lib/expect.ts';
import { Secret } from '../../lib/secret.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { askSecret, readInput } from '../prompt.ts';
import { keepKey, keychainWays } from './keep-key.ts';

/** Reads a key from standard input, or hidden from the terminal, keeps it safe and says where. */
export async function receiveKey(context: Context, provider: string): Promise<JsonObject> {
  const text = context.stdin.isTTY
    ? await askSecret(context, {
        question: `Key for ${provider} (not shown):`,
        instead: `pipe it in: … | gw provider add ${provider} --key-stdin`,
      })
    : await readInput(context);
  if (!/^[\u0021-\u007E]{1,4096}$/.test(text)) {
    throw new CommandError(text === '' ? 'No key was given.' : 'That is not a key.', {
      why:
        text === '' ? 'standard input was empty' : 'a key is one line of printable characters without blanks',
      fix: `printf %s "$KEY" | gw provider add ${provider} --key-stdin`,
      exit: EXIT.usage,
    });
  }
  const { run, platform, library } = keychainWays(context.env);
  const reference = await keepKey(accountFor(context, provider), new Secret(text), run, platform, library);
  context.say(
    reference.is === 'keychain'
      ? `The key is in this machine's keychain, as ${reference.account}.`
      : `There is no keychain here: the key is now in ${context.paths.config} itself (only you can read it).`,
  );
  return keyReferenceToJson(reference);
}

/** Several gw on one machine (`GW_HOME`) share a keychain: each has entries of its own. */
export function accountFor({ paths, env }: Pick<Context, 'paths' | 'env'>, provider: string): string {
  return env['GW_HOME'] === undefined
    ? provider
    : `${provider}@${paths.configDir.replace(/[^A-Za-z0-9.]+/g, '-')}`;
}
