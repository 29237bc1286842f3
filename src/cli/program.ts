import { Command as Commander, CommanderError, Option } from 'commander';

import { isKeyOf } from '../lib/expect.ts';
import { terminalSafe } from '../lib/terminal-safe.ts';
import { type Command, type CommandEntry, Input } from './command.ts';
import { createContext } from './context.ts';
import { CommandError, EXIT } from './error.ts';
import { fileTrouble } from './file-trouble.ts';
import { COMMANDS, NOUNS } from './tree.ts';

/** Runs one command line (without `node` and the script) and answers with the exit code. */
export async function runProgram(words: readonly string[], version: string): Promise<number> {
  let exit = 0;
  const helped = await printHelp(words);
  if (helped !== undefined) return helped;
  const program = new Commander('gw')
    .description('One address for every language model, with fallbacks that work.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .showSuggestionAfterError()
    .enablePositionalOptions()
    // What is wrong with the words is told like everything else that goes wrong.
    .configureOutput({ outputError: () => {} })
    .helpCommand('help [command]', 'explain a command')
    .exitOverride();
  const entry = findEntry(words);
  for (const noun of new Set(COMMANDS.map(({ path }) => firstWord(path)))) {
    await addNoun(program, noun, entry, (code) => (exit = code));
  }
  try {
    await program.parseAsync(answerable(words, entry), { from: 'user' });
    return exit;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.ok;
    if (error.code.startsWith('commander.help')) return EXIT.usage;
    throw await misunderstood(error, words, entry);
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

const HELP_WORDS: readonly string[] = ['help', '--help', '-h'];

/** Answers `gw`, `gw --help`, `gw help` and `gw help <topic>`; undefined when the words ask for something else. */
async function printHelp(words: readonly string[]): Promise<number | undefined> {
  const [first, second] = words;
  if (first === 'help' && second !== undefined && isKeyOf(TOPICS, second)) {
    const print = await TOPICS[second].load();
    print(createContext(words.includes('--json')));
    return EXIT.ok;
  }
  const isWhole = HELP_WORDS.includes(first ?? '') && words.slice(1).every((word) => word.startsWith('-'));
  if (words.length > 0 && !isWhole) return undefined;
  const context = createContext(false);
  const { helpLines } = await import('./help.ts');
  const text = helpLines({ commands: COMMANDS, nouns: NOUNS }, TOPICS, context).join('\n');
  if (isWhole) context.print(text);
  else context.say(text);
  return isWhole ? EXIT.ok : EXIT.usage;
}

/** Help for what is not there would be help for something else: such words are read without asking for it. */
function answerable(words: readonly string[], entry: CommandEntry | undefined): string[] {
  const plain = words.filter((word) => !word.startsWith('-') && !HELP_WORDS.includes(word));
  const isNoun = plain.length === 1 && Object.hasOwn(NOUNS, plain[0] ?? '');
  if (entry !== undefined || isNoun || plain.length === 0) return [...words];
  return words.filter((word) => !HELP_WORDS.includes(word));
}

/** `error: unknown option '--jsn'` and its `(Did you mean --json?)` in the three parts of every message. */
async function misunderstood(
  { message, cause }: CommanderError,
  words: readonly string[],
  entry: CommandEntry | undefined,
): Promise<CommandError> {
  const [what = '', suggestion] = message.replace(/^error: /, '').split('\n');
  const meant = suggestion === undefined ? undefined : /mean (.+)\?/.exec(suggestion)?.[1];
  const [noun = ''] = words;
  const path = entry?.path ?? (Object.hasOwn(NOUNS, noun) ? noun : undefined);
  const help = path === undefined ? 'gw --help' : `gw ${path} --help`;
  return new CommandError(terminalSafe(what), {
    why: await whatIsKnown(entry, path),
    fix: meant === undefined ? help : `did you mean ${meant}? Otherwise: ${help}`,
    exit: EXIT.usage,
    cause,
  });
}

/** What would have been understood there. */
async function whatIsKnown(entry: CommandEntry | undefined, noun: string | undefined): Promise<string> {
  if (entry !== undefined) {
    const { arguments: positional = [], options = [] } = (await entry.load()).command;
    const names = positional.map(({ name }) => name);
    const flags = [...options.map((option) => option.flags), '--json'].map((each) => `[${each}]`);
    return `its words are: ${['gw', entry.path, ...names, ...flags].join(' ')}`;
  }
  if (noun === undefined) return 'gw has no command or option of that name';
  const children = COMMANDS.filter(({ path }) => firstWord(path) === noun);
  return `gw ${noun} has ${children.map(({ path }) => path.slice(noun.length + 1)).join(', ')}`;
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
