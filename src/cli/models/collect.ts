import { connectControl } from '../../control/index.ts';
import type { ModelFacts, ModelQuestion } from '../../core/model-facts.ts';
import { FREE, ownPrice } from '../../core/price.ts';
import type { Profile, Provider } from '../../core/profile.ts';
import { askCatalogue } from '../../daemon/index.ts';
import type { Context } from '../context.ts';

/** Who says that a provider has a model: itself (asked by the daemon), the profile, or the catalogue. */
export type ModelSource = 'provider' | 'profile' | 'catalogue';

/** A model at a provider, and what is known of it. */
export interface KnownModel {
  readonly provider: string;
  readonly model: string;
  readonly source: ModelSource;
  readonly facts: ModelFacts;
}

/** All models of some providers, and the providers of which none is known. */
export interface Collected {
  readonly models: readonly KnownModel[];
  readonly unlisted: readonly string[];
  /** The daemon runs, so that its providers were asked. */
  readonly isRunning: boolean;
}

type Lists = Readonly<Record<string, readonly string[]>>;

/** Finds the models of these providers: what they say themselves, else what the profile and the catalogue say. */
export async function collectModels(
  context: Context,
  profile: Profile,
  providers: readonly Provider[],
): Promise<Collected> {
  const lists = await daemonLists(context);
  const named = providers.map((provider) => namesOf(profile, provider, lists?.[provider.name] ?? []));
  const answer = await askCatalogue(
    {
      models: providers.flatMap((provider, index) =>
        (named[index] ?? []).map(({ model }) => questionOf(provider, model)),
      ),
      providers: providers.map((provider) => questionOf(provider, '')),
    },
    context.clock,
  );
  const facts = [...(answer?.facts ?? [])];
  const models = providers.flatMap((provider, index): KnownModel[] => {
    const own = (named[index] ?? []).map((name) => ({ ...name, facts: facts.shift() ?? {} }));
    const isAsked = own.some(({ source }) => source === 'provider');
    const known = new Set(own.map(({ model }) => model));
    // A provider that told its models has no others, whatever the catalogue still lists.
    const more = (isAsked ? [] : (answer?.models[index] ?? []))
      .filter(({ model }) => !known.has(model))
      .map((listed) => ({ ...listed, source: 'catalogue' as const }));
    return [...own, ...more].map((one) => ({
      provider: provider.name,
      ...one,
      facts: withPrice(provider, one.model, one.facts),
    }));
  });
  const unlisted = providers.filter(({ name }) => !models.some(({ provider }) => provider === name));
  return { models, unlisted: unlisted.map(({ name }) => name), isRunning: lists !== undefined };
}

/** What the providers said to the running daemon; undefined when none runs. */
async function daemonLists({ paths }: Context): Promise<Lists | undefined> {
  const connection = await connectControl(paths.socket);
  if (connection.is === 'failed') return undefined;
  try {
    return (await connection.value.call('models', {})).lists;
  } catch {
    // An older daemon knows no such question; it is as good as none.
    return undefined;
  } finally {
    connection.value.close();
  }
}

/** Each name once; what the provider itself says counts most. */
function namesOf(
  { routes }: Profile,
  provider: Provider,
  listed: readonly string[],
): { readonly model: string; readonly source: ModelSource }[] {
  const routed = routes.flatMap(({ targets }) =>
    targets.flatMap((target) => (target.provider === provider.name ? (target.model ?? []) : [])),
  );
  const found = new Map<string, ModelSource>();
  for (const model of listed) found.set(model, 'provider');
  for (const model of [...provider.models, ...routed]) if (!found.has(model)) found.set(model, 'profile');
  return [...found].map(([model, source]) => ({ model, source }));
}

function questionOf({ preset, url, quirks }: Provider, model: string): ModelQuestion {
  return { preset, url, free: quirks.includes('free'), model };
}

function withPrice({ prices, quirks }: Provider, model: string, facts: ModelFacts): ModelFacts {
  const price = ownPrice(prices, model) ?? (quirks.includes('free') ? FREE : facts.price);
  return price === undefined ? facts : { ...facts, price };
}
