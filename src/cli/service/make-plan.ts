import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { daemonEnvironment, type Overrides, RUNTIME_FLAGS, serveWords } from '../../daemon/index.ts';
import type { Context } from '../context.ts';
import { envFilePath } from './env-file.ts';
import { serviceName } from './find-keeper.ts';
import type { ServicePlan } from './plan.ts';

// The system gives a service its own of these; and what may hold a token is not for a file that others can read.
const NOT_KEPT =
  /^(?:HOME|USER|LOGNAME|TMPDIR|TEMP|TMP|LANG|LC_\w+|XDG_SESSION_\w+|XDG_RUNTIME_DIR|OTEL_\w*HEADERS)$/;

/** What a service of this home runs. */
export function makePlan(
  context: Context,
  overrides: Overrides,
  hasVariables = existsSync(envFilePath(context)),
): ServicePlan {
  const { env, paths } = context;
  const kept = Object.entries(daemonEnvironment(env)).filter(
    ([name, value]) => value !== '' && !NOT_KEPT.test(name),
  );
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
