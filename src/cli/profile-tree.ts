import type { CommandEntry } from './command.ts';

/** The commands that read and change the profile file. */
export const PROFILE_COMMANDS: readonly CommandEntry[] = [
  {
    path: 'provider add',
    summary: 'Add a provider: a known one by name, any other by address',
    load: () => import('./commands/provider/add.ts'),
  },
  {
    path: 'provider list',
    summary: 'Providers, their keys and the routes that use them',
    load: () => import('./commands/provider/list.ts'),
  },
  {
    path: 'provider presets',
    summary: 'Providers gw knows by name, and whether their key is set',
    load: () => import('./commands/provider/presets.ts'),
  },
  {
    path: 'provider show',
    summary: 'Everything about one provider',
    load: () => import('./commands/provider/show.ts'),
  },
  {
    path: 'provider edit',
    summary: 'Change the address, keys, headers or models of a provider',
    load: () => import('./commands/provider/edit.ts'),
  },
  {
    path: 'provider remove',
    summary: 'Remove a provider, also from the routes that use it',
    load: () => import('./commands/provider/remove.ts'),
  },
  {
    path: 'provider enable',
    summary: 'Use a provider again',
    load: () => import('./commands/provider/enable.ts'),
  },
  {
    path: 'provider disable',
    summary: 'Pass a provider over without losing it',
    load: () => import('./commands/provider/disable.ts'),
  },
  {
    path: 'provider test',
    summary: 'Call providers with each of their keys and say what is wrong',
    load: () => import('./commands/provider/test.ts'),
  },
  {
    path: 'key set',
    summary: 'Keep a key for a provider, in the keychain or a file of its own',
    load: () => import('./commands/key/set.ts'),
  },
  {
    path: 'key login',
    summary: 'Sign in to a provider on another page, and keep what that gives',
    load: () => import('./commands/key/login.ts'),
  },
  {
    path: 'key list',
    summary: 'Keys: where they are kept, who uses them, and how they fare',
    load: () => import('./commands/key/list.ts'),
  },
  {
    path: 'key remove',
    summary: 'Take a key from a provider, and out of where gw keeps it',
    load: () => import('./commands/key/remove.ts'),
  },
  {
    path: 'key test',
    summary: 'Show each key to its provider, and say what is wrong',
    load: () => import('./commands/key/test.ts'),
  },
  {
    path: 'route set',
    summary: 'Make a route, or replace its targets',
    load: () => import('./commands/route/set.ts'),
  },
  {
    path: 'route list',
    summary: 'Routes, what they answer to, and their targets',
    load: () => import('./commands/route/list.ts'),
  },
  {
    path: 'route show',
    summary: 'One route and its targets in order',
    load: () => import('./commands/route/show.ts'),
  },
  {
    path: 'route add',
    summary: 'Add a target to a route',
    load: () => import('./commands/route/add.ts'),
  },
  {
    path: 'route remove',
    summary: 'Remove a target from a route, or the route',
    load: () => import('./commands/route/remove.ts'),
  },
  {
    path: 'route move',
    summary: 'Move a target within its route',
    load: () => import('./commands/route/move.ts'),
  },
  {
    path: 'route resolve',
    summary: 'Which targets a model name leads to, and why',
    load: () => import('./commands/route/resolve.ts'),
  },
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
    summary: 'Take over a profile that was exported, or what another gateway is configured with',
    load: () => import('./commands/profile/import.ts'),
  },
  {
    path: 'budget list',
    summary: 'What may be spent, and what follows when that is used up',
    load: () => import('./commands/budget/list.ts'),
  },
  {
    path: 'budget set',
    summary: 'Set what may be spent: in all, per route, client or session',
    load: () => import('./commands/budget/set.ts'),
  },
  {
    path: 'budget remove',
    summary: 'Remove budgets',
    load: () => import('./commands/budget/remove.ts'),
  },
  {
    path: 'budget status',
    summary: 'What is used of each budget, what is left, and when it ends',
    load: () => import('./commands/budget/status.ts'),
  },
  {
    path: 'limit list',
    summary: 'How often may be asked',
    load: () => import('./commands/limit/list.ts'),
  },
  {
    path: 'limit set',
    summary: 'Set how many requests a minute are sent: in all, per route, client or session',
    load: () => import('./commands/limit/set.ts'),
  },
  {
    path: 'limit remove',
    summary: 'Remove a limit',
    load: () => import('./commands/limit/remove.ts'),
  },
  {
    path: 'alerts test',
    summary: 'Tell everybody who is to be told that this is a test',
    load: () => import('./commands/alerts/test.ts'),
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
