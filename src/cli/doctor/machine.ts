import { existsSync, realpathSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/** What doctor asks about this process and its machine. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly node: { readonly version: string; readonly path: string };
  /** The script that runs, links followed; undefined when it cannot be told. */
  readonly program: string | undefined;
  /** Room for this user on the disk that holds the path, or would; undefined when the system does not say. */
  freeBytes(path: string): number | undefined;
}

/** The machine this process runs on. */
export function thisMachine(): Machine {
  return {
    platform: process.platform,
    node: { version: process.versions.node, path: process.execPath },
    program: realPath(process.argv[1] ?? ''),
    freeBytes,
  };
}

/** The path with its links followed; undefined when there is nothing. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function freeBytes(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(nearestExisting(path));
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** What is not there yet will be made on the disk of what holds it. */
function nearestExisting(path: string): string {
  const parent = dirname(path);
  return existsSync(path) || parent === path ? path : nearestExisting(parent);
}
