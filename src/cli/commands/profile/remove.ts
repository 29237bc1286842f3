import { removeAt } from '../../../config/index.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { CommandError, EXIT } from '../../error.ts';
import { confirm } from '../../prompt.ts';
import { changeStored, openStored, readStored, requireProfile } from '../../stored-config.ts';

export const command: Command = {
  arguments: [{ name: '<name>', summary: 'the profile to remove' }],
  options: [{ flags: '-y, --yes', summary: 'do not ask' }],
  examples: ['gw profile remove experiment', 'gw profile remove experiment --yes'],
  run: remove,
};

async function remove(context: Context, input: Input): Promise<void> {
  const name = input.argument(0) ?? '';
  const file = openStored(context);
  const config = readStored(context, file);
  requireProfile(config, name);
  if (name === config.activeProfile) {
    throw new CommandError(`${name} is the active profile.`, {
      why: 'gw would have nothing to serve',
      fix: 'make another one active first: gw profile use <name>',
      exit: EXIT.usage,
    });
  }
  const { providers = [], routes = [] } = config.profiles[name] ?? {};
  const question = `Remove ${name} with ${providers.length} provider(s) and ${routes.length} route(s)?`;
  const agreed =
    input.flag('yes') ||
    (await confirm(context, { question, instead: `gw profile remove ${name} --yes`, otherwise: false }));
  if (!agreed) return context.say('Nothing was changed.');
  await changeStored(context, file, (draft) => void removeAt(draft, ['profiles', name]));
  if (context.json) context.printJson({ removed: name });
  else context.say(`The profile ${name} is removed.`);
}
