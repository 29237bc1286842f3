import {
  type Config,
  type ConfigFile,
  type ConfigProblem,
  describeProblem,
  openConfigFile,
  putAt,
  valueAt,
} from '../config/index.ts';
import type { Outcome } from '../core/outcome.ts';
import type { JsonObject } from '../lib/expect.ts';
import { nearest } from '../lib/nearest.ts';
import { terminalSafe } from '../lib/terminal-safe.ts';
import { PRESETS } from '../providers/index.ts';
import type { Context } from './context.ts';
import { CommandError, EXIT } from './error.ts';
import { notifyDaemon } from './notify.ts';

const SHOWN_PROBLEMS = 10;

/** The profile file of this context. */
export function openStored(context: Context): ConfigFile {
  return openConfigFile({ paths: context.paths, presets: PRESETS });
}

/** The file's meaning; problems end the command with exit code 4. */
export function readStored(context: Context, file: ConfigFile): Config {
  return meaningOf(context, file, file.read(), 'The profile file is not valid.');
}

/** Changes the file and tells the daemon; problems end the command, and nothing was written. */
export async function changeStored(
  context: Context,
  file: ConfigFile,
  edit: (draft: JsonObject) => void,
): Promise<Config> {
  const config = meaningOf(
    context,
    file,
    await file.change(edit),
    'The profile file would not be valid; nothing was changed.',
  );
  await notifyDaemon(context);
  return config;
}

function meaningOf(
  context: Context,
  file: ConfigFile,
  outcome: Outcome<Config, readonly ConfigProblem[]>,
  what: string,
): Config {
  for (const notice of file.takeNotices()) context.say(notice);
  if (outcome.is === 'ok') return outcome.value;
  throw new CommandError(what, {
    why: listProblems(outcome.fault),
    fix: 'gw config edit, then: gw config validate',
    exit: EXIT.config,
  });
}

/** Problems for the `why` of an error, the first ones in full. */
export function listProblems(problems: readonly ConfigProblem[]): string {
  const lines = problems.slice(0, SHOWN_PROBLEMS).map(describeProblem);
  if (problems.length > lines.length) lines.push(`and ${problems.length - lines.length} more`);
  return lines.join('\n       ');
}

/** Ends the command when there is no profile of that name. */
export function requireProfile(config: Config, name: string): void {
  const names = Object.keys(config.profiles);
  if (names.includes(name)) return;
  const meant = nearest(name, names);
  throw new CommandError(`There is no profile ${terminalSafe(name)}.`, {
    why: `the profile file has ${names.join(', ')}`,
    fix: meant === undefined ? 'gw profile list' : `did you mean ${meant}?`,
    exit: EXIT.usage,
  });
}

/** A person's way to say that the newly chosen name is taken. */
export function requireFree(config: Config, name: string): void {
  if (!Object.keys(config.profiles).includes(name)) return;
  throw new CommandError(`There is a profile ${terminalSafe(name)} already.`, {
    fix: `choose another name, or: gw profile remove ${terminalSafe(name)}`,
    exit: EXIT.usage,
  });
}

/**
 * Writes down which profile is active, before another one beside it would make that unclear. The empty profile that
 * holds before anything was written is written down too.
 */
export function keepActive(draft: JsonObject, before: Config): void {
  if (valueAt(draft, ['profiles', before.activeProfile]) === undefined) {
    putAt(draft, ['profiles', before.activeProfile], { providers: {}, routes: {} });
  }
  draft['active'] ??= before.activeProfile;
}
