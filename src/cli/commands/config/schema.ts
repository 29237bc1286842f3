import { JSON_SCHEMA } from '../../../config/index.ts';
import type { Command } from '../../command.ts';

export const command: Command = {
  examples: ['gw config schema', 'gw config schema > gw.schema.json'],
  async run(context) {
    context.printJson(JSON_SCHEMA);
  },
};
