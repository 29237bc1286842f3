import { readFileSync } from 'node:fs';

import { connectControl } from '../../control/index.ts';
import { field, isObject, isString, type JsonObject, parseJson, stringField } from '../../lib/expect.ts';
import type { Context } from '../context.ts';
import { restingIn } from '../rest/resting.ts';

/** What completion can offer by name. */
export type NameKind = 'providers' | 'routes' | 'models' | 'targets' | 'profiles' | 'resting';

/** The names that are there, by kind, unsorted and perhaps more than once. */
type Names = Readonly<Record<NameKind, readonly string[]>>;

const NONE: Names = { providers: [], routes: [], models: [], targets: [], profiles: [], resting: [] };
// Whoever presses Tab waits for this at most, and only when the profile file names no provider.
const PATIENCE_MS = 300;
// A name with a control character would end up in somebody's command line, and one with a blank would be two.
const PLAIN = /^[\x21-\x7E\u00A1-\u{10FFFF}]+$/u;

/**
 * Names for a person's next word, sorted. Reads the profile file as plain JSON, because Tab must not wait for what
 * understands and checks it all; without one, asks the daemon what it made of the environment. Never fails.
 */
export async function findNames(context: Pick<Context, 'paths'>, kind: NameKind): Promise<string[]> {
  const stored = namesInFile(context.paths.config);
  // Only the daemon knows who is left alone.
  const needed = kind === 'resting' || (kind !== 'profiles' && stored.providers.length === 0);
  const found = needed ? await namesInDaemon(context.paths.socket) : stored;
  return [...new Set(found[kind])].filter((name) => PLAIN.test(name)).sort();
}

function namesInFile(path: string): Names {
  let document: unknown;
  try {
    document = parseJson(readFileSync(path, 'utf8'));
  } catch {
    return NONE;
  }
  const profiles = objectAt(document, 'profiles');
  const profile = profiles[stringField(document, 'active') ?? 'default'];
  const providers = objectAt(profile, 'providers');
  const routes = Object.entries(objectAt(profile, 'routes'));
  const declared = Object.entries(providers).flatMap(([name, provider]) =>
    stringsAt(provider, 'models').map((model) => `${name}/${model}`),
  );
  return {
    ...collect(
      Object.keys(providers),
      routes.map(([name, route]) => ({
        name,
        match: stringsAt(route, 'match'),
        targets: stringsAt(route, 'targets'),
      })),
      declared,
    ),
    profiles: Object.keys(profiles),
    resting: [],
  };
}

async function namesInDaemon(socket: string): Promise<Names> {
  const connected = await connectControl(socket, { timeoutMs: PATIENCE_MS });
  if (connected.is === 'failed') return NONE;
  try {
    const { providers, routes } = await connected.value.call('status', {}, PATIENCE_MS);
    const names = providers.map(({ name }) => name);
    const resting = restingIn({ providers }).map(({ name }) => name);
    return { ...collect(names, routes, []), profiles: [], resting };
  } catch {
    return NONE;
  } finally {
    connected.value.close();
  }
}

interface NamedRoute {
  readonly name: string;
  readonly match: readonly string[];
  readonly targets: readonly string[];
}

/** A route's name is a model to its callers; a target is `provider/model`, and its model may be asked for as well. */
function collect(
  providers: readonly string[],
  routes: readonly NamedRoute[],
  declared: readonly string[],
): Omit<Names, 'profiles' | 'resting'> {
  const full = [...routes.flatMap(({ targets }) => targets), ...declared];
  const exact = routes.flatMap(({ match }) => match.filter((pattern) => !/[*?[\]{}]/.test(pattern)));
  const served = full.flatMap((target) =>
    target.includes('/') ? [target.slice(target.indexOf('/') + 1)] : [],
  );
  const routeNames = routes.map(({ name }) => name);
  return {
    providers,
    routes: routeNames,
    models: [...routeNames, ...exact, ...served],
    targets: [...full, ...providers],
  };
}

function objectAt(value: unknown, name: string): JsonObject {
  const found = field(value, name);
  return isObject(found) ? found : {};
}

function stringsAt(value: unknown, name: string): readonly string[] {
  const found = field(value, name);
  return Array.isArray(found) ? found.filter(isString) : [];
}
