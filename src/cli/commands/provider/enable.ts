import type { Command } from '../../command.ts';
import { switchProvider } from '../../provider/switch.ts';

export const command: Command = {
  arguments: [{ name: '<name>', summary: 'the provider' }],
  examples: ['gw provider enable groq'],
  run: async (context, input) => switchProvider(context, input.argument(0) ?? '', true),
};
