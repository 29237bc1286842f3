import { globToRegExp, isGlob } from '../lib/glob.ts';
import type { Policy } from './policy.ts';
import type { Profile, Provider, Route, RouteTarget } from './profile.ts';
import { parseTargetName } from './target.ts';

/** How a model name found its targets, in the order the rules are tried. */
export type Rule = 'exact' | 'glob' | 'provider' | 'default' | 'owner';

/** The ordered targets for one model name, before anyone's health is looked at. */
export interface Resolution {
  readonly rule: Rule;
  /** Name of the route, or of the provider where no route was needed. */
  readonly route: string;
  readonly targets: readonly ResolvedTarget[];
  readonly policy: Policy;
}

/** One target of a resolution; `skipped` says why it cannot serve this model whatever its health. */
export interface ResolvedTarget {
  readonly provider: Provider;
  readonly model: string;
  readonly skipped: string | undefined;
  /** How much it takes beside the others, where the route is balanced; 1 when not said. */
  readonly weight?: number;
}

/**
 * Finds the targets for the model a caller asked for; undefined when nothing offers it. In order:
 * a route of that name or with that exact match; the glob with the longest literal part; `provider/model` naming a
 * provider of the profile; the default route (match `*`), with the provider that owns the name first; that owner alone.
 */
export function resolveRoute(profile: Profile, model: string): Resolution | undefined {
  const exact = profile.routes.find(({ name, match }) => name === model || match.includes(model));
  if (exact) return fromRoute(profile, exact, 'exact', model);
  const glob = bestGlob(profile.routes, model);
  if (glob) return fromRoute(profile, glob, 'glob', model);
  const named = parseTargetName(model);
  const provider = profile.providers.find(({ name }) => name === named.provider);
  if (provider && named.model !== undefined) return alone(profile, provider, named.model, 'provider');
  const owner = model === '' ? undefined : findOwner(profile, model);
  const otherwise = defaultRoute(profile);
  if (otherwise) return fromRoute(profile, otherwise, 'default', model, owner);
  return owner && alone(profile, owner, model, 'owner');
}

/** The route asked for by its own name, whatever the model. */
export function resolveNamedRoute(profile: Profile, name: string, model: string): Resolution | undefined {
  const route = profile.routes.find((candidate) => candidate.name === name);
  return route && fromRoute(profile, route, 'exact', model);
}

/**
 * Targets a request brought itself, or the first name that the profile does not have. Each is `provider/model`, a
 * provider, or a model name. `strict` is for names that are meant to be ours: one that only the default route would
 * answer to is then unknown, or a mistyped provider would pass for a model.
 */
export function resolveOwnTargets(
  profile: Profile,
  names: readonly string[],
  model: string,
  strict = false,
): Resolution | { readonly unknown: string } {
  const targets: RouteTarget[] = [];
  for (const name of names) {
    const target = parseTargetName(name);
    if (profile.providers.some((provider) => provider.name === target.provider)) {
      targets.push(target);
      continue;
    }
    const resolved = resolveRoute(profile, name);
    const guessed = resolved?.rule === 'default' && findOwner(profile, name) === undefined;
    if (!resolved || (strict && guessed)) return { unknown: name };
    for (const step of resolved.targets) targets.push({ provider: step.provider.name, model: step.model });
  }
  const route: Route = { name: 'request', match: [], targets, policy: {} };
  return fromRoute(profile, route, 'exact', model);
}

/** The route that answers for every name no other rule knows. */
export function defaultRoute(profile: Profile): Route | undefined {
  return profile.routes.find(({ match }) => match.includes('*'));
}

function bestGlob(routes: readonly Route[], model: string): Route | undefined {
  let best: { route: Route; literal: number } | undefined;
  for (const route of routes) {
    for (const pattern of route.match) {
      if (pattern === '*' || !isGlob(pattern) || !globToRegExp(pattern).test(model)) continue;
      const literal = pattern.replace(/[*?]/g, '').length;
      if (!best || literal > best.literal) best = { route, literal };
    }
  }
  return best?.route;
}

function findOwner(profile: Profile, model: string): Provider | undefined {
  return profile.providers.find((provider) => provider.enabled && owns(provider, model));
}

function owns(provider: Provider, model: string): boolean {
  return (
    provider.models.includes(model) || provider.owns.some((pattern) => globToRegExp(pattern).test(model))
  );
}

function fromRoute(profile: Profile, route: Route, rule: Rule, model: string, owner?: Provider): Resolution {
  const targets = route.targets.flatMap((target) => resolveTarget(profile, target, model, owner));
  return {
    rule,
    route: route.name,
    targets: owner ? ownerFirst(targets, owner, model) : targets,
    policy: { ...profile.policy, ...route.policy },
  };
}

function resolveTarget(
  profile: Profile,
  target: RouteTarget,
  model: string,
  owner: Provider | undefined,
): ResolvedTarget[] {
  const provider = profile.providers.find(({ name }) => name === target.provider);
  if (!provider) return [];
  const foreign =
    target.model === undefined && owner !== undefined && owner !== provider && !owns(provider, model);
  const skipped = provider.enabled
    ? foreign
      ? `${model} belongs to ${owner.name}`
      : undefined
    : 'the provider is disabled';
  const { weight } = target;
  return [{ provider, model: target.model ?? model, skipped, ...(weight !== undefined && { weight }) }];
}

/** The provider that has the model asked for serves it; the rest of the default route stands in. */
function ownerFirst(targets: readonly ResolvedTarget[], owner: Provider, model: string): ResolvedTarget[] {
  const isOwn = (target: ResolvedTarget): boolean => target.provider === owner && target.model === model;
  const own = targets.find(isOwn) ?? { provider: owner, model, skipped: undefined };
  return [own, ...targets.filter((target) => !isOwn(target))];
}

function alone(profile: Profile, provider: Provider, model: string, rule: Rule): Resolution {
  const skipped = provider.enabled ? undefined : 'the provider is disabled';
  return { rule, route: provider.name, targets: [{ provider, model, skipped }], policy: profile.policy };
}
