import { homedir } from 'node:os';

import {
  type Config,
  type ConfigFile,
  type ConfigProblem,
  createKeyResolver,
  keyReferenceToJson,
  loadKeys,
  openConfigFile,
  profileFromEnvironment,
} from '../config/index.ts';
import type { Outcome } from '../core/outcome.ts';
import type { KeyPort } from '../core/ports.ts';
import type { KeyReference, Preset, Profile, Provider } from '../core/profile.ts';
import { targetName } from '../core/target.ts';
import { isObject, type JsonObject } from '../lib/expect.ts';
import { PRESETS } from '../providers/index.ts';
import type { Context } from './context.ts';
import { CommandError, EXIT } from './error.ts';
import { listProblems } from './stored-config.ts';

/** The active profile as a command finds it. */
export interface OpenProfile {
  readonly file: ConfigFile;
  readonly config: Config;
  readonly profile: Profile;
  /** Where it comes from: without a file, gw serves what the environment has keys for. */
  readonly source: 'file' | 'environment';
  /** Looks keys up without asking the keychain: see `loadProviderKeys`. */
  readonly keys: KeyPort;
}

/** Reads the profile file; a broken one ends the command with what is wrong in it. */
export function openProfile(context: Context, presets: readonly Preset[] = PRESETS): OpenProfile {
  const file = openConfigFile({ paths: context.paths, presets });
  const config = readOrThrow(file.read());
  for (const notice of file.takeNotices()) context.say(notice);
  const keys = createKeyResolver(keySources(context));
  const profile = config.profiles[config.activeProfile];
  // The daemon's own rule: a profile that names no provider is as good as none.
  const empty = profile === undefined || profile.providers.length === 0;
  const implied = empty ? profileFromEnvironment(context.env, presets) : undefined;
  if (implied) return { file, config, profile: implied, source: 'environment', keys };
  if (!profile) throw new CommandError(`There is no profile ${config.activeProfile}.`, { exit: EXIT.config });
  return { file, config, profile, source: 'file', keys };
}

/** Looks up the keys of these providers, the ones in the OS keychain too (which may ask for its password). */
export async function loadProviderKeys(context: Context, providers: readonly Provider[]): Promise<KeyPort> {
  return loadKeysOf(
    context,
    providers.flatMap(({ keys }) => keys),
  );
}

/** The same for single references. */
export async function loadKeysOf(context: Context, references: readonly KeyReference[]): Promise<KeyPort> {
  return loadKeys(references, keySources(context));
}

function keySources({ env }: Pick<Context, 'env'>) {
  return { env, home: env['HOME'] ?? homedir() };
}

/**
 * Changes the active profile on disk and answers with how it is now; an invalid change is refused, with reasons.
 * A profile that was only implied by the environment is written down first: a change must not lose what was there.
 */
export async function changeProfile(
  context: Pick<Context, 'say'>,
  open: OpenProfile,
  edit: (draft: ProfileDraft) => void,
): Promise<Profile> {
  const { activeProfile } = open.config;
  const implied = open.source === 'environment' ? open.profile : undefined;
  const outcome = await open.file.change((document) => {
    const draft = profileDraft(document, activeProfile);
    if (implied) writeDown(implied, draft);
    edit(draft);
  });
  const config = changedOrThrow(outcome);
  if (implied) {
    const names = implied.providers.map(({ name }) => name).join(', ');
    context.say(`Wrote down ${names} too: gw was using what the environment has keys for.`);
  }
  const profile = config.profiles[activeProfile];
  if (!profile) throw new CommandError(`There is no profile ${activeProfile}.`, { exit: EXIT.config });
  return profile;
}

/** The parts of a profile as the file has them, to be changed in place. */
export interface ProfileDraft {
  readonly providers: JsonObject;
  readonly routes: JsonObject;
  /** All of it. */
  readonly whole: JsonObject;
}

function profileDraft(draft: JsonObject, name: string): ProfileDraft {
  const profile = objectAt(objectAt(draft, 'profiles'), name);
  return { providers: objectAt(profile, 'providers'), routes: objectAt(profile, 'routes'), whole: profile };
}

/** Puts a profile that was never in a file into one: presets and references, no key. */
function writeDown(profile: Profile, draft: ProfileDraft): void {
  for (const { name, preset, keys } of profile.providers) {
    putEntry(draft.providers, name, { preset, keys: keys.map(keyReferenceToJson) });
  }
  for (const { name, match, targets } of profile.routes) {
    putEntry(draft.routes, name, { match, targets: targets.map(targetName) });
  }
}

/** The object under a name, made when it is missing. */
export function objectAt(parent: JsonObject, name: string): JsonObject {
  const found = Object.hasOwn(parent, name) ? parent[name] : undefined;
  if (isObject(found)) return found;
  const made: JsonObject = {};
  putEntry(parent, name, made);
  return made;
}

/** Puts an entry under a name a person chose: a plain assignment to `__proto__` would do something else. */
export function putEntry(parent: JsonObject, name: string, value: unknown): void {
  Object.defineProperty(parent, name, { value, writable: true, enumerable: true, configurable: true });
}

function readOrThrow(outcome: Outcome<Config, readonly ConfigProblem[]>): Config {
  if (outcome.is === 'ok') return outcome.value;
  throw new CommandError('The profile file has mistakes in it.', {
    why: listProblems(outcome.fault),
    fix: 'gw config edit, then: gw config validate',
    exit: EXIT.config,
  });
}

function changedOrThrow(outcome: Outcome<Config, readonly ConfigProblem[]>): Config {
  if (outcome.is === 'ok') return outcome.value;
  throw new CommandError('Nothing was changed: the profile would not be valid.', {
    why: listProblems(outcome.fault),
    fix: outcome.fault.find(({ expected }) => expected !== undefined)?.expected ?? 'gw config validate',
    exit: EXIT.config,
  });
}
