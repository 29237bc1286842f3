import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { changeStored, openStored, readStored, requireProfile } from '../../stored-config.ts';

export const command: Command = {
  arguments: [{ name: '<name>', summary: 'the profile that is to be active' }],
  examples: ['gw profile use work'],
  run: use,
};

async function use(context: Context, input: Input): Promise<void> {
  const name = input.argument(0) ?? '';
  const file = openStored(context);
  requireProfile(readStored(context, file), name);
  const config = await changeStored(context, file, (draft) => {
    draft['active'] = name;
  });
  if (context.json) context.printJson({ active: config.activeProfile });
  else context.say(`The profile ${name} is active.`);
}
