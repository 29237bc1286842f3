import packageFile from '../../../package.json' with { type: 'json' };
import { createKeyResolver } from '../../config/index.ts';
import { type ConnectFailure, type Hello, type Status } from '../../control/index.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import type { KeyPort } from '../../core/ports.ts';
import type { Profile, Provider } from '../../core/profile.ts';
import {
  type Chosen,
  chooseProfile,
  type DaemonError,
  type DaemonState,
  findDaemon,
} from '../../daemon/index.ts';
import { httpProxyRule } from '../../lib/http-proxy.ts';
import { PRESETS } from '../../providers/index.ts';
import type { Context } from '../context.ts';
import { homeOf } from '../daemon/launch.ts';
import { type Machine, thisMachine } from './machine.ts';
import { type Reach, reachProviders } from './reach.ts';
import { readStoredProfile, type StoredProfile } from './stored-profile.ts';

// A daemon answers in about a millisecond; one that takes longer than this is stuck.
const DAEMON_MS = 2_000;

/** A daemon that answered everything it was asked. */
export interface RunningDaemon {
  readonly hello: Hello;
  readonly status: Status;
  readonly state: DaemonState | undefined;
}

/** What checks look at, gathered once before the first of them. */
export interface Scene {
  readonly context: Context;
  readonly machine: Machine;
  readonly home: string;
  /** This program's own version. */
  readonly version: string;
  readonly stored: StoredProfile;
  /** What a start from this shell would serve. */
  readonly chosen: Outcome<Chosen, DaemonError>;
  /** The profile that is served, or would be; undefined when the file cannot be used. */
  readonly profile: Profile | undefined;
  /** Looks keys up in this shell, without asking the keychain. */
  readonly keys: KeyPort;
  readonly daemon: Outcome<RunningDaemon, ConnectFailure>;
  /** How far each provider can be reached; undefined without `--online`. */
  readonly reaches: readonly Reach[] | undefined;
}

/** Gathers what is to be looked at. Nothing is written, started or mended on the way. */
export async function gatherScene(
  context: Context,
  { online, machine = thisMachine() }: { readonly online: boolean; readonly machine?: Machine },
): Promise<Scene> {
  const home = homeOf(context);
  const stored = readStoredProfile(context);
  const daemon = await askDaemon(context);
  const chosen = chooseProfile({ read: () => stored.config }, context.env, PRESETS, {});
  const profile = profileOf(stored, chosen, daemon);
  const providers = profile?.providers.filter(({ enabled }) => enabled) ?? [];
  return {
    context,
    machine,
    home,
    version: packageFile.version,
    stored,
    chosen,
    profile,
    keys: createKeyResolver({ env: context.env, home }),
    daemon,
    reaches: online ? await reachProviders(providers.filter(isDirect(context)), context.clock) : undefined,
  };
}

/** The steps are those of the direct way; through an HTTP proxy only the proxy could say where it breaks off. */
function isDirect({ env }: Context): (provider: Provider) => boolean {
  const rule = httpProxyRule(env);
  return ({ url }) => rule(new URL(url)) === undefined;
}

async function askDaemon({ paths }: Context): Promise<Scene['daemon']> {
  const found = await findDaemon(paths, { timeoutMs: DAEMON_MS });
  if (found.is === 'failed') return found;
  const { client, hello, state } = found.value;
  try {
    return ok({ hello, state, status: await client.call('status', {}, DAEMON_MS) });
  } catch {
    return failed('timeout');
  } finally {
    client.close();
  }
}

/** A daemon may have been started with another profile than the active one. */
function profileOf(
  { config }: StoredProfile,
  chosen: Scene['chosen'],
  daemon: Scene['daemon'],
): Profile | undefined {
  if (config.is === 'failed') return undefined;
  const { profiles, activeProfile } = config.value;
  const served = daemon.is === 'ok' ? daemon.value.status.profile : activeProfile;
  if (chosen.is === 'ok' && (chosen.value.fromEnvironment || chosen.value.profile.name === served)) {
    return chosen.value.profile;
  }
  return Object.hasOwn(profiles, served) ? profiles[served] : profiles[activeProfile];
}
