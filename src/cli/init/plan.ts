import type { Profile } from '../../core/profile.ts';
import { targetName } from '../../core/target.ts';
import type { JsonObject } from '../../lib/expect.ts';
import type { KeyElsewhere } from './elsewhere.ts';
import type { Found } from './find.ts';

/** What `gw init` would write: only what is not there yet. */
export interface InitPlan {
  /** Providers to add, as the file has them. */
  readonly providers: readonly {
    readonly name: string;
    readonly entry: JsonObject;
    /** A key to be copied to where gw keeps keys, and referred to there. */
    readonly adopted?: KeyElsewhere;
  }[];
  /** The route that takes every model no other route names. */
  readonly route: string;
  /** Its targets that are there already, and stay in front. */
  readonly kept: readonly string[];
  readonly added: readonly { readonly target: string; readonly reason: string }[];
}

// Local lists are short; one that is not is no list of models somebody loaded.
const MODELS_KEPT = 50;

/** Decides what to add to a profile, and in which order the newcomers stand in for what it has. */
export function planInit(profile: Profile, found: readonly Found[]): InitPlan {
  const fresh = found.filter((each) => !isKnown(profile, each));
  const route = profile.routes.find(({ match }) => match.includes('*'));
  const kept = (route?.targets ?? []).map(targetName);
  const ordered = fresh.toSorted((a, b) => Number(isFailing(a)) - Number(isFailing(b)));
  const added = ordered.flatMap((each, index) => {
    const target = targetFor(each, kept.length + index === 0);
    return target === undefined ? [] : [{ target, reason: reasonFor(each, target) }];
  });
  const providers = fresh.map((each) => ({
    name: each.preset.name,
    entry: entryFor(each),
    ...(each.adopted ? { adopted: each.adopted } : {}),
  }));
  return { providers, route: route?.name ?? freeName(profile), kept, added };
}

/** True when the profile has this vendor, this address or this name, whatever else was made of it. */
function isKnown({ providers }: Profile, { preset }: Found): boolean {
  return providers.some(
    ({ name, preset: made, url }) => name === preset.name || made === preset.name || url === preset.url,
  );
}

function isFailing({ check }: Found): boolean {
  return check.result.is === 'failed';
}

/** A hosted provider in first place passes the model along; a stand-in needs a model that it is known to have. */
function targetFor({ preset, model }: Found, first: boolean): string | undefined {
  if (first && !preset.local) return preset.name;
  return model === undefined ? undefined : targetName({ provider: preset.name, model });
}

function reasonFor(found: Found, target: string): string {
  const { preset, variable, adopted } = found;
  if (isFailing(found)) return `last: ${variable ?? preset.title} failed its test`;
  if (variable === undefined) return `${preset.title} runs on this machine: free, works offline`;
  const role = target === preset.name ? 'serves the model asked for' : 'stands in with a model it has';
  return adopted === undefined ? `${variable} is set: ${role}` : `key of ${adopted.place}: ${role}`;
}

function entryFor({ preset, variable, check }: Found): JsonObject {
  if (variable !== undefined) return { preset: preset.name, keys: [{ env: variable }] };
  const models = check.result.is === 'ok' ? check.result.models.slice(0, MODELS_KEPT) : [];
  // Callers who ask for a model by its local name get that one, not the one that stands in for all.
  return models.length > 0 ? { preset: preset.name, models } : { preset: preset.name };
}

function freeName({ routes }: Profile): string {
  return routes.some(({ name }) => name === 'default') ? 'everything' : 'default';
}
