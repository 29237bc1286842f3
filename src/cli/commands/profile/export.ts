import { withoutCredentials } from '../../../config/index.ts';
import { terminalSafe } from '../../../lib/terminal-safe.ts';
import { PRESETS } from '../../../providers/index.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { openStored, readStored, requireProfile } from '../../stored-config.ts';

export const command: Command = {
  arguments: [{ name: '[name]', summary: 'the profile; the active one when none is named' }],
  examples: ['gw profile export > team.json', 'gw profile export work > work.json'],
  run: exportProfile,
};

/** Prints one profile as a file that `import` takes. It holds no key, and nothing that only this machine has. */
async function exportProfile(context: Context, input: Input): Promise<void> {
  const file = openStored(context);
  const config = readStored(context, file);
  const name = input.argument(0) ?? config.activeProfile;
  requireProfile(config, name);
  const { profile, left } = withoutCredentials(file.raw(), name, PRESETS);
  context.printJson({ profile: name, ...profile });
  for (const { place, provider, is } of left) {
    const why =
      is === 'kept here'
        ? `is kept on this machine; on another one: gw key set ${provider} --only`
        : 'holds a key itself, or may; the receiver has to add it';
    context.say(terminalSafe(`left out: ${place} ${why}`));
  }
}
