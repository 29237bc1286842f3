import type { Command, CommandOption } from '../src/cli/command.ts';
import { exitCodeRows } from '../src/cli/exit-codes.ts';

/** A command as its page needs it. */
export interface PagedCommand {
  readonly path: string;
  readonly summary: string;
  readonly command: Command;
}

/** Options that every command has. */
const EVERYWHERE: readonly CommandOption[] = [
  { flags: '--json', summary: 'print JSON on stdout, messages on stderr' },
  { flags: '-h, --help', summary: 'show help' },
];

/** Manual pages in roff (man(7)), by file: one for gw, one for each command. */
export function manPages(commands: readonly PagedCommand[]): ReadonlyMap<string, string> {
  return new Map([
    ['man/gw.1', overview(commands)],
    ...commands.map((entry) => [`man/${pageName(entry.path)}.1`, commandPage(entry, commands)] as const),
  ]);
}

/** package.json with these pages, which `npm install --global` puts where `man` finds them. */
export function withManPages(packageText: string, files: Iterable<string>): string {
  const parsed = JSON.parse(packageText) as Record<string, unknown>;
  const man = [...files].sort().map((file) => `./${file}`);
  const entries = Object.entries(parsed).filter(([name]) => name !== 'man');
  const place = entries.findIndex(([name]) => name === 'bin');
  entries.splice(place, 0, ['man', man]);
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}

function overview(commands: readonly PagedCommand[]): string {
  return page('gw', 'one local address for language models, with fallbacks that work', [
    section('SYNOPSIS', ['.B gw', roff('<command> [options]')]),
    section('DESCRIPTION', [
      roff(
        'gw is a proxy on this machine for the APIs of language models. It keeps a list of providers and the order in ' +
          'which they stand in for each other, so that programs keep working when one of them is slow, rate limited, out ' +
          'of credit or down. gw start puts it at http://127.0.0.1:4499; gw init makes its first profile.',
      ),
    ]),
    section(
      'COMMANDS',
      commands.flatMap(({ path, summary }) => item(`gw ${path}`, `${summary}.`)),
    ),
    section('OPTIONS', options(EVERYWHERE)),
    exitStatus(),
    section('ENVIRONMENT', [
      ...item('GW_HOME', 'Keeps everything in one directory, and several gw apart.'),
      ...item(
        'XDG_CONFIG_HOME, XDG_STATE_HOME',
        'Where the profile file, and where state and logs are kept, below gw.',
      ),
      ...item('NO_COLOR', 'Set to anything: no colour.'),
    ]),
    section('FILES', item('gw config path', 'prints where the profile file is.')),
    section('SEE ALSO', [commands.map(({ path }) => reference(pageName(path))).join(',\n')]),
  ]);
}

function commandPage({ path, summary, command }: PagedCommand, commands: readonly PagedCommand[]): string {
  const positional = command.arguments ?? [];
  const usage = [...positional.map(({ name }) => name), '[options]'].join(' ');
  const noun = path.includes(' ') ? path.split(' ', 1)[0] : undefined;
  const related = commands.filter(
    (each) => each.path !== path && noun !== undefined && each.path.startsWith(`${noun} `),
  );
  return page(pageName(path), summary, [
    section('SYNOPSIS', [`.B ${roff(`gw ${path}`)}`, roff(usage)]),
    section('DESCRIPTION', [roff(`${summary}.`)]),
    ...(positional.length === 0
      ? []
      : [
          section(
            'ARGUMENTS',
            positional.flatMap(({ name, summary: what }) => item(name, what)),
          ),
        ]),
    section('OPTIONS', options([...(command.options ?? []), ...EVERYWHERE])),
    section('EXAMPLES', ['.nf', ...command.examples.map(roff), '.fi']),
    section('EXIT STATUS', ['0 when it is done. The others are the same for every command: gw(1).']),
    section('SEE ALSO', [
      [reference('gw'), ...related.map((each) => reference(pageName(each.path)))].join(',\n'),
    ]),
  ]);
}

/** No date: a page changes when the program does. */
function page(name: string, summary: string, sections: readonly string[]): string {
  const title = name.toUpperCase();
  const head = [
    `.TH "${roff(title)}" "1" "" "gw" "gw manual"`,
    section('NAME', [`${roff(name)} \\- ${roff(summary)}`]),
  ];
  return `.\\" Made from the program by npm run docs.\n${[...head, ...sections].join('\n')}\n`;
}

function section(title: string, lines: readonly string[]): string {
  return [`.SH ${title}`, ...lines].join('\n');
}

function options(list: readonly CommandOption[]): string[] {
  return list.flatMap(({ flags, summary }) => item(flags, summary));
}

function item(term: string, text: string): string[] {
  return ['.TP', `.B ${roff(term)}`, roff(text)];
}

function exitStatus(): string {
  return section(
    'EXIT STATUS',
    exitCodeRows().flatMap(({ code, meaning }) => item(String(code), meaning.replaceAll('`', ''))),
  );
}

function reference(name: string): string {
  return `${roff(name)}(1)`;
}

function pageName(path: string): string {
  return `gw-${path.replaceAll(' ', '-')}`;
}

/**
 * Text as roff takes it: a backslash is its escape, a hyphen that is to be typed is its minus, and a dot or quote at the
 * beginning of a line would be a request.
 */
export function roff(text: string): string {
  return text
    .replaceAll('\n', ' ')
    .replaceAll('\\', String.raw`\e`)
    .replaceAll('-', String.raw`\-`)
    .replaceAll('"', String.raw`\(dq`)
    .replaceAll("'", String.raw`\(aq`)
    .replace(/^\./, String.raw`\&.`)
    .replace(
      /[^ -~]/gu,
      (letter) => `\\[u${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
}
