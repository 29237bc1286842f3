import { type Fault, fault } from '../../core/fault.ts';
import { OPERATIONS } from '../../core/operation.ts';
import { defaultRoute } from '../../core/resolve.ts';
import { nearest } from '../../lib/nearest.ts';
import type { Exchange } from '../exchange.ts';
import type { CompiledPlan } from '../fleet.ts';

/** The targets that answer to what was asked, before anybody's health is looked at. */
export function compilePlan(exchange: Exchange): CompiledPlan | Fault {
  const { fleet, headers, envelope, operation } = exchange;
  const model = envelope?.model ?? '';
  const { targets, route } = headers;
  if (targets !== undefined) {
    return forNames(
      exchange,
      targets
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
      TARGETS_HEADER,
    );
  }
  if (route !== undefined) {
    return fleet.planForRoute(route, model) ?? unknownRoute(exchange, route);
  }
  const fallbacks = envelope?.fallbacks ?? [];
  if (fallbacks.length > 0)
    return forNames(exchange, model === '' ? fallbacks : [model, ...fallbacks], 'the body');
  const found = fleet.planFor(model);
  if (found) return OPERATIONS[operation].stateless ? found : firstOnly(found);
  return unknownModel(exchange, model);
}

const TARGETS_HEADER = 'x-gw-targets';
/** More are a mistake, and each could be tried. */
const MOST_TARGETS = 100;

function forNames(exchange: Exchange, names: readonly string[], where: string): CompiledPlan | Fault {
  if (names.length === 0 || names.length > MOST_TARGETS) {
    return fault('bad_request', `${where} names ${names.length} targets; it takes 1 to ${MOST_TARGETS}`);
  }
  const strict = where === TARGETS_HEADER;
  const found = exchange.fleet.planForTargets(names, exchange.envelope?.model ?? '', strict);
  if (!('unknown' in found)) return found;
  return fault(
    'bad_request',
    `${where} names "${found.unknown}", which the profile does not have${didYouMean(exchange, found.unknown)}`,
  );
}

function unknownRoute(exchange: Exchange, route: string): Fault {
  const names = exchange.fleet.profile.routes.map(({ name }) => name);
  const there = names.length === 0 ? 'there is none' : `there is ${names.slice(0, 20).join(', ')}`;
  return fault(
    'bad_request',
    `x-gw-route names "${route}", which the profile does not have${didYouMean(exchange, route)}; ${there}`,
  );
}

function unknownModel(exchange: Exchange, model: string): Fault {
  const { profile } = exchange.fleet;
  if (profile.providers.length === 0) {
    return fault('model_unknown', 'the profile has no providers yet; add one with: gw init');
  }
  if (model === '') return fault('bad_request', 'the request names no model, and there is no default route');
  const add = defaultRoute(profile)
    ? ''
    : '; make a default route with: gw route set default <targets…> --match "*"';
  return fault(
    'model_unknown',
    `no route or provider offers the model "${model}"${didYouMean(exchange, model)}${add}`,
  );
}

function didYouMean(exchange: Exchange, name: string): string {
  const { routes, providers } = exchange.fleet.profile;
  const known = [
    ...routes.flatMap((route) => [route.name, ...route.match]),
    ...providers.map((provider) => provider.name),
  ];
  const close = nearest(name, known);
  return close === undefined ? '' : ` (did you mean "${close}"?)`;
}

/** What another target may not take over: the operation leaves something behind at the provider. */
function firstOnly(found: CompiledPlan): CompiledPlan {
  return { ...found, steps: found.steps.slice(0, 1), told: found.told.slice(0, 1) };
}
