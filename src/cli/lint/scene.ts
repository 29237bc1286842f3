import type { Status } from '../../control/index.ts';
import type { ModelFacts } from '../../core/model-facts.ts';
import type { KeyPort } from '../../core/ports.ts';
import type { Profile } from '../../core/profile.ts';
import { findDaemon } from '../../daemon/index.ts';
import type { Context } from '../context.ts';
import { collectModels } from '../models/collect.ts';
import type { OpenProfile } from '../profile-file.ts';
import { type Chain, chainsOf } from './chains.ts';

// A daemon answers in about a millisecond; one that takes longer is not waited for.
const DAEMON_MS = 1_000;

/** What rules look at, gathered once before the first of them. */
export interface LintScene {
  readonly profile: Profile;
  readonly chains: readonly Chain[];
  /** Looks keys up in this shell, without asking the keychain. */
  readonly keys: KeyPort;
  /** What a running daemon says of its providers; undefined when none runs, or it serves another profile. */
  readonly daemon: Status['providers'] | undefined;
  /** The models a provider said it has, or that the profile names of it; undefined where nobody says. */
  readonly listed: (provider: string) => Listed | undefined;
  /** Epoch milliseconds: prices change. */
  readonly now: number;
}

/** Models of a provider, and who says that these are all. */
export interface Listed {
  readonly by: 'provider' | 'profile';
  readonly models: readonly string[];
}

/** Gathers everything: models are looked up in the catalogue, and a running daemon is asked. Nothing is changed. */
export async function gatherLintScene(context: Context, open: OpenProfile): Promise<LintScene> {
  const { profile } = open;
  const providers = profile.providers.filter(({ enabled }) => enabled);
  const { models } = await collectModels(context, profile, providers);
  const facts = new Map(models.map((known) => [`${known.provider}/${known.model}`, known.facts]));
  const told = Map.groupBy(
    models.filter(({ source }) => source === 'provider'),
    ({ provider }) => provider,
  );
  const daemon = await askDaemon(context, profile.name);
  return lintScene(open, {
    factsOf: (provider, model) => facts.get(`${provider}/${model}`) ?? {},
    told: (provider) => told.get(provider)?.map(({ model }) => model),
    daemon,
    now: context.clock.now(),
  });
}

/** A scene from what is at hand: what is not known is not judged. */
export function lintScene(
  { profile, keys }: Pick<OpenProfile, 'profile' | 'keys'>,
  known: {
    readonly factsOf?: (provider: string, model: string) => ModelFacts;
    readonly told?: (provider: string) => readonly string[] | undefined;
    readonly daemon?: Status['providers'] | undefined;
    readonly now: number;
  },
): LintScene {
  const { factsOf = () => ({}), told = () => undefined, daemon, now } = known;
  return {
    profile,
    keys,
    daemon,
    now,
    chains: chainsOf(profile, factsOf),
    listed(name) {
      const own = told(name);
      if (own !== undefined) return { by: 'provider', models: own };
      const { models = [] } = profile.providers.find((provider) => provider.name === name) ?? {};
      return models.length === 0 ? undefined : { by: 'profile', models };
    },
  };
}

async function askDaemon({ paths }: Context, profile: string): Promise<Status['providers'] | undefined> {
  const found = await findDaemon(paths, { timeoutMs: DAEMON_MS });
  if (found.is === 'failed') return undefined;
  const { client } = found.value;
  try {
    const status = await client.call('status', {}, DAEMON_MS);
    return status.profile === profile ? status.providers : undefined;
  } catch {
    return undefined;
  } finally {
    client.close();
  }
}
