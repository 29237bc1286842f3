import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';

import type { Context } from '../context.ts';
import { homeOf } from '../daemon/launch.ts';
import type { Keeper } from './keeper.ts';
import { launchdKeeper } from './launchd.ts';
import { systemdKeeper } from './systemd.ts';
import { taskSchedulerKeeper } from './task-scheduler.ts';

/** What a service is called: several homes (`GW_HOME`) have a service each. */
export function serviceName({ env, paths }: Context): string {
  if (!env['GW_HOME']) return 'gw';
  return `gw-${createHash('sha256').update(paths.stateDir).digest('hex').slice(0, 8)}`;
}

/** What keeps programs running on this system. */
export function findKeeper(context: Context, platform: NodeJS.Platform = process.platform): Keeper {
  const name = serviceName(context);
  if (platform === 'win32') return taskSchedulerKeeper(context, name);
  const home = homeOf(context);
  return platform === 'darwin' ? launchdKeeper(context, name, home) : systemdKeeper(context, name, home);
}

/** The same, where a service of this home is installed. */
export function installedKeeper(context: Context, platform?: NodeJS.Platform): Keeper | undefined {
  const keeper = findKeeper(context, platform);
  return existsSync(keeper.path) ? keeper : undefined;
}
