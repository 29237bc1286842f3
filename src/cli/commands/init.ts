import { PRESETS } from '../../providers/index.ts';
import type { Command } from '../command.ts';
import { runInit } from '../init/run.ts';

export const command: Command = {
  options: [
    { flags: '-y, --yes', summary: 'ask nothing' },
    { flags: '--start', summary: 'start gw when the profile is there' },
    {
      flags: '--adopt',
      summary: "copy keys that are only in files (.env, tools' settings) into gw's keeping",
    },
    { flags: '--no-test', summary: 'do not ask hosted providers for a word' },
  ],
  examples: ['gw init', 'gw init --yes', 'gw init --yes --start', 'gw init --adopt'],
  run: async (context, input) => runInit(context, input, PRESETS),
};
