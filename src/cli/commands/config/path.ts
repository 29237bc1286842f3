import type { Command } from '../../command.ts';
import { openStored } from '../../stored-config.ts';

export const command: Command = {
  examples: ['gw config path', 'cp "$(gw config path)" backup.json'],
  async run(context) {
    const file = openStored(context);
    if (context.json) context.printJson({ path: file.path, exists: file.exists() });
    else context.print(file.path);
  },
};
