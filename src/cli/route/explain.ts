import type { Profile } from '../../core/profile.ts';
import type { Resolution, Rule } from '../../core/resolve.ts';
import { parseTargetName } from '../../core/target.ts';
import { globToRegExp } from '../../lib/glob.ts';
import { nearest } from '../../lib/nearest.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { CommandError } from '../error.ts';

/** One sentence on how a model name found its targets. */
export function explainRule(profile: Profile, resolution: Resolution, asked: string): string {
  return SENTENCES[resolution.rule](profile, resolution, asked);
}

type Sentence = (profile: Profile, resolution: Resolution, asked: string) => string;

const SENTENCES: Readonly<Record<Rule, Sentence>> = {
  exact: (_profile, { route }, asked) =>
    route === asked
      ? `${terminalSafe(asked)} is the name of a route`
      : `${terminalSafe(asked)} is what route ${route} lists in its match`,
  glob: (profile, { route }, asked) =>
    `${terminalSafe(asked)} fits ${patternOf(profile, route, asked)}, so route ${route} answers`,
  provider: (_profile, { route }, asked) =>
    `${terminalSafe(asked)} names the provider ${route}, so nobody stands in`,
  default: (profile, resolution, asked) =>
    `No route names ${terminalSafe(asked)}, so ${defaultName(resolution.route)} answers${ownerPart(profile, resolution, asked)}`,
  owner: (_profile, { route }, asked) =>
    `${terminalSafe(asked)} belongs to ${route}; there is no default route, so nobody stands in`,
};

function defaultName(route: string): string {
  return route === 'default' ? 'the default route' : `route ${route}, the default,`;
}

/** The most specific pattern of a route that fits, which is the one that chose it. */
function patternOf(profile: Profile, name: string, model: string): string {
  const route = profile.routes.find((candidate) => candidate.name === name);
  const fitting = (route?.match ?? []).filter(
    (pattern) => pattern !== '*' && globToRegExp(pattern).test(model),
  );
  const literal = (pattern: string): number => pattern.replace(/[*?]/g, '').length;
  return fitting.sort((a, b) => literal(b) - literal(a))[0] ?? '';
}

/** In the default route the provider that owns the model goes first, whatever the order says. */
function ownerPart(profile: Profile, { route, targets }: Resolution, model: string): string {
  const first = targets[0]?.provider.name;
  const written = profile.routes.find(({ name }) => name === route)?.targets[0]?.provider;
  return first === undefined || first === written
    ? ''
    : `, with ${first} first because it has ${terminalSafe(model)}`;
}

/** Nothing offers this model. */
export function unknownModel(profile: Profile, asked: string): CommandError {
  const model = terminalSafe(asked);
  const { routes, providers } = profile;
  const meant = nearest(asked, [...routes.map(({ name }) => name), ...routes.flatMap(({ match }) => match)]);
  const provider = nearest(
    parseTargetName(asked).provider,
    providers.map(({ name }) => name),
  );
  const suggestion = meant ?? (asked.includes('/') ? provider : undefined);
  return new CommandError(`Nothing here offers ${model}.`, {
    why: 'no route has that name or a match for it, no provider is known to have it, and there is no default route',
    fix:
      suggestion === undefined
        ? providers.length === 0
          ? 'gw init'
          : `gw route set default ${providers[0]?.name ?? 'PROVIDER'}`
        : `did you mean ${suggestion}?`,
  });
}
