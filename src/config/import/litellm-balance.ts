import type { JsonObject } from '../../lib/expect.ts';
import { entryOf } from '../../lib/expect.ts';
import type { ImportDraft } from './draft.ts';
import { numberAt, objectIn } from './foreign.ts';
import type { WantedTarget } from './imported.ts';

/** One deployment of a model group. */
export interface Deployment extends WantedTarget {
  readonly place: string;
  readonly entry: JsonObject;
}

/** What LiteLLM chooses by, the first that is there: https://docs.litellm.ai/docs/routing (simple-shuffle). */
const WEIGHED_BY = ['weight', 'rpm', 'tpm'];

/** Who has none of what the others are weighed by is never chosen there. */
export function weighed(group: readonly Deployment[]): readonly Deployment[] {
  const read = ({ entry }: Deployment, name: string): number | undefined =>
    numberAt(objectIn(entry, 'litellm_params'), name) ?? numberAt(entry, name);
  const by = WEIGHED_BY.find((name) => group.some((one) => read(one, name) !== undefined));
  return by === undefined ? group : group.map((one) => ({ ...one, weight: read(one, by) ?? 0 }));
}

const STRATEGIES: Readonly<Record<string, string>> = {
  'latency-based-routing': 'least-latency',
  'least-busy': 'least-busy',
  'cost-based-routing': 'cheapest',
  'usage-based-routing': 'least-busy',
  'usage-based-routing-v2': 'least-busy',
};
/** So seldom that a target that stands in is asked first once in a million times. */
export const STAND_IN = 0.001;
const FULL = 1000;

/** How a group of several deployments shares the load; a group that also has fallbacks does it by weights. */
export function balance(
  draft: ImportDraft,
  route: string,
  group: readonly Deployment[],
  strategy: string,
  hasFallbacks: boolean,
): void {
  if (draft.targetsOf(route).length < 2) return draft.unweigh(route);
  const place = 'router_settings.routing_strategy';
  const asked = entryOf(STRATEGIES, strategy);
  if (strategy !== 'simple-shuffle' && asked === undefined) {
    draft.unweigh(route);
    return draft.leave(place, 'gw has no strategy of that name', 'docs/balance.md');
  }
  const weights = weighed(group);
  const isWeighed = weights.some(({ weight }) => weight !== undefined);
  if (asked !== undefined) {
    draft.unweigh(route);
    if (hasFallbacks)
      draft.leave(
        place,
        `route ${route} has fallbacks, and gw would balance over those too; it asks in order`,
        `gw route set ${route} --balance`,
      );
    else draft.policy('balance', asked, place, route);
    if (strategy.startsWith('usage'))
      draft.leave(place, 'gw goes by what is under way and by what providers say is left', 'docs/balance.md');
    return;
  }
  if (!isWeighed && !hasFallbacks) return draft.policy('balance', 'round-robin', place, route);
  draft.policy('balance', 'weighted', place, route);
  const largest = Math.max(...weights.map(({ weight = 1 }) => weight)) || 1;
  const seldom = weights.some(({ weight }) => weight === 0);
  if (seldom)
    draft.leave(
      `${group[0]?.place ?? ''}.litellm_params`,
      `a deployment of ${route} has no weight: it is asked after the others`,
    );
  draft.weigh(
    route,
    weights.map(({ provider, model, weight = 1 }) => ({
      provider,
      model,
      weight: hasFallbacks || seldom ? Math.max(STAND_IN, (weight / largest) * FULL) : weight,
    })),
  );
}
