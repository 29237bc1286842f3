import type { ModelFacts } from '../../core/model-facts.ts';
import type { Policy } from '../../core/policy.ts';
import type { Profile, Provider, Route } from '../../core/profile.ts';
import { targetName } from '../../core/target.ts';
import { isGlob } from '../../lib/glob.ts';
import { findPreset } from '../../providers/index.ts';

/** One target of a route, with what is known of its model. */
export interface Link {
  /** `provider/model`, as the route has it. */
  readonly name: string;
  readonly provider: Provider;
  /** Undefined where the caller's own model is passed along and could be any. */
  readonly model: string | undefined;
  readonly facts: ModelFacts;
}

/** The targets of a route that are not switched off, in order. */
export interface Chain {
  readonly route: Route;
  readonly policy: Policy;
  readonly links: readonly Link[];
}

/** What is known of a provider's model. */
export type FactsOf = (provider: string, model: string) => ModelFacts;

/** The routes of a profile as chains. */
export function chainsOf(profile: Profile, factsOf: FactsOf): Chain[] {
  return profile.routes.map((route) => ({
    route,
    policy: { ...profile.policy, ...route.policy },
    links: route.targets.flatMap((target) => {
      const provider = profile.providers.find(({ name, enabled }) => enabled && name === target.provider);
      if (!provider) return [];
      const model = target.model ?? onlyName(route);
      const facts = model === undefined ? {} : factsOf(provider.name, model);
      return [{ name: targetName(target), provider, model, facts }];
    }),
  }));
}

/** A route that answers to one name alone passes that one along. */
function onlyName({ match }: Route): string | undefined {
  const [only, ...others] = match;
  return only === undefined || others.length > 0 || isGlob(only) ? undefined : only;
}

/** The first target of a chain and those that stand in for it; undefined where nobody does. */
export function standIns({
  links,
}: Chain): { readonly first: Link; readonly others: readonly Link[] } | undefined {
  const [first, ...others] = links;
  return first === undefined || others.length === 0 ? undefined : { first, others };
}

/** How a route would name a provider: with a small model of its vendor, where it has names of its own. */
export function exampleTarget({ name, owns, preset }: Provider): string {
  if (owns.length === 0) return name;
  return `${name}/${(preset === undefined ? undefined : findPreset(preset)?.model) ?? 'MODEL'}`;
}
