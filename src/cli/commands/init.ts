import { PRESETS } from '../../providers/index.ts';
import type { Command } from '../command.ts';
import { runInit } from '../init/run.ts';

export const command: Command = {
  options: [{ flags: '-y, --yes', summary: 'ask nothing' }],
  examples: ['gw init', 'gw init --yes'],
  run: async (context, input) => runInit(context, input, PRESETS),
};
