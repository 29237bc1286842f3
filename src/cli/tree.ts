import type { CommandEntry } from './command.ts';
import { PROFILE_COMMANDS } from './profile-tree.ts';

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
    path: 'service install',
    summary: 'Have the system keep gw running: from login on, and again after a crash',
    load: () => import('./commands/service/install.ts'),
  },
  {
    path: 'service uninstall',
    summary: 'End the service, and take away all that installing it wrote',
    load: () => import('./commands/service/uninstall.ts'),
  },
  {
    path: 'service status',
    summary: 'Whether gw runs as a service, and whether it answers',
    load: () => import('./commands/service/status.ts'),
  },
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
    path: 'record',
    summary: 'Record what goes through gw into a file that tests can be run with, without keys in it',
    load: () => import('./commands/record.ts'),
  },
  {
    path: 'replay',
    summary: 'Serve a cassette to tests; or ask a captured request again, and compare the answers',
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
    path: 'metrics',
    summary: 'Everything the daemon counts, as Prometheus reads it',
    load: () => import('./commands/metrics.ts'),
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
    path: 'simulate-outage',
    summary: 'Simulate an outage with your own recorded traffic, asking nobody',
    load: () => import('./commands/simulate-outage.ts'),
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
    path: 'clients',
    summary: 'Agents and editors on this machine, and whether they go through gw',
    load: () => import('./commands/clients.ts'),
  },
  {
    path: 'connect',
    summary: 'Lead a client through gw for good, in its own settings, or put them back',
    load: () => import('./commands/connect.ts'),
  },
  {
    path: 'uninstall',
    summary: 'Take everything of gw off this machine, and put back what it changed',
    load: () => import('./commands/uninstall.ts'),
  },
  {
    path: 'completion',
    summary: 'Print what makes your shell complete gw commands and names',
    load: () => import('./commands/completion.ts'),
  },
  ...PROFILE_COMMANDS,
];

/** What each noun with sub-commands is about. */
export const NOUNS: Readonly<Record<string, string>> = {
  budget: 'Budgets: what may be spent in a day, a week or a month',
  limit: 'Limits: how many requests may be sent in a minute',
  alerts: 'Alerts on the desktop or to a webhook',
  service: 'gw as a service of the system: systemd, launchd or the Task Scheduler',
  cache: 'Answers kept for identical requests',
  provider: 'Providers: where requests can go',
  key: 'Keys: what proves to providers who asks',
  route: 'Routes: model names and the order in which targets stand in for each other',
  profile: 'Profiles: named sets of providers and routes',
  config: 'The profile file itself',
};
