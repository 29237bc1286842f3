import { homedir } from 'node:os';

import { explainUnresolved, keyLabel, loadKeys } from '../../config/index.ts';
import type { KeyReference } from '../../core/profile.ts';
import type { Secret } from '../../lib/secret.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { openStored } from '../stored-config.ts';

/** Where the token is kept that callers of gw must send as their key; undefined when it asks for none. */
export function findToken(context: Context): KeyReference | undefined {
  const config = openStored(context).read();
  if (config.is === 'ok') return config.value.token;
  context.say(
    'The profile file has mistakes in it, so it is not known whether gw wants a token of its callers.',
  );
  context.say('  fix: gw config validate');
  return undefined;
}

/** The token itself, or undefined when it cannot be found. May ask the OS keychain, which may ask its owner. */
export async function loadToken(context: Context, reference: KeyReference): Promise<Secret | undefined> {
  const keys = await loadKeys([reference], { env: context.env, home: context.env['HOME'] ?? homedir() });
  return keys.resolve(reference);
}

/** What ends a command that cannot do without the token. */
export function tokenMissing(reference: KeyReference): CommandError {
  const { why, fix } = explainUnresolved(reference);
  return new CommandError(
    `The token that gw wants of its callers (${terminalSafe(keyLabel(reference))}) is not to be found here.`,
    {
      why: terminalSafe(why),
      fix: terminalSafe(fix),
      exit: EXIT.config,
    },
  );
}
