import { putAt } from '../../../config/index.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import { changeStored, keepActive, openStored, readStored, requireFree } from '../../stored-config.ts';

export const command: Command = {
  arguments: [{ name: '<name>', summary: 'letters, digits and . _ -' }],
  options: [{ flags: '--use', summary: 'make it the active one too' }],
  examples: ['gw profile create work', 'gw profile create work --use'],
  run: create,
};

async function create(context: Context, input: Input): Promise<void> {
  const name = input.argument(0) ?? '';
  const file = openStored(context);
  const before = readStored(context, file);
  // Before anything is written down there is an empty profile that only seems to exist.
  if (file.exists()) requireFree(before, name);
  const config = await changeStored(context, file, (draft) => {
    keepActive(draft, before);
    putAt(draft, ['profiles', name], { providers: {}, routes: {} });
    if (input.flag('use')) draft['active'] = name;
  });
  if (context.json) return context.printJson({ created: name, active: config.activeProfile });
  context.say(`The profile ${name} is there, and empty.`);
  context.say(
    config.activeProfile === name ? '  next: gw provider add <name>' : `  next: gw profile use ${name}`,
  );
}
