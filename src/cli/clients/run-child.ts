import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';

import { errorCode, errorMessage, isKeyOf } from '../../lib/expect.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { spawnWords } from './windows-command.ts';

/** A command of somebody else's, to be run with our terminal. */
export interface ForeignCommand {
  readonly program: string;
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** How it ended: with a code of its own, or by a signal. */
export type Ending =
  | { readonly is: 'exited'; readonly code: number }
  | { readonly is: 'killed'; readonly signal: NodeJS.Signals };

/** What tells us of signals and takes its listeners back: `process`. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
}

const PASSED: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'];
/** A terminal sends these to everybody in the foreground: passed on as well, one Ctrl-C would count as two. */
const FROM_KEYBOARD: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

/** Runs it to its end with our standard streams. Meanwhile signals are its to decide about. */
export async function runChild(
  command: ForeignCommand,
  { signals, atTerminal }: { readonly signals: SignalSource; readonly atTerminal: boolean },
): Promise<Ending> {
  const { program, words, verbatim } = spawnWords(command.program, command.words, command.env);
  const child = spawn(program, words, {
    stdio: 'inherit',
    cwd: command.cwd,
    env: command.env,
    windowsVerbatimArguments: verbatim,
  });
  const stopPassing = passSignals(child, signals, atTerminal);
  try {
    return await endOf(child);
  } catch (error) {
    throw cannotRun(command.program, error);
  } finally {
    stopPassing();
  }
}

function passSignals(child: ChildProcess, signals: SignalSource, atTerminal: boolean): () => void {
  const listeners = [...PASSED, ...FROM_KEYBOARD].map((signal) => {
    const ignored = atTerminal && FROM_KEYBOARD.includes(signal);
    const listener = (): void => {
      if (!ignored) child.kill(signal);
    };
    signals.on(signal, listener);
    return () => signals.off(signal, listener);
  });
  return () => {
    for (const stop of listeners) stop();
  };
}

function endOf(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      resolve(signal === null ? { is: 'exited', code: code ?? EXIT.failed } : { is: 'killed', signal });
    });
  });
}

function cannotRun(program: string, error: unknown): CommandError {
  const shown = terminalSafe(program);
  const missing = errorCode(error) === 'ENOENT';
  if (missing && program.includes('/') && existsSync(program)) {
    return new CommandError(`${shown} cannot be run.`, {
      why: 'the program that its first line (#!) names is not there',
      fix: `head -n 1 ${shown}`,
      exit: EXIT.commandMissing,
      cause: error,
    });
  }
  return new CommandError(missing ? `There is no command ${shown}.` : `${shown} cannot be run.`, {
    why: missing
      ? 'it is not on the PATH; aliases and functions of the shell are not commands'
      : terminalSafe(errorMessage(error)),
    fix: lookAt(shown, missing),
    exit: EXIT.commandMissing,
    cause: error,
  });
}

function lookAt(shown: string, missing: boolean, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return `where ${shown}`;
  return missing ? `command -v ${shown}` : `ls -l ${shown} (is it executable?)`;
}

/** The exit code a shell would give it: its own, or 128 and the signal's number. */
export function exitCodeOf(ending: Ending): number {
  if (ending.is === 'exited') return ending.code;
  const numbers = constants.signals;
  return 128 + (isKeyOf(numbers, ending.signal) ? numbers[ending.signal] : 0);
}

/** The exit code to end with. A shell's loop goes on after a command that merely returns 130; one that died of Ctrl-C ends it. */
export function endLike(ending: Ending): number {
  if (ending.is === 'killed' && isInterruption(ending.signal)) process.kill(process.pid, ending.signal);
  return exitCodeOf(ending);
}

/** Then Ctrl-C reaches the command by itself. */
export function isAtTerminal({
  stdin,
  stdout,
  stderr,
}: Pick<Context, 'stdin' | 'stdout' | 'stderr'>): boolean {
  return stdin.isTTY || stdout.isTTY || stderr.isTTY;
}

/** The signals by which a shell tells that a person ended a command, and so ends its script or loop as well. */
function isInterruption(signal: NodeJS.Signals): boolean {
  return signal === 'SIGINT' || signal === 'SIGTERM' || signal === 'SIGHUP';
}
