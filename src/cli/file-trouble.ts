import { errorCode, errorMessage, isObject } from '../lib/expect.ts';
import { setVariable } from '../lib/set-variable.ts';
import { terminalSafe } from '../lib/terminal-safe.ts';
import { CommandError } from './error.ts';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not do that there',
  EPERM: 'this user may not do that there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'something on its path is not a directory',
  EISDIR: 'it is a directory',
  ELOOP: 'its symbolic links lead in a circle',
};
// What Linux answers for a directory that can be made neither here nor above.
const NO_DIRECTORY = 'the directory cannot be made';

/** Why a file that a person named cannot be read, in words. */
export function whyUnread(error: unknown): string {
  const code = errorCode(error) ?? '';
  if (code === 'ENOENT') return 'there is no such file';
  return REASONS[code] ?? errorMessage(error);
}

/** What keeps standard output from being written, a full disk above all. */
export function outputTrouble(error: unknown): CommandError {
  const code = errorCode(error) ?? '';
  return new CommandError('The output cannot be written: what there is of it is not whole.', {
    why: REASONS[code] === undefined ? errorMessage(error) : `${REASONS[code]} (${code})`,
    fix: 'make room there, or write it to another place',
    cause: error,
  });
}

/** What this machine refused to do with a file of gw's, in three parts; undefined for every other error. */
export function fileTrouble(error: unknown): CommandError | undefined {
  const path = isObject(error) ? error['path'] : undefined;
  if (!isObject(error) || typeof path !== 'string') return undefined;
  const code = errorCode(error) ?? '';
  const reason = REASONS[code] ?? (error['syscall'] === 'mkdir' ? NO_DIRECTORY : undefined);
  if (reason === undefined) return undefined;
  return new CommandError(`gw cannot use ${terminalSafe(path)}`, {
    why: `${reason} (${code})`,
    fix: `make it writable for this user, or choose another place for all of gw: ${setVariable('GW_HOME', 'DIRECTORY')}`,
    cause: error,
  });
}
