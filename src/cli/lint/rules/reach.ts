import { explainUnresolved } from '../../../config/index.ts';
import { takesKey } from '../../../core/auth.ts';
import { keyLabel } from '../../../core/key-label.ts';
import type { Provider } from '../../../core/profile.ts';
import { resolveRoute } from '../../../core/resolve.ts';
import { targetName } from '../../../core/target.ts';
import { globToRegExp, isGlob } from '../../../lib/glob.ts';
import { nearest } from '../../../lib/nearest.ts';
import { listed } from '../../story/words.ts';
import { type Chain, exampleTarget, standIns } from '../chains.ts';
import type { LintFinding, LintRule } from '../rule.ts';
import type { LintScene } from '../scene.ts';

/** Whether targets can be reached at all: keys, switches, models, names. */
export const REACH_RULES: readonly LintRule[] = [
  {
    code: 'nobody-serves',
    severity: 'error',
    finds: 'a route all of whose targets are switched off or have no key',
    why: 'Every request that takes it fails.',
    look: (scene) =>
      scene.chains.flatMap(({ route, links }) => {
        if (links.some(({ provider }) => hasKey(scene, provider))) return [];
        const [first] = links;
        const off = route.targets[0]?.provider ?? '';
        const fix = first === undefined ? `gw provider enable ${off}` : missing(scene, first.provider).fix;
        return [{ route: route.name, sentence: `no target of the route ${route.name} can serve`, fix }];
      }),
  },
  {
    code: 'missing-key',
    severity: 'error',
    finds:
      'a target whose provider has no key that resolves: in the daemon where one runs, else in this shell',
    why: 'The target is left out of every plan, as if it were not in the chain.',
    look: (scene) =>
      scene.chains.flatMap(({ route, links }) =>
        links
          .filter(({ provider }) => !hasKey(scene, provider))
          .map(({ name, provider }) => ({ route: route.name, target: name, ...missing(scene, provider) })),
      ),
  },
  {
    code: 'lost-at-restart',
    severity: 'warning',
    finds: 'a key that the running daemon has and this shell lacks',
    why: 'A restart from here would lose the target.',
    look: (scene) =>
      providersInUse(scene)
        .filter((provider) => scene.daemon !== undefined && hasKey(scene, provider))
        .flatMap((provider) => {
          const [reference] = provider.keys;
          if (reference === undefined || !takesKey(provider.auth)) return [];
          if (provider.keys.some((key) => resolves(scene, key))) return [];
          const { why, fix } = explainUnresolved(reference);
          const sentence = `${provider.name}: ${why} here, though the running daemon has it`;
          return [
            { route: undefined, target: provider.name, sentence, fix: fix.replace(' and run gw reload', '') },
          ];
        }),
  },
  {
    code: 'disabled-target',
    severity: 'warning',
    finds: 'a target whose provider is switched off',
    why: 'It is passed over, so the chain is shorter than it looks.',
    look: ({ profile }) =>
      profile.routes.flatMap(({ name, targets }) =>
        targets
          .filter((target) =>
            profile.providers.some((each) => each.name === target.provider && !each.enabled),
          )
          .map((target) => ({
            route: name,
            target: targetName(target),
            sentence: `${target.provider} is switched off`,
            fix: `gw provider enable ${target.provider}`,
          })),
      ),
  },
  {
    code: 'unknown-model',
    severity: 'warning',
    finds:
      'a model that its provider, asked by the daemon, does not list, or that is not among those the profile names of it',
    why: 'Unless that list leaves some out, the provider answers 404, and the fallback is none.',
    look: (scene) => scene.chains.flatMap((chain) => unknownModels(scene, chain)),
  },
  {
    code: 'deprecated-model',
    severity: 'warning',
    finds: 'a model that its vendor has announced the end of',
    why: 'One day the target answers 404.',
    look: ({ chains }) =>
      chains.flatMap(({ route, links }) =>
        links
          .filter(({ facts }) => facts.deprecated)
          .map(({ name, provider }) => ({
            route: route.name,
            target: name,
            sentence: `${name} is deprecated`,
            fix: `gw models --provider ${provider.name}`,
          })),
      ),
  },
  {
    code: 'foreign-model',
    severity: 'warning',
    finds:
      "a fallback that is passed the caller's own model name, which belongs to the first target's provider",
    why: 'Another vendor does not have that model: it is left out, or answers 404.',
    look: ({ chains }) => chains.flatMap(foreignModels),
  },
  {
    code: 'shadowed-route',
    severity: 'warning',
    finds: 'a pattern that no model name reaches, because another route answers first',
    why: 'Requests that were meant for this route take another one.',
    look: ({ profile }) =>
      profile.routes.flatMap(({ name, match }) =>
        match
          .filter((pattern) => isGlob(pattern) && pattern !== '*')
          .flatMap((pattern) => {
            const winners = samples(pattern).map((model) => resolveRoute(profile, model)?.route);
            if (winners.includes(name)) return [];
            const sentence = `nothing reaches "${pattern}": ${winners[0] ?? 'another route'} answers first`;
            return [{ route: name, sentence, fix: `gw route show ${winners[0] ?? name}` }];
          }),
      ),
  },
];

function hasKey(scene: LintScene, { name, auth, keys }: Provider): boolean {
  if (!takesKey(auth) || keys.length === 0) return true;
  const running = scene.daemon?.find((each) => each.name === name);
  if (running !== undefined) return running.keys.some(({ resolved }) => resolved);
  return keys.some((key) => resolves(scene, key));
}

/** A keychain may ask for its password, and nobody is asked here. */
function resolves({ keys }: LintScene, reference: Provider['keys'][number]): boolean {
  return reference.is === 'keychain' || keys.resolve(reference) !== undefined;
}

function missing({ daemon }: LintScene, { name, keys }: Provider): { sentence: string; fix: string } {
  const labels = listed(keys.map(keyLabel));
  const [first] = keys;
  const { why, fix } = first
    ? explainUnresolved(first)
    : { why: 'it has none', fix: `gw provider show ${name}` };
  if (daemon === undefined)
    return { sentence: `${name} has no key: ${why}`, fix: fix.replace('gw reload', 'gw start') };
  return { sentence: `the daemon has no key for ${name} (${labels})`, fix };
}

function providersInUse({ chains }: LintScene): Provider[] {
  return [...new Set(chains.flatMap(({ links }) => links.map(({ provider }) => provider)))];
}

function unknownModels(scene: LintScene, { route, links }: Chain): LintFinding[] {
  return links.flatMap(({ name, provider, model }) => {
    const known = scene.listed(provider.name);
    if (model === undefined || known === undefined || known.models.includes(model)) return [];
    // Names of Google's list begin so, those of Ollama's end so, and both are taken without.
    if (known.models.includes(`models/${model}`) || known.models.includes(`${model}:latest`)) return [];
    // What its owner wrote down need not be everything that the provider owns by pattern.
    if (known.by === 'profile' && owns(provider, model)) return [];
    const meant = nearest(model, known.models);
    const says = known.by === 'provider' ? 'does not list' : 'has, by the profile, no';
    const hint = meant === undefined ? '' : ` (${meant}?)`;
    return [
      {
        route: route.name,
        target: name,
        sentence: `${provider.name} ${says} ${model}${hint}`,
        fix:
          meant === undefined
            ? `gw models --provider ${provider.name}`
            : `gw route add ${route.name} ${provider.name}/${meant} --before ${name} && gw route remove ${route.name} ${name}`,
      },
    ];
  });
}

function owns(provider: Provider, model: string): boolean {
  return (
    provider.models.includes(model) || provider.owns.some((pattern) => globToRegExp(pattern).test(model))
  );
}

/** Only providers that have names of their own are judged: any other may have whatever is asked for. */
function foreignModels(chain: Chain): LintFinding[] {
  const found = standIns(chain);
  if (!found) return [];
  const { first, others } = found;
  const { route } = chain;
  const names = first.model === undefined ? namesFor(chain) : [first.model];
  const own = names.filter((name) => owns(first.provider, name));
  const [sample] = own;
  if (sample === undefined) return [];
  return others
    .filter(({ name, provider }) => name === provider.name && provider.owns.length > 0)
    .filter(({ provider }) => !own.some((name) => owns(provider, name)))
    .map(({ name, provider }) => ({
      route: route.name,
      target: name,
      sentence: `${name} is passed the caller's own model name (${sample}), which it does not have`,
      fix: `gw route add ${route.name} ${exampleTarget(provider)} && gw route remove ${route.name} ${provider.name}`,
    }));
}

/** Names that the route answers to and passes along; of a pattern, such as its first provider owns. */
function namesFor({ route, links }: Chain): string[] {
  const owned = (links[0]?.provider.owns ?? []).map((pattern) => pattern.replaceAll('*', '…'));
  return route.match.flatMap((pattern) => {
    if (!isGlob(pattern)) return [pattern];
    const inside = owned.filter((name) => globToRegExp(pattern).test(name));
    return inside.length > 0 ? inside : samples(pattern);
  });
}

/** Names that a pattern fits. */
function samples(pattern: string): string[] {
  return ['', 'x', '-1', 'mini', 'a-b.c'].map((filling) =>
    pattern.replaceAll('*', filling).replaceAll('?', 'x'),
  );
}
