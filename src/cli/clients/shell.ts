import { isKeyOf, keysOf } from '../../lib/expect.ts';
import { nearest } from '../../lib/nearest.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { CommandError, EXIT } from '../error.ts';
import type { Assignment } from './variables.ts';

/** How one shell writes things down. */
export interface Shell {
  /** A line that sets a variable for this shell and what it starts; undefined where the shell cannot say that. */
  assign(assignment: Assignment): string | undefined;
  unset(name: string): string;
  /** What to type so that the lines a command prints take effect. */
  load(command: string): string;
}

export type ShellName = 'bash' | 'zsh' | 'fish' | 'powershell' | 'cmd';

const TOKEN_COMMAND = 'gw env --token';

/** A POSIX shell: single quotes keep everything but themselves. */
const posix: Shell = {
  assign: (one) => `export ${one.name}=${posixValue(one)}`,
  unset: (name) => `unset ${name}`,
  load: (command) => `eval "$(${command})"`,
};

function posixValue(one: Assignment): string {
  if (one.is === 'text') return `'${one.value.replaceAll("'", String.raw`'\''`)}'`;
  return one.is === 'variable' ? `"$${one.from}"` : `"$(${TOKEN_COMMAND})"`;
}

const fish: Shell = {
  assign: (one) => `set -gx ${one.name} ${fishValue(one)}`,
  // -e alone erases the innermost; one exported by the parent of the shell is global.
  unset: (name) => `set -e ${name}`,
  load: (command) => `${command} | source`,
};

function fishValue(one: Assignment): string {
  if (one.is === 'text') return `'${one.value.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
  return one.is === 'variable' ? `"$${one.from}"` : `(${TOKEN_COMMAND})`;
}

const powershell: Shell = {
  assign: (one) => `$env:${one.name} = ${powershellValue(one)}`,
  unset: (name) => `Remove-Item Env:${name} -ErrorAction SilentlyContinue`,
  load: (command) => `${command} | Invoke-Expression`,
};

function powershellValue(one: Assignment): string {
  // PowerShell takes typographic single quotes for single quotes too.
  if (one.is === 'text') return `'${one.value.replaceAll(/['\u2018-\u201B]/g, '$&$&')}'`;
  return one.is === 'variable' ? `$env:${one.from}` : `(${TOKEN_COMMAND})`;
}

/** cmd.exe expands `%…%` before it looks at quotes and cannot take a command's output inside a line. */
const cmd: Shell = {
  assign: (one) => (one.is === 'text' ? `set "${one.name}=${one.value.replaceAll('%', '%%')}"` : undefined),
  unset: (name) => `set "${name}="`,
  load: (command) => `${command} > "%TEMP%\\gw-env.cmd" && call "%TEMP%\\gw-env.cmd"`,
};

/** Every shell that `gw env` can speak to. */
export const SHELLS: Readonly<Record<ShellName, Shell>> = { bash: posix, zsh: posix, fish, powershell, cmd };

/** The shell of that name; a mistyped one ends the command with what there is. */
export function requireShell<Name extends ShellName>(
  text: string,
  known: Readonly<Record<Name, unknown>>,
  usage: (name: string) => string,
): Name {
  const name = ALIASES[text.toLowerCase()] ?? text.toLowerCase();
  if (isKeyOf(known, name)) return name;
  const names = keysOf(known);
  throw new CommandError(`${terminalSafe(text)} is no shell that gw knows.`, {
    why: `it knows ${names.join(', ')}`,
    fix: usage(nearest(text, names) ?? names.join('|')),
    exit: EXIT.usage,
  });
}

/** What the same shells are called elsewhere. Other POSIX shells read what bash reads. */
const ALIASES: Readonly<Record<string, ShellName>> = {
  sh: 'bash',
  dash: 'bash',
  ash: 'bash',
  ksh: 'bash',
  pwsh: 'powershell',
};

/** The shell that a program's name stands for (`-zsh`, `/bin/bash`, `pwsh.exe`), if it is one. */
export function shellNamed(program: string): ShellName | undefined {
  const file = program.trim().split(/[\\/]/).at(-1) ?? '';
  const name = file
    .toLowerCase()
    .replace(/^-/, '')
    .replace(/\.exe$/, '');
  const meant = ALIASES[name] ?? name;
  return isKeyOf(SHELLS, meant) ? meant : undefined;
}
