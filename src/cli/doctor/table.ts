import type { CheckGroup } from './check.ts';
import { LIMIT_CHECKS } from './checks/budgets.ts';
import { CALLER_CHECKS } from './checks/callers.ts';
import { DAEMON_CHECKS } from './checks/daemon.ts';
import { KEY_CHECKS } from './checks/keys.ts';
import { NETWORK_CHECKS } from './checks/network.ts';
import { PROFILE_CHECKS } from './checks/profile.ts';
import { PROGRAM_CHECKS } from './checks/program.ts';
import { ROUTE_CHECKS } from './checks/routes.ts';
import { STORAGE_CHECKS } from './checks/storage.ts';

/** Every check, causes before what they cause: the first problem found is the one to mend first. */
export const CHECK_GROUPS: readonly CheckGroup[] = [
  PROGRAM_CHECKS,
  PROFILE_CHECKS,
  KEY_CHECKS,
  DAEMON_CHECKS,
  ROUTE_CHECKS,
  LIMIT_CHECKS,
  STORAGE_CHECKS,
  NETWORK_CHECKS,
  CALLER_CHECKS,
];
