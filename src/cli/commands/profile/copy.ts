import { putAt, valueAt } from '../../../config/index.ts';
import type { Command, Input } from '../../command.ts';
import type { Context } from '../../context.ts';
import {
  changeStored,
  keepActive,
  openStored,
  readStored,
  requireFree,
  requireProfile,
} from '../../stored-config.ts';

export const command: Command = {
  arguments: [
    { name: '<from>', summary: 'the profile to copy' },
    { name: '<to>', summary: 'the name of the copy' },
  ],
  examples: ['gw profile copy default experiment'],
  run: copy,
};

async function copy(context: Context, input: Input): Promise<void> {
  const from = input.argument(0) ?? '';
  const to = input.argument(1) ?? '';
  const file = openStored(context);
  const before = readStored(context, file);
  requireProfile(before, from);
  requireFree(before, to);
  await changeStored(context, file, (draft) => {
    keepActive(draft, before);
    putAt(draft, ['profiles', to], structuredClone(valueAt(draft, ['profiles', from]) ?? {}));
  });
  if (context.json) context.printJson({ copied: from, to });
  else context.say(`${to} is a copy of ${from}; to use it: gw profile use ${to}`);
}
