import type { Policy } from '../src/core/policy.ts';
import { CALLER_FORMATS } from './asking.ts';
import { type Gateway, NO_BREAKER, type ProviderEntry, type RouteEntry } from './gateway.ts';
import type { Scene, Upstream } from './scene.ts';

/** A provider that fails by the caller's model name, and one that stands in for it. */
export interface Pair {
  readonly first: Upstream;
  readonly second: Upstream;
  readonly gateway: Gateway;
}

/** A route over both; a breaker would keep most of what is to happen from happening. */
export async function openPair(scene: Scene): Promise<Pair> {
  const [first, second] = [await scene.upstream(), await scene.upstream()];
  const gateway = await scene.gateway({
    providers: { first, second },
    routes: { main: { match: ['*'], targets: ['first', 'second/m'] } },
    policy: NO_BREAKER,
  });
  return { first, second, gateway };
}

/** A route over both for each format, taken by models whose names begin with it. */
export async function openFormats(scene: Scene, policy: Partial<Policy> = {}): Promise<Pair> {
  const first = await scene.upstream({ name: 'first' });
  const second = await scene.upstream({ name: 'second' });
  const providers: Record<string, ProviderEntry> = {};
  const routes: Record<string, RouteEntry> = {};
  for (const format of CALLER_FORMATS) {
    providers[`first-${format}`] = { origin: first.origin, format };
    providers[`second-${format}`] = { origin: second.origin, format };
    routes[format] = { match: [`${format}*`], targets: [`first-${format}`, `second-${format}/m`] };
  }
  return { first, second, gateway: await scene.gateway({ providers, routes, policy }) };
}
