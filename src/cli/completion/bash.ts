import { type CommandLine, type CompletedCommand, type CompletedOption, wordsAfter } from './spec.ts';
import { codeOf } from './values.ts';

/**
 * For bash 3.2 (macOS) and newer, without the package bash-completion: no associative arrays, no `mapfile`. The words
 * are taken from the line itself, because bash breaks them at `:` and `=`, which model names contain.
 */
export function bashScript(line: CommandLine): string {
  return `${HEAD}
# What a command may be followed by: its sub-commands.
_gw_words() {
  case "$1" in
${['', ...line.nouns.map(({ name }) => name)].map((path) => `    ${quote(path)}) echo ${quote(names(line, path))} ;;`).join('\n')}
  esac
}

# The commands that are complete in themselves.
_gw_is_command() {
  case "$1" in
    ${line.commands.map(({ path }) => quote(path)).join(' | \\\n    ')}) return 0 ;;
  esac
  return 1
}

# The options of a command.
_gw_options() {
  case "$1" in
${line.commands.map((command) => `    ${quote(command.path)}) echo ${quote(optionNames(command))} ;;`).join('\n')}
    *) echo '--help --version' ;;
  esac
}

# What an option of a command takes: nothing when it is a flag.
_gw_option_value() {
  case "$1|$2" in
${line.commands.flatMap(optionCases).join('\n')}
  esac
}

# What the n-th argument of a command is.
_gw_argument_value() {
  case "$1|$2" in
${line.commands.flatMap(argumentCases).join('\n')}
  esac
}
${TAIL}`;
}

function names(line: CommandLine, path: string): string {
  return wordsAfter(line, path)
    .map(({ name }) => name)
    .join(' ');
}

function optionNames({ options }: CompletedCommand): string {
  return options.flatMap((option) => option.names).join(' ');
}

function optionCases({ path, options }: CompletedCommand): string[] {
  const withValue = options.filter(({ value }) => value !== undefined);
  return withValue.map((option) => `    ${patterns(path, option)}) echo ${quote(optionCode(option))} ;;`);
}

function patterns(path: string, { names: own }: CompletedOption): string {
  return own.map((name) => quote(`${path}|${name}`)).join(' | ');
}

/** A variadic option goes on taking words until the next option. */
function optionCode({ value, variadic }: CompletedOption): string {
  return `${variadic ? 'more ' : 'one '}${value ? codeOf(value) : 'free'}`;
}

function argumentCases({ path, positional }: CompletedCommand): string[] {
  return positional.map(({ value, variadic }, index) => {
    const position = variadic ? `${quote(`${path}|`)}*` : quote(`${path}|${index}`);
    return `    ${position}) echo ${quote(codeOf(value))} ;;`;
  });
}

/** Our own words only: names of commands, options and presets, which hold no quote. */
function quote(text: string): string {
  return `'${text}'`;
}

const HEAD = `# gw completion for bash. To have it in every shell:
#   echo 'source <(gw completion bash)' >> ~/.bashrc
# On macOS's own bash 3.2: gw completion bash > ~/.gw-completion.bash, and source that file.

# Live names: providers, routes, models, targets, profiles, who is left alone. An alias of gw works too, therefore eval (of our own word).
_gw_names() {
  eval "gw completion --names $1" 2>/dev/null </dev/null
}
`;

const TAIL = String.raw`
# Offers the words (one per line on stdin) that begin with $1.
_gw_offer() {
  local begin="$1" word
  while IFS= read -r word; do
    [[ "$word" == "$begin"* ]] && COMPREPLY+=("$word")
  done
}

# Offers what the code in $1 stands for, as far as it begins with $2.
_gw_offer_value() {
  case "$1" in
    'names '*) _gw_offer "$2" < <(_gw_names "${'$'}{1#names }") ;;
    'words '*) _gw_offer "$2" < <(tr ' ' '\n' <<<"${'$'}{1#words }") ;;
    file)
      compopt -o filenames 2>/dev/null
      _gw_offer "$2" < <(compgen -f -- "$2")
      ;;
    command) _gw_offer "$2" < <(compgen -c -- "$2" | sort -u) ;;
  esac
}

# After gw run stands another command: its own completion, where bash-completion is loaded, else files.
_gw_other_command() {
  if declare -F _comp_command_offset >/dev/null; then _comp_command_offset "$1"
  elif declare -F _command_offset >/dev/null; then _command_offset "$1"
  else _gw_offer_value file "$2"
  fi
}

_gw() {
  COMPREPLY=()
  local line="${'$'}{COMP_LINE:0:$COMP_POINT}" current='' path='' position=0 pending='' help='' word value
  local -a words
  IFS=$' \t\n' read -r -a words <<<"$line"
  if [[ "$line" != *[[:space:]] ]]; then
    current="${'$'}{words[${'$'}{#words[@]}-1]}"
    unset "words[${'$'}{#words[@]}-1]"
  fi
  local index=0 count=${'$'}{#words[@]} only_arguments=''
  while (( ++index < count )); do
    word="${'$'}{words[index]}"
    if [[ -z "$only_arguments" && "$word" == -* ]]; then
      pending=''
      case "$word" in
        --) only_arguments=yes ;;
        *=*) ;;
        *) pending="$(_gw_option_value "$path" "$word")" ;;
      esac
    elif [[ "$pending" == 'one '* ]]; then pending=''
    elif [[ "$pending" == 'more '* ]]; then :
    elif [[ "$word" == help && -z "$path$help" ]]; then help=yes
    elif ! _gw_is_command "$path" && [[ " $(_gw_words "$path") " == *" $word "* ]]; then
      path="${'$'}{path:+$path }$word"
    else
      [[ "$path" == run && -z "$help" ]] && { _gw_other_command "$index" "$current"; return; }
      position=$(( position + 1 ))
    fi
  done

  if [[ -n "$help" ]]; then
    _gw_offer "$current" < <(tr ' ' '\n' <<<"$(_gw_words "$path")")
  elif [[ -n "$pending" && ( "$pending" == 'one '* || "$current" != -* ) ]]; then
    _gw_offer_value "${'$'}{pending#* }" "$current"
  elif [[ -z "$only_arguments" && "$current" == --*=* ]]; then
    value="$(_gw_option_value "$path" "${'$'}{current%%=*}")"
    _gw_offer_value "${'$'}{value#* }" "${'$'}{current#*=}"
    current="${'$'}{current#*=}"
  elif [[ -z "$only_arguments" && "$current" == -* ]]; then
    _gw_offer "$current" < <(tr ' ' '\n' <<<"$(_gw_options "$path")")
  elif _gw_is_command "$path"; then
    _gw_offer_value "$(_gw_argument_value "$path" "$position")" "$current"
  elif (( position == 0 )); then
    _gw_offer "$current" < <(tr ' ' '\n' <<<"$(_gw_words "$path")")
  fi

  # bash replaces only what stands behind the last colon, so only that may be offered.
  if [[ "$current" == *:* && "$COMP_WORDBREAKS" == *:* ]]; then
    local before="${'$'}{current%"${'$'}{current##*:}"}"
    for index in "${'$'}{!COMPREPLY[@]}"; do COMPREPLY[index]="${'$'}{COMPREPLY[index]#"$before"}"; done
  fi
  # env: and file: want more behind them.
  [[ "${'$'}{#COMPREPLY[@]}" == 1 && "${'$'}{COMPREPLY[0]}" == *: ]] && compopt -o nospace 2>/dev/null
  return 0
}

complete -F _gw gw gw-llm
`;
