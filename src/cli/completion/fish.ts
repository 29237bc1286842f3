import { type CommandLine, type CompletedCommand, wordsAfter } from './spec.ts';
import type { Value } from './values.ts';

/** For fish: one `complete` per word, option and argument, each with the place it belongs to. */
export function fishScript(line: CommandLine): string {
  const groups = ['', ...line.nouns.map(({ name }) => name)];
  const paths = line.commands.map(({ path }) => path);
  return [
    head(line, paths),
    ...groups.flatMap((path) =>
      wordsAfter(line, path).map(
        ({ name, summary }) => `complete -c gw -f -n ${at(path)} -a ${quote(name)} -d ${quote(summary)}`,
      ),
    ),
    `complete -c gw -f -n ${at('help')} -a ${quote(
      wordsAfter(line, '')
        .map(({ name }) => name)
        .filter((name) => name !== 'help')
        .join(' '),
    )}`,
    ...line.nouns.map(
      ({ name }) =>
        `complete -c gw -f -n ${at(`help ${name}`)} -a ${quote(
          wordsAfter(line, name)
            .map((word) => word.name)
            .join(' '),
        )}`,
    ),
    `complete -c gw -f -n ${at('help')} -a exit-codes -d 'How a command ends'`,
    `complete -c gw -f -n ${at('')} -s V -l version -d 'print the version'`,
    ...line.commands.flatMap(commandLines),
    'complete -c gw-llm -w gw',
    '',
  ].join('\n');
}

function commandLines({ path, options, positional }: CompletedCommand): string[] {
  // Behind the command that gw run is given, options are not ours.
  const optionsAt = positional.some(({ value }) => value.is === 'command') ? at(path, 0) : at(path);
  return [
    ...options.map(({ names, summary, value }) => {
      const spelled = names.map((name) =>
        name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
      );
      // -x: it takes a value, and no file is one.
      const taken = value === undefined ? '' : value.is === 'file' ? ' -r -F' : ` -x${offered(value)}`;
      // Fish takes -f and -F for a contradiction; the rule for all of gw keeps files out where none are wanted.
      const files = value?.is === 'file' ? '' : ' -f';
      return `complete -c gw${files} -n ${optionsAt} ${spelled.join(' ')} -d ${quote(summary)}${taken}`;
    }),
    ...positional.flatMap(({ value, variadic }, index) => {
      const place = variadic ? at(path) : at(path, index);
      if (value.is === 'free') return [];
      if (value.is === 'file') return [`complete -c gw -F -n ${place}`];
      // -x: offered for words that begin with a dash as well.
      return [`complete -c gw ${value.is === 'command' ? '-x' : '-f'} -n ${place}${offered(value)}`];
    }),
  ];
}

function offered(value: Value): string {
  switch (value.is) {
    case 'names':
      return ` -a '(__gw_names ${value.kind})'`;
    case 'choice':
      return ` -a ${quote(value.words.join(' '))}`;
    case 'command':
      return ` -a '(__gw_other_command)'`;
    case 'file':
    case 'free':
      return '';
  }
}

function at(path: string, index?: number): string {
  return quote(`__gw_at ${path === '' ? '""' : `"${path}"`}${index === undefined ? '' : ` ${index}`}`);
}

function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}

function head({ commands }: CommandLine, paths: readonly string[]): string {
  const valued = commands.flatMap(({ path, options }) =>
    options
      .filter(({ value }) => value !== undefined)
      .flatMap(({ names }) => names.map((name) => `${path}|${name}`)),
  );
  return String.raw`# gw completion for fish. To have it in every shell:
#   gw completion fish > ~/.config/fish/completions/gw.fish
complete -c gw -e
complete -c gw -f
set -g __gw_commands ${paths.map(quote).join(' ')}
# Options that take the next word.
set -g __gw_valued ${valued.map(quote).join(' ')}

# Live names: providers, routes, models, targets, profiles, who is left alone.
function __gw_names
    gw completion --names $argv[1] 2>/dev/null </dev/null
end

# Where the cursor is: the command on the first line, the number of its arguments so far on the second.
function __gw_place
    set -l path
    set -l arguments 0
    set -l taken no
    for word in (commandline -opc)[2..]
        if test $taken = yes
            set taken no
        else if string match -q -- '-*' $word
            contains -- "$path|$word" $__gw_valued; and set taken yes
        else if contains -- "$path" $__gw_commands
            set arguments (math $arguments + 1)
        else if test -z "$path"
            set path $word
        else
            set path "$path $word"
        end
    end
    echo $path
    echo $arguments
end

# True when the command so far is $argv[1], with $argv[2] arguments where that is given.
function __gw_at
    set -l place (__gw_place)
    test "$place[1]" = "$argv[1]"; or return 1
    set -q argv[2]; or return 0
    test "$place[2]" = "$argv[2]"
end

# After gw run stands another command line; options are skipped by themselves.
function __gw_other_command
    __fish_complete_subcommand --fcs-skip=2
end
`;
}
