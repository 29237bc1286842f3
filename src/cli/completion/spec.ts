import type { Command, CommandOption, CommandTree } from '../command.ts';
import { argumentValue, optionValue, type Value } from './values.ts';

/** The command line as completion sees it. */
export interface CommandLine {
  readonly commands: readonly CompletedCommand[];
  /** First words that only group others, with what they are about. */
  readonly nouns: readonly { readonly name: string; readonly summary: string }[];
}

export interface CompletedCommand {
  /** `route set`. */
  readonly path: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  readonly positional: readonly CompletedArgument[];
}

export interface CompletedOption {
  /** `-f` and `--follow`. */
  readonly names: readonly string[];
  readonly summary: string;
  /** Absent when it takes none. */
  readonly value?: Value;
  readonly variadic: boolean;
}

export interface CompletedArgument {
  readonly name: string;
  readonly value: Value;
  readonly variadic: boolean;
}

const EVERYWHERE: readonly CommandOption[] = [
  { flags: '--json', summary: 'print JSON on stdout, messages on stderr' },
  { flags: '-h, --help', summary: 'print help' },
];

/** Reads every command of the tree. */
export async function readCommandLine({ commands: entries, nouns }: CommandTree): Promise<CommandLine> {
  const commands = await Promise.all(
    entries.map(async ({ path, summary, load }) => completed(path, summary, (await load()).command)),
  );
  return { commands, nouns: Object.entries(nouns).map(([name, summary]) => ({ name, summary })) };
}

function completed(path: string, summary: string, command: Command): CompletedCommand {
  const options = [...(command.options ?? []), ...EVERYWHERE];
  return {
    path,
    summary,
    options: options.map((option) => completedOption(path, option)),
    positional: (command.arguments ?? []).map(({ name: notation }) => {
      const name = notation.replaceAll(/[<>[\].]/g, '');
      return { name, value: argumentValue(path, name) ?? { is: 'free' }, variadic: notation.includes('...') };
    }),
  };
}

/** `-n, --limit <number>` in commander's notation. */
function completedOption(path: string, { flags, summary }: CommandOption): CompletedOption {
  const names = flags.split(/[ ,|]+/).filter((word) => word.startsWith('-'));
  const long = names.at(-1) ?? flags;
  const takesValue = /[<[]/.test(flags);
  return {
    names,
    summary,
    ...(takesValue ? { value: optionValue(path, long) ?? { is: 'free' } } : {}),
    variadic: flags.includes('...'),
  };
}

/** The words that may follow `path` ('' is the very beginning), with what they mean. */
export function wordsAfter(
  { commands, nouns }: CommandLine,
  path: string,
): readonly { readonly name: string; readonly summary: string }[] {
  const depth = path === '' ? 1 : 2;
  const own = commands
    .filter((command) => command.path.split(' ').length === depth)
    .filter((command) => path === '' || command.path.startsWith(`${path} `))
    .map((command) => ({ name: command.path.split(' ').at(-1) ?? '', summary: command.summary }));
  const help = { name: 'help', summary: 'Explain a command' };
  return path === '' ? [...own, ...nouns, help] : own;
}
