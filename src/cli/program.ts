import { Command as Commander, CommanderError, Option } from 'commander';

import { isKeyOf, keysOf } from '../lib/expect.ts';
import { terminalSafe } from '../lib/terminal-safe.ts';
import { type Command, type CommandEntry, Input } from './command.ts';
import { createContext } from './context.ts';
import { CommandError, EXIT } from './error.ts';
import { fileTrouble } from './file-trouble.ts';
import { COMMANDS, NOUNS } from './tree.ts';

/** Runs one command line (without `node` and the script) and answers with the exit code. */
export async function runProgram(words: readonly string[], version: string): Promise<number> {
  let exit = 0;
  if (words[0] === 'help' && words[1] !== undefined && isKeyOf(TOPICS, words[1])) {
    const print = await TOPICS[words[1]].load();
    print(createContext(words.includes('--json')));
    return exit;
  }
  const program = new Commander('gw')
    .description('One address for every language model, with fallbacks that work.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .showSuggestionAfterError()
    .enablePositionalOptions()
    // What is wrong with the words is told like everything else that goes wrong.
    .configureOutput({ outputError: () => {} })
    .addHelpText('after', topicLines())
    .exitOverride();
  const entry = findEntry(words);
  for (const noun of new Set(COMMANDS.map(({ path }) => firstWord(path)))) {
    await addNoun(program, noun, entry, (code) => (exit = code));
  }
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exit;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.ok;
    if (error.code.startsWith('commander.help')) return EXIT.usage;
    throw misunderstood(error, words, entry);
  }
}

/** Pages of help that belong to no command alone. */
const TOPICS = {
  'exit-codes': {
    title: 'How a command ends',
    load: async () => (await import('./exit-codes.ts')).printExitCodes,
  },
  filter: {
    title: 'How to filter requests',
    load: async () => (await import('./story/filter-help.ts')).printFilterHelp,
  },
} as const;

function topicLines(): string {
  return keysOf(TOPICS)
    .map((name) => `\n${TOPICS[name].title}: gw help ${name}`)
    .join('');
}

/** `error: unknown option '--jsn'` and its `(Did you mean --json?)` in the three parts of every message. */
function misunderstood(
  { message, cause }: CommanderError,
  words: readonly string[],
  entry: CommandEntry | undefined,
): CommandError {
  const [what = '', suggestion] = message.replace(/^error: /, '').split('\n');
  const meant = suggestion === undefined ? undefined : /mean (.+)\?/.exec(suggestion)?.[1];
  const [noun = ''] = words;
  const path = entry?.path ?? (Object.hasOwn(NOUNS, noun) ? noun : undefined);
  const help = path === undefined ? 'gw --help' : `gw ${path} --help`;
  return new CommandError(terminalSafe(what), {
    fix: meant === undefined ? help : `did you mean ${meant}? Otherwise: ${help}`,
    exit: EXIT.usage,
    cause,
  });
}

/** The command these words name: the longest path they begin with. */
function findEntry(words: readonly string[]): CommandEntry | undefined {
  const plain = words
    .filter((word) => !word.startsWith('-'))
    .filter((word, index) => index > 0 || word !== 'help');
  const two = plain.slice(0, 2).join(' ');
  return COMMANDS.find(({ path }) => path === two) ?? COMMANDS.find(({ path }) => path === plain[0]);
}

async function addNoun(
  program: Commander,
  noun: string,
  chosen: CommandEntry | undefined,
  onExit: (code: number) => void,
): Promise<void> {
  const own = COMMANDS.find(({ path }) => path === noun);
  if (own) {
    await addCommand(program, own, own === chosen, onExit);
    return;
  }
  const parent = program.command(noun).description(NOUNS[noun] ?? '');
  for (const child of COMMANDS.filter(({ path }) => firstWord(path) === noun)) {
    await addCommand(parent, child, child === chosen, onExit);
  }
}

async function addCommand(
  parent: Commander,
  entry: CommandEntry,
  load: boolean,
  onExit: (code: number) => void,
): Promise<void> {
  const name = entry.path.slice(entry.path.lastIndexOf(' ') + 1);
  const command = parent.command(name).description(entry.summary);
  if (!load) return;
  const definition = (await entry.load()).command;
  describe(command, definition);
  if (definition.passThrough) command.passThroughOptions();
  command.action(async (...received: unknown[]) => {
    const options = command.optsWithGlobals();
    const context = createContext(options['json'] === true);
    const positional = received.slice(0, definition.arguments?.length ?? 0);
    const input = new Input(positional, options, { commands: COMMANDS, nouns: NOUNS });
    onExit((await definition.run(context, input)) ?? EXIT.ok);
  });
}

function describe(command: Commander, definition: Command): void {
  for (const argument of definition.arguments ?? []) command.argument(argument.name, argument.summary);
  for (const option of definition.options ?? []) command.addOption(new Option(option.flags, option.summary));
  command.option('--json', 'print JSON on stdout, messages on stderr');
  command.addHelpText('after', `\nExamples:\n${definition.examples.map((line) => `  $ ${line}`).join('\n')}`);
}

function firstWord(path: string): string {
  return path.split(' ', 1)[0] ?? path;
}

/** Prints what was thrown for a person, and answers with the exit code it calls for. */
export function reportError(thrown: unknown, stderr: NodeJS.WriteStream): number {
  const error = thrown instanceof CommandError ? thrown : fileTrouble(thrown);
  if (error === undefined) {
    stderr.write(`gw: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`);
    stderr.write('  why: this is a defect in gw\n  fix: please report it with the lines above\n');
    return EXIT.failed;
  }
  stderr.write(`gw: ${error.message}\n`);
  if (error.why) stderr.write(`  why: ${error.why}\n`);
  if (error.fix) stderr.write(`  fix: ${error.fix}\n`);
  return error.exit;
}
