import { type Stats, lstatSync, readFileSync } from 'node:fs';

import { type Config, type ConfigProblem, openConfigFile } from '../../config/index.ts';
import { failed, type Outcome } from '../../core/outcome.ts';
import { errorCode, errorMessage } from '../../lib/expect.ts';
import { PRESETS } from '../../providers/index.ts';
import type { Context } from '../context.ts';

/** The profile file as it is, looked at without the repairs that every other command makes on the way. */
export interface StoredProfile {
  /** Undefined when there is none. */
  readonly status: Stats | undefined;
  readonly config: Outcome<Config, readonly ConfigProblem[]>;
}

/** Reads the profile file and leaves its permissions as they are. */
export function readStoredProfile({ paths }: Pick<Context, 'paths'>): StoredProfile {
  const file = openConfigFile({ paths, presets: PRESETS });
  const refuse = (message: string): Outcome<Config, readonly ConfigProblem[]> =>
    failed([{ file: paths.config, place: '', message }]);
  try {
    const status = lstatSync(paths.config, { throwIfNoEntry: false });
    if (status === undefined) return { status, config: file.check('') };
    if (status.isSymbolicLink()) {
      return { status, config: refuse('this is a link, and a link could be pointed elsewhere') };
    }
    if (!status.isFile()) return { status, config: refuse('this is no plain file') };
    return { status, config: file.check(readFileSync(paths.config, 'utf8').replace(/^\uFEFF/, '')) };
  } catch (error) {
    return {
      status: undefined,
      config: refuse(`it cannot be read: ${errorCode(error) ?? errorMessage(error)}`),
    };
  }
}
