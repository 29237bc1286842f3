import type { Provider, Route, RouteTarget } from '../core/profile.ts';
import { parseTargetName } from '../core/target.ts';
import { nearest } from '../lib/nearest.ts';
import { modelName } from './model-name.ts';
import { looksLikeKey, shownNames, shownValue } from './pasted-key.ts';
import { placeBelow } from './place.ts';
import { readPolicy } from './policy.ts';
import { matching, type ObjectReader } from './reader.ts';
import { readWeights } from './weights.ts';

const target = matching(/^[^\s/]+(\/\S+)?$/, 'a target: "openai/gpt-4o", or "groq" to pass the model along');

const ROUTE_KEYS = ['match', 'targets', 'weights', 'policy'] as const;

/** Reads one route; its targets must name providers of the same profile. */
export function readRoute(name: string, reader: ObjectReader, providers: readonly Provider[]): Route {
  if (modelName.read(name) === undefined || looksLikeKey(name)) {
    reader.problem(reader.place, 'this is no name for a route', { expected: modelName.expected });
  }
  const match = reader.list('match', modelName) ?? [];
  reportRepeats(reader, 'match', match);
  const texts = reader.list('targets', target);
  if (texts !== undefined) reportRepeats(reader, 'targets', texts);
  const isMistyped = reader
    .names()
    .some((name) => name !== 'targets' && nearest(name, ROUTE_KEYS) === 'targets');
  // A mistyped name is reported as such, and then nothing is said of what it would have held.
  if (texts === undefined ? reader.value('targets') === undefined && !isMistyped : texts.length === 0) {
    reader.problem(reader.below('targets'), 'this route leads nowhere', {
      expected: 'at least one target: "openai/gpt-4o"',
    });
  }
  const weights = readWeights(reader, texts ?? []);
  const route: Route = {
    name,
    match,
    targets: (texts ?? []).map((written, index) => {
      const weight = weights.get(written);
      const found = readTarget(written, index, reader, providers);
      return weight === undefined ? found : { ...found, weight };
    }),
    policy: readPolicy(reader.object('policy')),
  };
  reader.finish();
  return route;
}

function readTarget(
  written: string,
  index: number,
  reader: ObjectReader,
  providers: readonly Provider[],
): RouteTarget {
  const found = parseTargetName(written);
  const names = providers.map(({ name }) => name);
  const shown = shownNames(names);
  if (!names.includes(found.provider)) {
    reader.problem(
      placeBelow(reader.below('targets'), index),
      `there is no provider ${shownValue(found.provider)}`,
      {
        expected: shown.length === 0 ? 'a provider: none is defined yet' : `one of ${shown.join(', ')}`,
        nearest: nearest(found.provider, shown),
      },
    );
  }
  return found;
}

function reportRepeats(reader: ObjectReader, key: string, values: readonly string[]): void {
  for (const [index, value] of values.entries()) {
    if (values.indexOf(value) < index) {
      reader.problem(placeBelow(reader.below(key), index), `${shownValue(value)} is listed twice`);
    }
  }
}

/** Two routes that answer to the same name would make the order of the file decide. */
export function reportSharedMatches(routes: readonly Route[], place: string, reader: ObjectReader): void {
  const owners = new Map<string, string>();
  for (const route of routes) owners.set(route.name, route.name);
  for (const route of routes) {
    for (const pattern of route.match) {
      const owner = owners.get(pattern);
      if (owner !== undefined && owner !== route.name) {
        reader.problem(
          placeBelow(placeBelow(place, route.name), 'match'),
          `route ${shownValue(owner)} already answers to ${shownValue(pattern)}`,
        );
      }
      owners.set(pattern, owner ?? route.name);
    }
  }
}
