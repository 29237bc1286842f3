import type { CommandEntry } from './command.ts';

/** Every command, in the order help shows them. A new command is a file and a line here. */
export const COMMANDS: readonly CommandEntry[] = [
  // first steps
  {
    path: 'init',
    summary: 'Find keys and local servers, and make a profile of them',
    load: () => import('./commands/init.ts'),
  },
  {
    path: 'demo',
    summary: 'See failover happen on simulated providers, without an account',
    load: () => import('./commands/demo.ts'),
  },
  // daemon
  { path: 'start', summary: 'Start the daemon in the background', load: () => import('./commands/start.ts') },
  {
    path: 'stop',
    summary: 'Let requests finish, then end the daemon',
    load: () => import('./commands/stop.ts'),
  },
  {
    path: 'restart',
    summary: 'Stop and start again, where it was',
    load: () => import('./commands/restart.ts'),
  },
  {
    path: 'reload',
    summary: 'Read the profile again without dropping a connection',
    load: () => import('./commands/reload.ts'),
  },
  { path: 'status', summary: 'What the daemon is doing', load: () => import('./commands/status.ts') },
  { path: 'serve', summary: 'Run the daemon in the foreground', load: () => import('./commands/serve.ts') },
  { path: 'logs', summary: "The daemon's own log", load: () => import('./commands/logs.ts') },
  {
    path: 'simulate',
    summary: 'Run a provider that costs nothing and fails on request',
    load: () => import('./commands/simulate.ts'),
  },
  // looking
  {
    path: 'doctor',
    summary: 'Look at everything gw depends on, and say how to mend what is wrong',
    load: () => import('./commands/doctor.ts'),
  },
  {
    path: 'dash',
    summary: 'Watch providers, requests and failovers live',
    load: () => import('./commands/dash.ts'),
  },
  {
    path: 'requests',
    summary: 'List what was asked, who served it and how it went',
    load: () => import('./commands/requests.ts'),
  },
  {
    path: 'why',
    summary: 'Tell the story of one request: what was tried, and why',
    load: () => import('./commands/why.ts'),
  },
  {
    path: 'replay',
    summary: 'Ask a captured request again, and compare the answers',
    load: () => import('./commands/replay.ts'),
  },
  {
    path: 'cooldowns',
    summary: 'Who is being left alone, why, until when, and what would end it',
    load: () => import('./commands/cooldowns.ts'),
  },
  {
    path: 'reset',
    summary: 'Forget what went wrong at a target, and send requests there again',
    load: () => import('./commands/reset.ts'),
  },
  {
    path: 'failovers',
    summary: 'List which targets failed, for how long, and who stood in',
    load: () => import('./commands/failovers.ts'),
  },
  {
    path: 'stats',
    summary: 'How many requests, how well and how fast, against the time before',
    load: () => import('./commands/stats.ts'),
  },
  {
    path: 'report',
    summary: 'What went wrong lately, without secrets, to hand to a provider or a colleague',
    load: () => import('./commands/report.ts'),
  },
  {
    path: 'models',
    summary: 'Models of your providers, what they can do and what they cost',
    load: () => import('./commands/models.ts'),
  },
  {
    path: 'test-route',
    summary: 'Try every target of a route, and fail them one by one',
    load: () => import('./commands/test-route.ts'),
  },
  {
    path: 'lint',
    summary: 'Find what is weak in your fallback chains, before an outage does',
    load: () => import('./commands/lint.ts'),
  },
  {
    path: 'chaos',
    summary: 'Have a provider fail on purpose, for a while, under live traffic',
    load: () => import('./commands/chaos.ts'),
  },
  {
    path: 'cache status',
    summary: 'Answers that are kept for identical requests, and of what use they were',
    load: () => import('./commands/cache/status.ts'),
  },
  {
    path: 'cache clear',
    summary: 'Forget every kept answer',
    load: () => import('./commands/cache/clear.ts'),
  },
  // clients
  {
    path: 'env',
    summary: 'Print what points OpenAI clients at gw, for your shell to take in',
    load: () => import('./commands/env.ts'),
  },
  {
    path: 'run',
    summary: 'Run one command with its model calls going through gw',
    load: () => import('./commands/run.ts'),
  },
  {
    path: 'launch',
    summary: 'Start Claude Code, Codex, Gemini CLI, opencode or aider with gw in between',
    load: () => import('./commands/launch.ts'),
  },
  {
    path: 'completion',
    summary: 'Print what makes your shell complete gw commands and names',
    load: () => import('./commands/completion.ts'),
  },
  // profile
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
  cache: 'Answers kept for identical requests',
  provider: 'Providers: where requests can go',
  route: 'Routes: model names and the order in which targets stand in for each other',
  profile: 'Profiles: named sets of providers and routes',
  config: 'The profile file itself',
};
