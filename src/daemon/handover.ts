import { type ConfigFile, environmentNames } from '../config/index.ts';
import { otelVariables } from '../core/otel-variables.ts';
import type { Loaded } from './loaded.ts';

/**
 * The values of the variables that the profiles refer to, as this daemon was given them: for the daemon that takes its
 * place when it is restarted from a shell without them.
 */
export function handedOver(
  loaded: Loaded,
  file: ConfigFile,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const names = new Set(loaded.environmentNames);
  const read = file.read();
  if (read.is === 'ok') {
    for (const profile of Object.values(read.value.profiles)) {
      for (const name of environmentNames(profile, read.value.token, read.value.settings.alerts?.webhook))
        names.add(name);
    }
  }
  // Where the collector is, and what it asks for, came with the environment too.
  if (loaded.settings.otel.enabled) for (const name of Object.keys(otelVariables(env))) names.add(name);
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
