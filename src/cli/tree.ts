import type { CommandEntry } from './command.ts';

/** Every command, in the order help shows them. A new command is a file and a line here. */
export const COMMANDS: readonly CommandEntry[] = [
  // first steps
  // daemon
  // looking
  {
    path: 'dash',
    summary: 'Watch providers, requests and failovers live',
    load: () => import('./commands/dash.ts'),
  },
  // profile
];

/** What each noun with sub-commands is about. */
export const NOUNS: Readonly<Record<string, string>> = {
  provider: 'Providers: where requests can go',
  route: 'Routes: model names and the order in which targets stand in for each other',
  profile: 'Profiles: named sets of providers and routes',
  config: 'The profile file itself',
};
