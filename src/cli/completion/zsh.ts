import { type CommandLine, type CompletedCommand, type CompletedOption, wordsAfter } from './spec.ts';
import type { Value } from './values.ts';

/** For zsh: one function per command, which zsh's own `_arguments` works through. */
export function zshScript(line: CommandLine): string {
  return `${HEAD}
${line.nouns.map(({ name }) => group(line, name)).join('\n')}
${line.commands.map(single).join('\n')}
${help(line)}
${group(line, '')}
${TAIL}`;
}

/** `gw help`: a command, or a noun and one of its commands. */
function help(line: CommandLine): string {
  const first = wordsAfter(line, '').filter(({ name }) => name !== 'help');
  const rows = line.nouns.map(
    ({ name }) => `    3${name}) words_here=(\n${described(wordsAfter(line, name))}\n    ) ;;`,
  );
  return `_gw_help() {
  local -a words_here
  case "$CURRENT\${words[2,CURRENT-1]}" in
    2) words_here=(
${described([...first, { name: 'exit-codes', summary: 'How a command ends' }])}
    ) ;;
${rows.join('\n')}
  esac
  (( $#words_here )) && _describe -t commands 'gw command' words_here
}
`;
}

/** A function that offers the words after `path`, then hands over to the function of the one chosen. */
function group(line: CommandLine, path: string): string {
  const own = path === '' ? '_gw' : functionName(path);
  const more = path === '' ? String.raw`'(- *)'{-V,--version}'[print the version]' ` : '';
  return `${own}() {
  local curcontext="$curcontext" state
  local -a line words_here=(
${described(wordsAfter(line, path))}
  )
  _arguments -C ${more}'(- *)'{-h,--help}'[print help]' '1: :->command' '*:: :->rest' && return
  case "$state" in
    command) _describe -t commands 'gw command' words_here ;;
    rest) (( $+functions[${own}_$line[1]] )) && ${own}_$line[1] ;;
  esac
}
`;
}

function described(words: readonly { readonly name: string; readonly summary: string }[]): string {
  return words.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`).join('\n');
}

function single({ path, options, positional }: CompletedCommand): string {
  const specifications = [
    ...options.map(optionSpecification),
    ...positional.map(({ name, value, variadic }, index) => {
      if (value.is === 'command') return `'*:: :__gw_other_command'`;
      return quote(`${variadic ? '*' : String(index + 1)}:${name}:${action(value)}`);
    }),
  ];
  // -S: options end at --.
  return `${functionName(path)}() {
  _arguments -S \\
    ${specifications.join(' \\\n    ')}
}
`;
}

/** `'(-f --follow)'{-f,--follow}'[summary]:label:action'`; one that may be repeated excludes nothing. */
function optionSpecification({ names, summary, value, variadic }: CompletedOption): string {
  const written = names.map((name) => (value !== undefined && name.startsWith('--') ? `${name}=` : name));
  const spelled = written.length > 1 ? `{${written.join(',')}}` : (written[0] ?? '');
  const excludes = variadic ? '*' : `(${names.join(' ')})`;
  const meaning = `[${summary.replaceAll(/[[\]:\\]/g, String.raw`\$&`)}]`;
  const taken = value === undefined ? '' : `: :${action(value)}`;
  return `${quote(excludes)}${spelled}${quote(meaning + taken)}`;
}

function action(value: Value): string {
  switch (value.is) {
    case 'names':
      return `__gw_names ${value.kind}`;
    case 'choice':
      return `__gw_choice ${value.words.join(' ').replaceAll(':', String.raw`\:`)}`;
    case 'file':
      return '_files';
    case 'command':
      return '__gw_other_command';
    case 'free':
      return ' ';
  }
}

function functionName(path: string): string {
  return `_gw_${path.replaceAll(' ', '_')}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

const HEAD = `#compdef gw gw-llm
# gw completion for zsh. To have it in every shell, after compinit:
#   echo 'source <(gw completion zsh)' >> ~/.zshrc

# Live names: providers, routes, models, targets, profiles, who is left alone. An alias of gw works too, therefore eval (of our own word).
# The last word is the kind; before it stand options for compadd.
__gw_names() {
  local -a found
  found=("\${(@f)$(eval "gw completion --names $argv[-1]" 2>/dev/null </dev/null)}")
  found=(\${found:#})
  (( $#found )) && compadd "\${(@)argv[1,-2]}" -a found
}

__gw_choice() {
  local -a ending
  [[ "$argv[-1]" == *: ]] && ending=(-S '')
  compadd "\${ending[@]}" "$@"
}

__gw_other_command() {
  # _arguments left only the words after run: they are a command line of their own.
  [[ "$words[1]" == -- ]] && { shift words; (( CURRENT-- )) }
  _normal
}
`;

const TAIL = `if [[ "$funcstack[1]" == _gw ]]; then
  _gw "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _gw gw gw-llm
fi
`;
