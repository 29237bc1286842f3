import { withoutCredentials } from '../../../config/index.ts';
import { terminalSafe } from '../../../lib/terminal-safe.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { openStored, readStored, requireProfile } from '../../stored-config.ts';

export const command: Command = {
  arguments: [{ name: '[name]', summary: 'the profile; the active one when none is named' }],
  examples: ['gw profile export > team.json', 'gw profile export work > work.json'],
  run: exportProfile,
};

/** Prints one profile as a file that `import` takes. Keys are named by where they are kept, never written out. */
async function exportProfile(context: Context, input: Input): Promise<void> {
  const file = openStored(context);
  const config = readStored(context, file);
  const name = input.argument(0) ?? config.activeProfile;
  requireProfile(config, name);
  const { profile, left } = withoutCredentials(file.raw(), name);
  context.printJson({ profile: name, ...profile });
  for (const place of left)
    context.say(`left out: ${terminalSafe(place)} holds a key itself, or may; the receiver has to add it`);
}
