import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { type ShellName, shellNamed, SHELLS } from './shell.ts';

/** What tells one shell from another. */
export interface ShellSigns {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Names of the programs that started this one, the nearest first. */
  readonly ancestors: Iterable<string>;
}

/** Which shell reads what we print: the nearest that started us, else what the environment tells of it. */
export function detectShell({ env, platform, ancestors }: ShellSigns): ShellName {
  for (const program of ancestors) {
    const found = shellNamed(program);
    if (found) return found;
  }
  const modules = env['PSModulePath'];
  if (platform === 'win32') {
    if ((modules ?? '').split(';').some(isOfUser)) return 'powershell';
    // Git Bash and its kin (https://www.msys2.org/docs/environments).
    return env['MSYSTEM'] === undefined ? 'cmd' : (shellNamed(env['SHELL'] ?? '') ?? 'bash');
  }
  if (modules !== undefined && modules !== '') return 'powershell';
  return shellNamed(env['SHELL'] ?? '') ?? 'bash';
}

/**
 * Windows sets the variable for everybody; PowerShell alone adds the folder below its user's documents. Those may be
 * called otherwise (`OneDrive\Dokumente`) or be elsewhere; the folders for everybody are the same in every language.
 */
function isOfUser(folder: string): boolean {
  return (
    /[\\/](Windows)?PowerShell[\\/]Modules[\\/]?$/i.test(folder) && !/^\w:[\\/]Program Files/i.test(folder)
  );
}

/** What to type to point the shell at gw; goes by the environment alone, which is free and usually right. */
export function loadingLine(env: ShellSigns['env'], platform: NodeJS.Platform = process.platform): string {
  return SHELLS[detectShell({ env, platform, ancestors: [] })].load('gw env');
}

/** What to type to set a plain variable there, by the same guess. */
export function assigningLine(
  env: ShellSigns['env'],
  name: string,
  value: string,
  platform: NodeJS.Platform = process.platform,
): string {
  const plain = `export ${name}=${value}`;
  if (platform !== 'win32') return plain;
  return SHELLS[detectShell({ env, platform, ancestors: [] })].assign({ is: 'text', name, value }) ?? plain;
}

// npm, a version manager and our own launcher may stand between a shell and us; nobody needs more.
const GENERATIONS = 8;

/** Names of the programs that started a process, the nearest first; none on Windows, where asking takes a second. */
export function* programsAbove(parent: number, platform: NodeJS.Platform): Iterable<string> {
  let pid = parent;
  for (let generation = 0; generation < GENERATIONS && pid > 1; generation++) {
    const found = platform === 'linux' ? readProcess(pid) : askForProcess(pid, platform);
    if (!found) return;
    yield found.program;
    pid = found.parent;
  }
}

interface RunningProgram {
  readonly program: string;
  readonly parent: number;
}

/** `/proc/<pid>/stat` is `pid (name) state ppid …`, and the name may hold blanks and brackets: proc_pid_stat(5). */
function readProcess(pid: number): RunningProgram | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const end = text.lastIndexOf(')');
    const [, parent] = text.slice(end + 2).split(' ');
    return { program: text.slice(text.indexOf('(') + 1, end), parent: Number(parent) };
  } catch {
    return undefined;
  }
}

function askForProcess(pid: number, platform: NodeJS.Platform): RunningProgram | undefined {
  if (platform === 'win32') return undefined;
  try {
    const text = execFileSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 1_000,
    });
    const [, parent, program] = /^\s*(\d+)\s+(.*)$/m.exec(text) ?? [];
    return program === undefined ? undefined : { program, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
