import { environmentNames, openConfigFile, profileFromEnvironment } from '../config/index.ts';
import { connectControl, ControlError } from '../control/index.ts';
import { otelVariables } from '../core/otel-variables.ts';
import { terminalSafe } from '../lib/terminal-safe.ts';
import { PRESETS } from '../providers/index.ts';
import type { Context } from './context.ts';

/**
 * Tells a running daemon that the profile changed, with the values of the variables it refers to (a daemon does not
 * see the shell's environment), and says what came of it. Says nothing when none runs.
 */
export async function notifyDaemon(context: Context): Promise<void> {
  const connection = await connectControl(context.paths.socket);
  if (connection.is === 'failed') {
    if (connection.fault === 'timeout')
      context.say('The daemon does not answer; to use the change: gw restart');
    return;
  }
  const daemon = connection.value;
  try {
    const { profile, problems, unresolvedKeys } = await daemon.call('reload', {
      env: referencedValues(context),
    });
    if (problems.length === 0)
      context.say(`The daemon reloaded and serves the profile ${terminalSafe(profile)}.`);
    else context.say('The daemon keeps serving the old profile:');
    for (const line of problems.flatMap((problem) => problem.split(/\n\s*/)))
      context.say(`  ${terminalSafe(line)}`);
    if (unresolvedKeys.length > 0) {
      context.say(`Keys that are not there: ${terminalSafe(unresolvedKeys.join(', '))}`);
    }
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    context.say(`The daemon could not reload: ${terminalSafe(error.message)}`);
    context.say(`  fix: ${error.fix ?? 'gw restart'}`);
  } finally {
    daemon.close();
  }
}

/** The variables that any profile of the file refers to: the daemon may be serving another one than the active. */
export function referencedValues(context: Context): Record<string, string> {
  const config = openConfigFile({ paths: context.paths, presets: PRESETS }).read();
  const names = new Set<string>();
  if (config.is === 'ok') {
    const implied = profileFromEnvironment(context.env, PRESETS);
    for (const profile of [...Object.values(config.value.profiles), ...(implied ? [implied] : [])]) {
      for (const name of environmentNames(profile, config.value.token, config.value.settings.alerts?.webhook))
        names.add(name);
    }
  }
  const values: Record<string, string> =
    config.is === 'ok' && config.value.settings.otel.enabled ? otelVariables(context.env) : {};
  for (const name of names) {
    const value = context.env[name];
    if (value !== undefined) values[name] = value;
  }
  return values;
}
