import { parseKeyReference } from '../../../config/index.ts';
import { keyLabel } from '../../../core/key-label.ts';
import type { KeyReference } from '../../../core/profile.ts';
import { terminalSafe } from '../../../lib/terminal-safe.ts';
import { findPreset } from '../../../providers/index.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { CommandError, EXIT } from '../../error.ts';
import { receiveSecret } from '../../keys/receive.ts';
import { forgetKey, type KeyPlace, plainLabel, referenceTo, storeKey } from '../../keys/store.ts';
import { addKey, hasKey, isShared } from '../../keys/stored-keys.ts';
import { notifyDaemon } from '../../notify.ts';
import { type OpenProfile, openProfile } from '../../profile-file.ts';
import { requireProvider } from '../../provider/lookup.ts';

export const command: Command = {
  arguments: [{ name: '<provider>', summary: 'whose key it is' }],
  options: [
    {
      flags: '--keychain',
      summary: "keep it in this machine's keychain (what happens unless you say otherwise)",
    },
    { flags: '--file', summary: 'keep it in a file that only you can read' },
    { flags: '--env <name>', summary: 'keep nothing: the key is in this variable' },
    { flags: '--label <name>', summary: 'a name for it, where a provider has several' },
    { flags: '--only', summary: 'in place of every other key of the provider' },
  ],
  examples: [
    'gw key set openai',
    'pbpaste | gw key set groq --file',
    'gw key set openai --label work --only',
    'gw key set anthropic --env WORK_ANTHROPIC_KEY',
  ],
  run: setKey,
};

/** Takes a key from a hidden prompt or standard input, keeps it, and has the provider use it; the same again replaces it. */
async function setKey(context: Context, input: Input): Promise<void> {
  const open = openProfile(context);
  const name = input.argument(0) ?? '';
  if (!open.profile.providers.some((provider) => provider.name === name) && findPreset(name))
    throw notAdded(name);
  const provider = requireProvider(open, name);
  const reference = referenceOf(context, input, name, open);
  const known = hasKey(provider, reference) && open.source === 'file';
  const again = commandLine(name, input);
  if (reference.is === 'env') {
    if (!context.env[reference.name]?.trim()) context.say(`note: ${reference.name} is not set here.`);
  } else {
    const key = await receiveSecret(context, `Key for ${name} (not shown):`, again);
    await storeKey(context, reference, key, `${again} --file`);
  }
  try {
    if (!known || input.flag('only')) await addKey(context, open, provider, reference, input.flag('only'));
  } catch (error) {
    // What no profile names would stay behind unseen.
    if (!known) await forgetKey(context, reference);
    throw error;
  }
  await notifyDaemon(context);
  const label = keyLabel(reference);
  if (context.json) return context.printJson({ provider: name, key: label, replaced: known });
  context.say(
    terminalSafe(known ? `The key of ${name} is replaced (${label}).` : `${name} has the key ${label} now.`),
  );
  context.say(`next: gw key test ${name}`);
}

function referenceOf(context: Context, input: Input, provider: string, open: OpenProfile): KeyReference {
  const variable = input.text('env');
  const label = input.text('label');
  const ways = [input.flag('keychain'), input.flag('file'), variable !== undefined].filter(Boolean);
  if (ways.length > 1 || (variable !== undefined && label !== undefined)) {
    throw new CommandError('A key is kept in one place.', {
      why: 'each of --keychain, --file and --env says another one, and a variable has its own name',
      fix: `gw key set ${provider} ${variable === undefined ? '--keychain' : `--env ${variable}`}`,
      exit: EXIT.usage,
    });
  }
  if (label !== undefined && !/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/.test(label)) {
    throw new CommandError('That is no label.', {
      why: 'it has letters, digits, _ and -, up to 40 of them',
      fix: `gw key set ${provider} --label work`,
      exit: EXIT.usage,
    });
  }
  if (variable === undefined) {
    return freeReference(context, input.flag('file') ? 'file' : 'keychain', provider, label, open);
  }
  const parsed = parseKeyReference(`env:${variable}`);
  if (parsed.is === 'ok') return parsed.value;
  throw new CommandError('--env takes the name of a variable.', {
    why: parsed.fault,
    fix: `pipe the key in: printf %s "$KEY" | gw key set ${provider}`,
    exit: EXIT.usage,
  });
}

/** Another profile's key of the same provider is not to be written over. */
function freeReference(
  context: Context,
  place: KeyPlace,
  provider: string,
  label: string | undefined,
  open: OpenProfile,
): KeyReference {
  const reference = referenceTo(context, place, provider, label);
  const own = requireProvider(open, provider);
  if (hasKey(own, reference) || !isShared(open, own, reference)) return reference;
  const profile = plainLabel(open.profile.name);
  return referenceTo(context, place, provider, label === undefined ? profile : `${label}-${profile}`);
}

function commandLine(name: string, input: Input): string {
  const label = input.text('label');
  return `gw key set ${name}${label === undefined ? '' : ` --label ${label}`}${input.flag('only') ? ' --only' : ''}`;
}

function notAdded(name: string): CommandError {
  return new CommandError(`${name} is not in the profile yet.`, {
    why: 'gw knows it, but nobody added it',
    fix: `gw provider add ${name} --key-stdin`,
    exit: EXIT.usage,
  });
}
