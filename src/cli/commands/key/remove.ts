import { keyLabel } from '../../../core/key-label.ts';
import type { KeyReference } from '../../../core/profile.ts';
import { terminalSafe } from '../../../lib/terminal-safe.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { forgetKey } from '../../keys/store.ts';
import { dropKey, isShared, requireKeyOf } from '../../keys/stored-keys.ts';
import { notifyDaemon } from '../../notify.ts';
import { openProfile } from '../../profile-file.ts';
import { confirm } from '../../prompt.ts';
import { requireProvider } from '../../provider/lookup.ts';

export const command: Command = {
  arguments: [
    { name: '<provider>', summary: 'whose key it is' },
    { name: '[key]', summary: 'which one, as gw key list shows it; needed where there are several' },
  ],
  options: [{ flags: '-y, --yes', summary: 'do not ask' }],
  examples: ['gw key remove groq', 'gw key remove openai keychain:openai.work --yes'],
  run: removeKey,
};

/** Takes a key from a provider, and out of the keychain or file that gw keeps it in. */
async function removeKey(context: Context, input: Input): Promise<void> {
  const open = openProfile(context);
  const provider = requireProvider(open, input.argument(0) ?? '');
  const reference = requireKeyOf(provider, input.argument(1));
  const label = keyLabel(reference);
  const agreed =
    input.flag('yes') ||
    (await confirm(context, {
      question: `Remove the key ${terminalSafe(label)} of ${provider.name}?`,
      instead: `gw key remove ${provider.name} ${label} --yes`,
      otherwise: false,
    }));
  if (!agreed) return context.say('Nothing was changed.');
  await dropKey(context, open, provider, reference);
  const shared = isShared(open, provider, reference);
  // Last, so that a profile never names a key that is gone.
  const forgotten = !shared && (await forgetKey(context, reference));
  await notifyDaemon(context);
  if (context.json) return context.printJson({ provider: provider.name, removed: label, forgotten });
  context.say(terminalSafe(`${provider.name} no longer has the key ${label}.`));
  context.say(terminalSafe(`note: ${whatBecame(reference, forgotten, shared)}`));
}

function whatBecame(reference: KeyReference, forgotten: boolean, shared: boolean): string {
  if (forgotten)
    return 'it is gone from where gw kept it; at its provider it is still good until you revoke it.';
  if (shared) return 'it stays where it is: another provider uses it.';
  switch (reference.is) {
    case 'env':
      return `the variable ${reference.name} is as it was.`;
    case 'file':
      return `the file ${reference.path} is as it was.`;
    case 'keychain':
      return 'the keychain had no such entry.';
    case 'inline':
      return 'it stood in the profile file and is gone; at its provider it is still good until you revoke it.';
  }
}
