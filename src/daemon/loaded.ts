import {
  type Config,
  type ConfigFile,
  describeProblem,
  environmentNames,
  explainUnresolved,
  isLoopback,
  loadKeys,
  profileFromEnvironment,
  settingsWithToken,
} from '../config/index.ts';
import type { Problem } from '../control/index.ts';
import { referencesOf } from '../core/auth.ts';
import { keyLabel } from '../core/key-label.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { KeyPort } from '../core/ports.ts';
import type { KeyReference, Preset, Profile } from '../core/profile.ts';
import type { Settings } from '../core/settings.ts';
import { withSigners } from '../credentials/index.ts';
import { nearest } from '../lib/nearest.ts';
import { DaemonError } from './error.ts';
import { openOutside } from './outside.ts';
import type { Overrides } from './state-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a daemon needs to know before it can serve. */
export interface Chosen {
  readonly settings: Settings;
  readonly profile: Profile;
  readonly token: KeyReference | undefined;
  /** Made up from the keys in the environment, because the profile file has no provider. */
  readonly fromEnvironment: boolean;
  /** The variables it refers to. */
  readonly environmentNames: readonly string[];
}

/** The same with every key looked up. */
export interface Loaded extends Chosen {
  readonly keys: KeyPort;
  readonly unresolved: readonly { readonly label: string; readonly problem: Problem }[];
}

/** Chooses what to serve: the profile asked for, the active one, or one made from the keys in the environment. */
export function chooseProfile(
  file: Pick<ConfigFile, 'read'>,
  env: Environment,
  presets: readonly Preset[],
  overrides: Overrides,
): Outcome<Chosen, DaemonError> {
  const read = file.read();
  if (read.is === 'failed') {
    return failed(
      new DaemonError('config', 'the profile file cannot be used', {
        why: read.fault.map(describeProblem).join('\n       '),
        fix: 'gw config edit',
      }),
    );
  }
  const config = read.value;
  const found = findProfile(config, env, presets, overrides);
  if (found.is === 'failed') return found;
  const { profile, fromEnvironment } = found.value;
  const settings = withOverrides(config, overrides);
  if (settings.is === 'failed') return settings;
  return ok({
    settings: settings.value,
    profile,
    token: config.token,
    fromEnvironment,
    environmentNames: environmentNames(profile, config.token, settings.value.alerts?.webhook),
  });
}

/** Looks up the keys of what was chosen. */
export async function loadChosen(chosen: Chosen, env: Environment, home: string): Promise<Loaded> {
  const owners = chosen.profile.providers.flatMap((provider) =>
    referencesOf(provider).map((reference) => ({
      reference,
      provider: provider.name,
      enabled: provider.enabled,
    })),
  );
  const references = owners.map(({ reference }) => reference);
  if (chosen.token) references.push(chosen.token);
  if (chosen.settings.alerts?.webhook) references.push(chosen.settings.alerts.webhook);
  const plain = await loadKeys(references, { env, home });
  const keys = withSigners(plain, openOutside(env, home));
  const unresolved = owners
    .filter(({ reference, enabled }) => enabled && keys.resolve(reference) === undefined)
    .map(({ reference, provider }) => ({
      label: keyLabel(reference),
      problem: unresolvedKey(reference, provider),
    }));
  const settings = settingsWithToken(chosen, keys);
  return { ...chosen, settings, keys, unresolved };
}

function unresolvedKey(reference: KeyReference, provider: string): Problem {
  const { why, fix } = explainUnresolved(reference);
  return { message: `${provider} has no usable key: ${why}`, fix };
}

function findProfile(
  config: Config,
  env: Environment,
  presets: readonly Preset[],
  overrides: Overrides,
): Outcome<{ profile: Profile; fromEnvironment: boolean }, DaemonError> {
  const name = overrides.profile ?? config.activeProfile;
  const profile = Object.hasOwn(config.profiles, name) ? config.profiles[name] : undefined;
  if (profile === undefined) return failed(noSuchProfile(name, Object.keys(config.profiles)));
  if (profile.providers.some(({ enabled }) => enabled)) return ok({ profile, fromEnvironment: false });
  const improvised = overrides.profile === undefined ? profileFromEnvironment(env, presets) : undefined;
  if (profile.providers.length === 0 && improvised) return ok({ profile: improvised, fromEnvironment: true });
  return failed(
    new DaemonError(
      'config',
      profile.providers.length === 0
        ? 'there is no provider yet, so there is nothing to start'
        : `every provider of the profile ${name} is disabled`,
      profile.providers.length === 0
        ? {
            why: `the profile ${name} is empty, and no provider's key is in the environment`,
            fix: 'gw init (or, to see it work without an account: gw demo)',
          }
        : { fix: `gw provider enable ${profile.providers[0]?.name ?? '<name>'}` },
    ),
  );
}

function noSuchProfile(name: string, known: readonly string[]): DaemonError {
  const meant = nearest(name, known);
  return new DaemonError('config', `there is no profile ${name}`, {
    why: `the profile file has: ${known.join(', ')}`,
    fix: meant === undefined ? `gw profile create ${name}` : `gw start --profile ${meant}`,
  });
}

function withOverrides(config: Config, overrides: Overrides): Outcome<Settings, DaemonError> {
  const { settings } = config;
  const host = overrides.host ?? settings.listen.host;
  if (!isLoopback(host) && config.token === undefined) {
    return failed(
      new DaemonError('config', `${host} can be reached by others, and there is no token`, {
        why: 'whoever reaches this address could spend your credit',
        fix: `gw config set listen.token.env GW_TOKEN (and export it), or leave out --host`,
      }),
    );
  }
  return ok({
    ...settings,
    listen: {
      ...settings.listen,
      host,
      port: overrides.port ?? settings.listen.port,
      ...(overrides.socket !== undefined && { socket: overrides.socket }),
    },
    record: { ...settings.record, capture: overrides.capture ?? settings.record.capture },
  });
}
