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
  {
    path: 'profile list',
    summary: 'Profiles, and which one is active',
    load: () => import('./commands/profile/list.ts'),
  },
  {
    path: 'profile use',
    summary: 'Make a profile the active one',
    load: () => import('./commands/profile/use.ts'),
  },
  {
    path: 'profile create',
    summary: 'Add an empty profile',
    load: () => import('./commands/profile/create.ts'),
  },
  {
    path: 'profile copy',
    summary: 'Copy a profile under another name',
    load: () => import('./commands/profile/copy.ts'),
  },
  { path: 'profile remove', summary: 'Remove a profile', load: () => import('./commands/profile/remove.ts') },
  {
    path: 'profile export',
    summary: 'Print a profile, without any key, for others',
    load: () => import('./commands/profile/export.ts'),
  },
  {
    path: 'profile import',
    summary: 'Take over a profile that was exported',
    load: () => import('./commands/profile/import.ts'),
  },
  {
    path: 'config path',
    summary: 'Where the profile file is',
    load: () => import('./commands/config/path.ts'),
  },
  {
    path: 'config get',
    summary: 'Print what the profile file says',
    load: () => import('./commands/config/get.ts'),
  },
  {
    path: 'config set',
    summary: 'Change one thing in the profile file',
    load: () => import('./commands/config/set.ts'),
  },
  {
    path: 'config edit',
    summary: 'Open the profile file in your editor',
    load: () => import('./commands/config/edit.ts'),
  },
  {
    path: 'config validate',
    summary: 'Say what is wrong with the profile file',
    load: () => import('./commands/config/validate.ts'),
  },
  {
    path: 'config schema',
    summary: 'Print the JSON Schema of the profile file',
    load: () => import('./commands/config/schema.ts'),
  },
];

/** What each noun with sub-commands is about. */
export const NOUNS: Readonly<Record<string, string>> = {
  provider: 'Providers: where requests can go',
  route: 'Routes: model names and the order in which targets stand in for each other',
  profile: 'Profiles: named sets of providers and routes',
  config: 'The profile file itself',
};
