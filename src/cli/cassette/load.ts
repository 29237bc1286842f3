import { readFileSync } from 'node:fs';

import { type Cassette, CassetteError, readCassette } from '../../cassette/index.ts';
import { errorCode } from '../../lib/expect.ts';
import { CommandError, EXIT } from '../error.ts';

/** Reads a cassette's file; what is wrong with it is said with its place. */
export function loadCassette(file: string): Cassette {
  try {
    return readCassette(readFileSync(file, 'utf8'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      throw new CommandError(`there is no cassette ${file}`, {
        why: 'nothing of this name was recorded',
        fix: 'gw record NAME -- COMMAND …',
        exit: EXIT.usage,
      });
    }
    throw asCommandError(error, file);
  }
}

/** A file that is no cassette, in three parts; every other error as it is. */
export function asCommandError(error: unknown, file: string): unknown {
  if (!(error instanceof CassetteError)) return error;
  return new CommandError(`${file} cannot be used as a cassette`, {
    why: `line ${error.line}: ${error.message}`,
    fix: 'take that line out, or record it anew: gw record NAME --overwrite -- COMMAND …',
  });
}
