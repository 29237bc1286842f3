import { keyLabel } from '../../../core/key-label.ts';
import type { Provider } from '../../../core/profile.ts';
import { hostDistance } from '../../../lib/host-distance.ts';
import { type Chain, exampleTarget, type Link, standIns } from '../chains.ts';
import type { LintFinding, LintRule } from '../rule.ts';
import type { LintScene } from '../scene.ts';

/** What targets have in common, so that one failure takes several of them. */
export const SHARING_RULES: readonly LintRule[] = [
  {
    code: 'one-target',
    severity: 'warning',
    finds: 'a route with one target',
    why: 'Nobody stands in: whatever happens to it happens to the caller.',
    look: (scene) =>
      scene.chains
        .filter(({ links }) => links.length === 1)
        .map(({ route, links }) => ({
          route: route.name,
          sentence: `${route.name} has one target (${links[0]?.name ?? ''}): nobody stands in for it`,
          fix: addOther(scene, route.name, links),
        })),
  },
  {
    code: 'same-target',
    severity: 'warning',
    finds: 'two targets that are the same model at the same address with the same key',
    why: 'The second fails of what the first failed of.',
    look: ({ chains }) =>
      chains.flatMap(({ route, links }) =>
        links.flatMap((link, index) => {
          const twin = links.slice(0, index).find((other) => isSame(other, link));
          if (twin === undefined) return [];
          const sentence = `${link.name} is ${twin.name} once more: same address, model and key`;
          return [
            {
              route: route.name,
              target: link.name,
              sentence,
              fix: `gw route remove ${route.name} ${link.name}`,
            },
          ];
        }),
      ),
  },
  shared(
    'shared-provider',
    'all targets of a route are at one provider',
    'An outage of it takes the whole chain.',
    {
      same: (a, b) => a.provider === b.provider,
      words: ({ provider }) => `are at ${provider.name}`,
    },
  ),
  shared(
    'shared-host',
    'all targets of a route are at one address, under several names',
    'One failure of that server takes the whole chain.',
    {
      same: (a, b) => hostOf(a.provider) === hostOf(b.provider),
      words: ({ provider }) => `lead to ${hostOf(provider)}`,
    },
  ),
  shared(
    'shared-cloud',
    'all targets of a route run in one cloud',
    'An outage of that cloud takes the whole chain.',
    {
      same: (a, b) => cloudOf(a.provider) !== undefined && cloudOf(a.provider) === cloudOf(b.provider),
      words: ({ provider }) => `run in ${cloudOf(provider) ?? ''}`,
    },
  ),
  shared(
    'shared-key',
    'all targets of a route use one key',
    'A refused key or an empty account takes the whole chain.',
    {
      same: (a, b) => keysOf(a.provider) !== '' && keysOf(a.provider) === keysOf(b.provider),
      words: ({ provider }) => `use ${keysOf(provider)}`,
    },
  ),
  {
    code: 'shared-upstream',
    severity: 'note',
    finds: "a fallback through a reseller that may pass the request on to the first target's own vendor",
    why: 'Resellers choose their own upstream: an outage of the vendor may reach the fallback too.',
    look: ({ chains }) =>
      chains.flatMap((chain) => {
        const found = standIns(chain);
        if (!found) return [];
        return found.others.flatMap((link) => mayShare(chain, found.first, link));
      }),
  },
];

/** A chain in which one independent target is left is as safe as chains get, so only whole ones are told of. */
function shared(
  code: string,
  finds: string,
  why: string,
  by: { readonly same: (a: Link, b: Link) => boolean; readonly words: (first: Link) => string },
): LintRule {
  return {
    code,
    severity: 'warning',
    finds,
    why,
    look: (scene) =>
      scene.chains.flatMap(({ route, links }) => {
        const [first, ...others] = links;
        if (first === undefined || others.length === 0) return [];
        if (!others.every((other) => by.same(first, other)) || isToldBefore(code, first, others)) return [];
        const sentence = `all targets of ${route.name} ${by.words(first)}`;
        return [{ route: route.name, sentence, fix: addOther(scene, route.name, links) }];
      }),
  };
}

/** One cause is told once, by the narrowest rule that holds. */
function isToldBefore(code: string, first: Link, others: readonly Link[]): boolean {
  if (code === 'shared-provider') return false;
  if (others.every(({ provider }) => provider === first.provider)) return true;
  return (
    code !== 'shared-host' && others.every(({ provider }) => hostOf(provider) === hostOf(first.provider))
  );
}

/** Adds another provider of the profile, else tells which there are. */
function addOther({ profile }: LintScene, route: string, links: readonly Link[]): string {
  const used = new Set(links.map(({ provider }) => hostOf(provider)));
  const other = profile.providers.find((provider) => provider.enabled && !used.has(hostOf(provider)));
  return other === undefined ? 'gw provider presets' : `gw route add ${route} ${exampleTarget(other)}`;
}

function isSame(a: Link, b: Link): boolean {
  const isOne =
    a.provider === b.provider ||
    (a.provider.url === b.provider.url && keysOf(a.provider) === keysOf(b.provider));
  return isOne && a.model !== undefined && a.model === b.model;
}

/** Local servers on several ports are several servers; elsewhere a host is one place whatever its port. */
function hostOf({ url }: Provider): string {
  const parsed = URL.parse(url);
  if (!parsed) return url;
  return hostDistance(parsed.hostname) === 'far' ? parsed.hostname : parsed.host;
}

/** Clouds by the end of their host names: https://docs.aws.amazon.com/general/latest/gr/bedrock.html and the presets. */
const CLOUDS: readonly (readonly [RegExp, string])[] = [
  [/\.amazonaws\.com$/, 'AWS'],
  [/\.(azure\.com|azure\.us|windows\.net)$/, 'Azure'],
  [/(^|[.-])googleapis\.com$/, 'Google Cloud'],
];

function cloudOf({ url }: Provider): string | undefined {
  const host = URL.parse(url)?.hostname ?? '';
  return CLOUDS.find(([ending]) => ending.test(host))?.[1];
}

function keysOf({ keys }: Provider): string {
  return keys.map(keyLabel).sort().join(', ');
}

/** Resellers by the end of their host names, each of whose model names say whose model it is: `anthropic/claude-…`. */
const RESELLERS = /(^|\.)(openrouter\.ai|requesty\.ai|vercel\.com|vercel\.sh|cloudflare\.com)$/;

function mayShare({ route }: Chain, first: Link, { name, provider, model }: Link): LintFinding[] {
  const vendor = first.provider.preset ?? first.provider.name;
  const isReseller = RESELLERS.test(URL.parse(provider.url)?.hostname ?? '');
  if (!isReseller || model === undefined || !model.startsWith(`${vendor}/`)) return [];
  const sentence = `${provider.name} may pass ${model} on to ${vendor} itself, whose outage would then take both`;
  return [{ route: route.name, target: name, sentence, fix: `gw models --provider ${provider.name}` }];
}
