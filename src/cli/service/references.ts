import { otelVariables } from '../../core/otel-variables.ts';
import type { Chosen } from '../../daemon/index.ts';
import type { Input } from '../command.ts';
import type { Context } from '../context.ts';
import { confirm } from '../prompt.ts';
import { readEnvFile } from './env-file.ts';

/** The variables that the profile refers to, that this shell has, and that a service will not see. */
export function unseenVariables(context: Context, { environmentNames, settings }: Chosen): string[] {
  const given = readEnvFile(context);
  const otel = settings.otel.enabled ? Object.keys(otelVariables(context.env)) : [];
  return [...environmentNames, ...otel].filter(
    (name) => context.env[name]?.trim() && given[name] !== context.env[name],
  );
}

/** Whether they are to be written down: asked for by a flag, or on a terminal; otherwise they are not. */
export async function mayWrite(context: Context, input: Input, names: readonly string[]): Promise<boolean> {
  if (names.length === 0 || input.flag('writeEnv')) return names.length > 0;
  if (!context.interactive) return false;
  context.say(
    `A service does not see this shell's variables, and the profile refers to ${names.join(', ')}.`,
  );
  context.say('They can be written into a file that only you can read. Safer is the keychain: gw key set.');
  return confirm(context, {
    question: 'Write them into that file?',
    otherwise: false,
    instead: 'gw service install --write-env',
  });
}
