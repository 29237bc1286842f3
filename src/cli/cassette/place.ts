import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { CASSETTE_ENDING } from '../../cassette/index.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';

/** Beside a project's tests, where it is committed. */
const FOLDER = 'cassettes';

/** The file that a new cassette of this name is written to: `./cassettes/<name>.cassette.jsonl`, or where a path says. */
export function newCassette({ cwd }: Context, name: string): string {
  if (isPath(name)) return resolve(cwd, name);
  if (/^[\w][\w.-]*$/.test(name)) return join(cwd, FOLDER, name + CASSETTE_ENDING);
  throw new CommandError(`"${name}" is no name for a cassette`, {
    why: 'a name is of letters, digits, dots, dashes and underscores; a path ends in .jsonl',
    fix: 'gw record checkout -- npm test',
    exit: EXIT.usage,
  });
}

/** The cassette that a word names: a path, or a name in `./cassettes` or in gw's own directory; undefined for none. */
export function findCassette({ cwd, paths }: Context, name: string): string | undefined {
  if (isPath(name)) return resolve(cwd, name);
  const places = [join(cwd, FOLDER), join(paths.stateDir, FOLDER)];
  return places.map((place) => join(place, name + CASSETTE_ENDING)).find((file) => existsSync(file));
}

/** Ids of requests have no such ending. */
function isPath(name: string): boolean {
  return /\.(?:jsonl|cassette\.json)$/.test(name);
}
