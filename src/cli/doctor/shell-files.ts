import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A line of a start-up file that sets a variable. */
export interface ShellLine {
  readonly file: string;
  /** Counted from one. */
  readonly line: number;
  readonly name: string;
  readonly value: string;
}

const FILES = [
  '.profile',
  '.bash_profile',
  '.bash_login',
  '.bashrc',
  '.zshenv',
  '.zprofile',
  '.zshrc',
  '.zlogin',
];
// A start-up file of a megabyte is some other file.
const MAX_BYTES = 1_000_000;

/** The lines of shells' start-up files that set one of these variables to a plain value. Only reads. */
export function findShellLines(
  names: readonly string[],
  home: string,
  env: Readonly<Record<string, string | undefined>>,
): ShellLine[] {
  return startupFiles(home, env).flatMap((file) => linesIn(file, names));
}

/** The files that shells read when they start, whether they are there or not. */
export function startupFiles(home: string, env: Readonly<Record<string, string | undefined>>): string[] {
  const zsh = env['ZDOTDIR'];
  const fish = join(env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'fish');
  const parts = list(join(fish, 'conf.d')).filter((name) => name.endsWith('.fish'));
  const files = [
    ...FILES.map((name) => join(home, name)),
    ...(zsh === undefined
      ? []
      : FILES.filter((name) => name.startsWith('.z')).map((name) => join(zsh, name))),
    join(fish, 'config.fish'),
    ...parts.map((name) => join(fish, 'conf.d', name)),
  ];
  return [...new Set(files)];
}

/** `export NAME=value`, `NAME=value`, and fish's `set -gx NAME value`; what the shell would compute is left alone. */
function linesIn(file: string, names: readonly string[]): ShellLine[] {
  const either = names.join('|');
  const setting = new RegExp(
    `^\\s*(?:(?:export|declare -x|typeset -x)\\s+)?(${either})=(.*)$|^\\s*set\\s+(?:-\\S+\\s+)*(${either})\\s+(.*)$`,
  );
  return read(file)
    .split(/\r?\n/)
    .flatMap((text, index) => {
      const found = setting.exec(text);
      const name = found?.[1] ?? found?.[3];
      const value = plainValue(found?.[2] ?? found?.[4] ?? '');
      return name === undefined || value === undefined ? [] : [{ file, line: index + 1, name, value }];
    });
}

/** The first word, without quotes; undefined when it is empty or not plain. */
function plainValue(text: string): string | undefined {
  const [, double, single, bare] = /^(?:"([^"]*)"|'([^']*)'|([^\s;#"']*))/.exec(text.trim()) ?? [];
  const value = double ?? single ?? bare ?? '';
  return value === '' || (single === undefined && /[$`]/.test(value)) ? undefined : value;
}

// Files that are not there, or not for us to read, set nothing.
function read(file: string): string {
  try {
    const status = statSync(file);
    return status.isFile() && status.size <= MAX_BYTES ? readFileSync(file, 'utf8') : '';
  } catch {
    return '';
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
