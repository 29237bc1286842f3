import { terminalSafe } from '../lib/terminal-safe.ts';
import type { CommandTree } from './command.ts';
import type { Context } from './context.ts';

/** Commands that are told of in one line; without a summary it is the tree's own. */
interface HelpRow {
  readonly names: readonly string[];
  readonly summary?: string;
}

/** Lines under one heading. */
export interface HelpGroup {
  readonly title: string;
  readonly rows: readonly HelpRow[];
}

/** Every first word of the tree once, in the order in which a person comes to need it. */
export const HELP_GROUPS: readonly HelpGroup[] = [
  {
    title: 'First steps',
    rows: [
      { names: ['init'] },
      { names: ['demo'], summary: 'See failover happen, without an account' },
      { names: ['start', 'stop', 'restart'], summary: 'The daemon in the background' },
    ],
  },
  {
    title: 'Your programs',
    rows: [
      { names: ['launch'], summary: 'Start Claude Code, Codex, Gemini CLI, … through gw' },
      { names: ['run', 'env'], summary: 'Any other command through gw; this shell through gw' },
      { names: ['clients', 'connect'], summary: 'Who goes through gw; have a client do so for good' },
    ],
  },
  {
    title: 'Every day',
    rows: [
      { names: ['status'] },
      { names: ['dash'] },
      { names: ['requests', 'stats'], summary: 'What was asked and how it went; figures over time' },
    ],
  },
  {
    title: 'Something is wrong',
    rows: [
      { names: ['doctor'], summary: 'Look at everything gw depends on, and mend it' },
      { names: ['why'], summary: 'Tell the story of one request: what was tried, and why' },
      { names: ['failovers'], summary: 'Which targets failed, for how long, and who stood in' },
      { names: ['cooldowns', 'reset'], summary: 'Who is being left alone, and why; end that' },
      { names: ['logs', 'report'], summary: "The daemon's log; what went wrong, to hand on" },
    ],
  },
  {
    title: 'Providers and routes',
    rows: [
      { names: ['provider', 'key'], summary: 'Where requests can go; what proves who asks' },
      { names: ['route', 'models'], summary: 'Who stands in for whom; models there are' },
      { names: ['profile', 'config'], summary: 'Named sets of these; the file they are kept in' },
      { names: ['reload'], summary: 'Read the profile again, dropping no connection' },
    ],
  },
  {
    title: 'Before an outage',
    rows: [
      { names: ['lint', 'test-route'], summary: 'Find weak chains; try every target of one' },
      { names: ['simulate-outage'], summary: 'Break a provider in your own recorded traffic' },
      { names: ['record', 'replay'], summary: 'Keep real traffic in a file; serve or ask it again' },
      { names: ['chaos', 'simulate'], summary: 'Failures on purpose: live; of a pretended provider' },
    ],
  },
  {
    title: 'Money',
    rows: [
      { names: ['budget', 'limit'], summary: 'What may be spent; how often may be asked' },
      { names: ['alerts'], summary: 'Who is told when things go wrong' },
      { names: ['cache'] },
    ],
  },
  {
    title: 'This machine',
    rows: [
      { names: ['service', 'serve'], summary: 'Kept running by the system; in the foreground' },
      { names: ['metrics', 'completion'], summary: 'For Prometheus; for your shell' },
      { names: ['uninstall'], summary: 'Take gw off, and put back what it changed' },
    ],
  },
];

// Headings stand beside their commands from this width on: then all of it fits on one screen.
const WIDE = 96;
const NAMES_WIDTH = 22;

/** What `gw --help` prints: every command under a heading, and where to read on. */
export function helpLines(
  { commands, nouns }: CommandTree,
  topics: Readonly<Record<string, { readonly title: string }>>,
  { style, columns }: Pick<Context, 'style' | 'columns'>,
): string[] {
  const summaryOf = (name: string): string =>
    commands.find(({ path }) => path === name)?.summary ?? nouns[name] ?? '';
  const isWide = columns >= WIDE;
  const width = Math.max(...HELP_GROUPS.map(({ title }) => title.length)) + 2;
  const row = ({ names, summary = summaryOf(names[0] ?? '') }: HelpRow): string =>
    `${names.join(', ').padEnd(NAMES_WIDTH)}${terminalSafe(summary)}`;
  const group = ({ title, rows }: HelpGroup): string[] =>
    isWide
      ? rows.map((each, index) => style.bold((index === 0 ? title : '').padEnd(width)) + row(each))
      : [style.bold(title), ...rows.map((each) => `  ${row(each)}`)];
  const told = Object.entries(topics).map(([name, { title }]) => ({
    names: [`help ${name}`],
    summary: title,
  }));
  return [
    'One address for every language model, with fallbacks that work.',
    '',
    'Usage: gw <command> [options]      gw <command> --help, with examples      gw --version',
    '',
    ...[...HELP_GROUPS, { title: 'To read', rows: told }].flatMap(group),
  ];
}
