import { DEFAULT_POLICY } from '../core/policy.ts';
import type { KeyReference, Preset, Profile } from '../core/profile.ts';
import type { Settings } from '../core/settings.ts';
import type { JsonObject } from '../lib/expect.ts';
import { nearest } from '../lib/nearest.ts';
import { readBudgets, readLimits } from './budgets.ts';
import { readLint } from './lint.ts';
import { mayBeKey, shownNames } from './pasted-key.ts';
import { readPolicy } from './policy.ts';
import { NAME, readProvider } from './provider.ts';
import { ObjectReader, type PlacedProblem, text } from './reader.ts';
import { readRoute, reportSharedMatches } from './route.ts';
import { readSettings } from './settings.ts';

/** The profile file, understood. */
export interface Config {
  /** A token kept elsewhere is not looked up yet: see `settingsWithToken`. */
  readonly settings: Settings;
  /** Where the callers' token is kept, when one is asked for. */
  readonly token: KeyReference | undefined;
  readonly activeProfile: string;
  readonly profiles: Readonly<Record<string, Profile>>;
}

/** The profile that is there before anything was written. */
const FIRST_PROFILE = 'default';

/** Understands a parsed profile file; every problem is found in one go. */
export function readDocument(
  document: JsonObject,
  presets: readonly Preset[],
): { readonly config: Config; readonly problems: readonly PlacedProblem[] } {
  const problems: PlacedProblem[] = [];
  const reader = new ObjectReader(document, '', problems);
  reader.optional('$schema', text);
  const { settings, token } = readSettings(reader);
  const profiles: Record<string, Profile> = Object.fromEntries(
    reader.table('profiles').map(([name, entry]) => [name, readProfile(name, entry, presets)]),
  );
  const names = Object.keys(profiles);
  if (names.length === 0) profiles[FIRST_PROFILE] = emptyProfile(FIRST_PROFILE);
  const activeProfile = readActive(reader, profiles);
  reader.finish();
  return { config: { settings, token, activeProfile, profiles }, problems };
}

function readActive(reader: ObjectReader, profiles: Readonly<Record<string, Profile>>): string {
  const names = Object.keys(profiles);
  const shown = shownNames(names);
  const expected = `one of ${shown.join(', ')}`;
  const active = reader.optional('active', text);
  if (active !== undefined && !names.includes(active)) {
    reader.problem('active', 'there is no such profile', { expected, nearest: nearest(active, shown) });
  }
  if (active === undefined && !names.includes(FIRST_PROFILE) && names.length > 1) {
    reader.problem('active', 'it is not said which profile is active', { expected });
  }
  return active ?? (names.includes(FIRST_PROFILE) ? FIRST_PROFILE : (names[0] ?? FIRST_PROFILE));
}

function readProfile(name: string, reader: ObjectReader, presets: readonly Preset[]): Profile {
  if (!NAME.test(name) || mayBeKey(name)) {
    reader.problem(reader.place, 'this is no name for a profile', {
      expected: 'letters, digits and . _ -, starting with a letter or digit, at most 64',
    });
  }
  const providers = reader.table('providers').map(([own, entry]) => readProvider(own, entry, presets));
  const routes = reader.table('routes').map(([own, entry]) => readRoute(own, entry, providers));
  reportSharedMatches(routes, reader.below('routes'), reader);
  const policy = { ...DEFAULT_POLICY, ...readPolicy(reader.object('policy')) };
  const budgets = readBudgets(reader, routes);
  const limits = readLimits(reader, routes);
  const lintIgnore = readLint(reader.object('lint'));
  reader.finish();
  return {
    name,
    providers,
    routes,
    policy,
    ...(budgets.length > 0 && { budgets }),
    ...(limits.length > 0 && { limits }),
    ...(lintIgnore.length > 0 && { lintIgnore }),
  };
}

/** A profile with nothing in it. */
export function emptyProfile(name: string): Profile {
  return { name, providers: [], routes: [], policy: DEFAULT_POLICY };
}
