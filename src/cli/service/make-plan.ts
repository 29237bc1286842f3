import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { type Overrides, RUNTIME_FLAGS, serveWords } from '../../daemon/index.ts';
import type { Context } from '../context.ts';
import { envFilePath } from './env-file.ts';
import { serviceName } from './find-keeper.ts';
import type { ServicePlan } from './plan.ts';

// Where things are, and how the network is reached. A service has none of what the shell's files set.
const KEPT = [
  'PATH',
  'GW_HOME',
  'XDG_CONFIG_HOME',
  'XDG_STATE_HOME',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
  'NODE_EXTRA_CA_CERTS',
  'NODE_USE_SYSTEM_CA',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
];

/** What a service of this home runs. */
export function makePlan(
  context: Context,
  overrides: Overrides,
  hasVariables = existsSync(envFilePath(context)),
): ServicePlan {
  const { env, paths } = context;
  const kept = KEPT.flatMap((name) => {
    const value = env[name];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  return {
    name: serviceName(context),
    program: process.execPath,
    words: [
      ...RUNTIME_FLAGS,
      ...(hasVariables ? [`--env-file-if-exists=${envFilePath(context)}`] : []),
      process.argv[1] ?? '',
      ...serveWords(overrides),
    ],
    env: Object.fromEntries(kept),
    workingDirectory: paths.stateDir,
    outputPath: join(paths.stateDir, 'service.log'),
  };
}
