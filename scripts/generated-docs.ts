import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { renderReliability } from '../faults/page.ts';
import type { Command, CommandEntry } from '../src/cli/command.ts';
import { exitCodeRows } from '../src/cli/exit-codes.ts';
import { LINT_RULES } from '../src/cli/lint/table.ts';
import { COMMANDS, NOUNS } from '../src/cli/tree.ts';
import { JSON_SCHEMA } from '../src/config/index.ts';
import { isSigned } from '../src/core/auth.ts';
import { FAULTS } from '../src/core/fault.ts';
import type { Preset } from '../src/core/profile.ts';
import { keysOf } from '../src/lib/expect.ts';
import { PRESETS } from '../src/providers/index.ts';
import { FAULT_GROUPS, type FaultRow, SIMULATED_FAULTS } from '../src/simulator/index.ts';
import { type ListedKey, OTHER_KEYS, SCREEN_KEYS } from '../src/tui/key-tables.ts';
import { renderFormats, renderLosses, renderLost } from './format-tables.ts';
import { manPages, withManPages } from './man-pages.ts';
import { inCode, table } from './markdown.ts';
import { renderSmallOperations } from './small-operation-tables.ts';

const ROOT = join(import.meta.dirname, '..');

/** Every page that is made from code, wholly or in part: path from the root → text as it should be. */
export async function renderPages(): Promise<ReadonlyMap<string, string>> {
  const commands = await loadCommands();
  const manual = manPages(commands);
  return new Map([
    ...manual,
    ['package.json', withManPages(readFileSync(join(ROOT, 'package.json'), 'utf8'), manual.keys())],
    ['docs/commands.md', renderCommands(commands)],
    ['docs/faults.md', withBlock('docs/faults.md', 'faults', renderFaults())],
    ['docs/simulator.md', withBlock('docs/simulator.md', 'simulated-faults', renderSimulatedFaults())],
    ['docs/providers.md', withBlock('docs/providers.md', 'presets', renderPresets())],
    [
      'docs/formats.md',
      withBlocks('docs/formats.md', {
        formats: renderFormats(),
        losses: renderLosses(),
        lost: renderLost(),
        small: renderSmallOperations(),
      }),
    ],
    ['docs/lint.md', withBlock('docs/lint.md', 'lint-rules', renderLintRules())],
    ['docs/keys.md', renderKeys()],
    ['docs/reliability.md', renderReliability()],
    ['docs/config.schema.json', `${JSON.stringify(JSON_SCHEMA, null, 2)}\n`],
  ]);
}

export interface LoadedCommand extends CommandEntry {
  readonly command: Command;
}

/** Every command of the tree with its definition. */
export function loadCommands(): Promise<readonly LoadedCommand[]> {
  return Promise.all(COMMANDS.map(async (entry) => ({ ...entry, command: (await entry.load()).command })));
}

/** A page that people write, with one part made from code. */
function withBlock(path: string, name: string, text: string): string {
  return withBlocks(path, { [name]: text });
}

function withBlocks(path: string, blocks: Readonly<Record<string, string>>): string {
  const file = join(ROOT, path);
  const page = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return Object.entries(blocks).reduce((made, [name, text]) => replaceBlock(path, made, name, text), page);
}

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`. */
function replaceBlock(path: string, page: string, name: string, text: string): string {
  const [before, rest] = page.split(`<!-- ${name} -->`);
  const after = rest?.split(`<!-- /${name} -->`)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`${path} needs the marks <!-- ${name} --> and <!-- /${name} --> around its table`);
  }
  return `${before}<!-- ${name} -->\n${text}\n<!-- /${name} -->${after}`;
}

function renderCommands(commands: readonly LoadedCommand[]): string {
  const index = commands.map(({ path, summary }) => [`[\`gw ${path}\`](#${anchor(path)})`, summary]);
  const exits = exitCodeRows().map(({ code, meaning }) => [String(code), meaning]);
  return (
    [
      '# Commands',
      'Made from the program by `npm run docs`. `gw help <command>` says the same in the terminal.',
      table(['command', 'what it does'], index),
      'Every command takes `--json` (JSON on stdout, messages on stderr) and `--help`. Data goes to stdout and messages to ' +
        'stderr; `NO_COLOR` is respected.',
      table(['exit code', 'meaning'], exits),
      ...nounSections(commands),
    ].join('\n\n') + '\n'
  );
}

/** Sub-commands stand below a heading of their noun, the others by themselves. */
function nounSections(commands: readonly LoadedCommand[]): string[] {
  const sections: string[] = [];
  let last = '';
  for (const entry of commands) {
    const noun = entry.path.includes(' ') ? entry.path.slice(0, entry.path.indexOf(' ')) : '';
    const summary = NOUNS[noun];
    if (noun !== last && summary !== undefined) sections.push(`## gw ${noun}`, `${summary}.`);
    last = noun;
    sections.push(...commandSection(entry, noun === '' ? '##' : '###'));
  }
  return sections;
}

function commandSection({ path, summary, command }: LoadedCommand, heading: string): string[] {
  const positional = command.arguments ?? [];
  const options = command.options ?? [];
  const usage = [
    'gw',
    path,
    ...positional.map(({ name }) => name),
    ...(options.length > 0 ? ['[options]'] : []),
  ];
  return [
    `${heading} gw ${path}`,
    `${summary}.`,
    code([usage.join(' ')]),
    ...(positional.length > 0
      ? [
          table(
            ['argument', 'meaning'],
            positional.map((one) => [`\`${one.name}\``, one.summary]),
          ),
        ]
      : []),
    ...(options.length > 0
      ? [
          table(
            ['option', 'meaning'],
            options.map((one) => [`\`${one.flags}\``, one.summary]),
          ),
        ]
      : []),
    code(command.examples),
  ];
}

const KEY_TITLES: Readonly<Record<keyof typeof SCREEN_KEYS | keyof typeof OTHER_KEYS, string>> = {
  overview: 'Overview (1)',
  requests: 'Requests (2)',
  providers: 'Providers (3)',
  failovers: 'Failovers (4)',
  cost: 'Cost (5)',
  logs: 'Logs (6)',
  gateway: 'Gateway (7)',
  request: 'One request',
  chaos: 'Having a provider fail',
  text: 'A text',
  help: 'Help',
  everywhere: 'Everywhere',
  typing: 'While a line is typed',
  asked: 'When something is asked',
};

function renderKeys(): string {
  const tables: Readonly<Record<string, readonly ListedKey[]>> = { ...OTHER_KEYS, ...SCREEN_KEYS };
  const sections = keysOf(KEY_TITLES).map((name) => {
    const rows = (tables[name] ?? []).map(({ shown, label, help }) => [`\`${shown}\``, label, help]);
    return `## ${KEY_TITLES[name]}\n\n${table(['key', 'name', 'what it does'], rows)}`;
  });
  return (
    [
      '# Keys of the dashboard',
      'Made from the program by `npm run docs`. In the dashboard `?` shows the same; a key that can do nothing says why.',
      ...sections,
    ].join('\n\n') + '\n'
  );
}

function renderSimulatedFaults(): string {
  const rows: readonly FaultRow[] = Object.values(SIMULATED_FAULTS);
  return keysOf(FAULT_GROUPS)
    .map((group) => {
      const own = rows.filter((row) => row.group === group);
      return `### ${FAULT_GROUPS[group]}\n\n${table(['example', 'what it does'], own.flatMap(simulatedFaultRows))}`;
    })
    .join('\n\n');
}

function simulatedFaultRows(row: FaultRow): string[][] {
  const choices = row.value?.choices?.map((choice) => `\`${choice}\``).join(', ');
  const summary = choices === undefined ? row.summary : `${row.summary}: ${choices}`;
  const variants = Object.entries(row.variants ?? {}).map(([text, meaning]) => [`\`${text}\``, meaning]);
  return [[`\`${row.example}\``, summary], ...variants];
}

function renderLintRules(): string {
  const rows = LINT_RULES.map(({ code, severity, finds, why }) => [`\`${code}\``, severity, finds, why]);
  return table(['code', 'severity', 'finds', 'why it matters'], rows);
}

function renderFaults(): string {
  const rows = Object.entries(FAULTS).map(([name, row]) => [
    `\`${name}\``,
    String(row.status),
    row.remedy,
    row.scope,
    row.health,
    row.sentence,
  ]);
  return table(['code', 'status', 'remedy', 'scope', 'health', 'meaning'], rows);
}

function renderPresets(): string {
  const [vendors, hosts] = [PRESETS.filter(isFound), PRESETS.filter((preset) => !isFound(preset))];
  return [
    '### Found by gw itself',
    table(
      ['preset', 'provider', 'address', 'key', 'small model'],
      vendors.map((row) => [...presetCells(row), inCode(row.model)]),
    ),
    '### Used when named',
    table(['preset', 'provider', 'address', 'key'], hosts.map(presetCells)),
  ].join('\n\n');
}

function isFound({ onRequest }: Preset): boolean {
  return onRequest !== true;
}

function presetCells(preset: Preset): string[] {
  const { name, title, url, env, local, docsPage, auth } = preset;
  const lookedUp = isSigned(auth) ? `[\`${auth}\` credentials](#clouds)` : 'pass `--key`';
  return [
    inCode(name),
    docsPage === undefined ? title : `[${title}](${docsPage})`,
    inCode(url),
    local ? 'none: it runs on this machine' : env.map(inCode).join(', ') || lookedUp,
  ];
}

function code(lines: readonly string[]): string {
  return ['```', ...lines, '```'].join('\n');
}

function anchor(path: string): string {
  return `gw-${path.replaceAll(' ', '-')}`;
}
