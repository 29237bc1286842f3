import { join } from 'node:path';

import type { Paths } from '../core/paths.ts';

/** The lock a daemon holds as long as it lives. */
export function serveLockPath(paths: Paths): string {
  return join(paths.stateDir, 'serve.lock');
}
