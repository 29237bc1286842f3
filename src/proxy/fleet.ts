import { isSigned, keyHeader, takesKey } from '../core/auth.ts';
import type { Format } from '../core/format.ts';
import { keyLabel } from '../core/key-label.ts';
import type { ModelFacts } from '../core/model-facts.ts';
import { modelListUrl } from '../core/model-list.ts';
import type { FormatName } from '../core/operation.ts';
import type { Policy } from '../core/policy.ts';
import type { KeyPort, Signer } from '../core/ports.ts';
import type { Profile, Provider } from '../core/profile.ts';
import {
  type Resolution,
  type ResolvedTarget,
  resolveNamedRoute,
  resolveOwnTargets,
  resolveRoute,
} from '../core/resolve.ts';
import type { Settings } from '../core/settings.ts';
import type { Target } from '../core/target.ts';
import type { PlanStep } from '../core/trail.ts';
import { FORMATS } from '../formats/index.ts';
import { type FirstContentHistory, isReasoningModel } from '../resilience/index.ts';
import {
  openUpstream,
  ownHeaders,
  stagedUpstream,
  type Upstream,
  upstreamIdentity,
} from './connections/upstream.ts';
import type { PrefillMemory } from './continuation/prefill-memory.ts';
import type { RelayedShelf } from './continuation/relayed-bytes.ts';
import type { TargetState } from './health/target-state.ts';
import type { Memory } from './memory.ts';
import { credentialsIn } from './redact.ts';
import type { Room } from './room/admission.ts';
import type { Turns } from './turns.ts';

// Callers choose model names, so the cache of plans must not grow with them.
const PLANS_KEPT = 500;

const FORMATS_BY_NAME: Readonly<Partial<Record<FormatName, Format>>> = FORMATS;

/** One target of a route, ready to be called. */
export interface Step {
  readonly target: Target;
  readonly provider: Provider;
  readonly upstream: Upstream;
  /** Header names and values that every request to it carries, the credential among them. */
  readonly headers: readonly string[];
  /** The secret values among them. */
  readonly credentials: readonly string[];
  /** Adds what proves who asks, where that depends on the request or on time. */
  readonly signer: Signer | undefined;
  readonly state: TargetState;
  /** How long its model took until its first content. */
  readonly history: FirstContentHistory;
  /** Where its provider serves only so many at once. */
  readonly room: Room | undefined;
  /** Why it cannot be used whatever its health: disabled, no key. */
  readonly skipped: string | undefined;
  readonly reasons: boolean;
  /** Its target's place in the route, from 0, and what that takes beside the others. */
  readonly place: number;
  readonly weight: number;
  /** What is known of its model; undefined while nobody knows. */
  readonly facts: () => ModelFacts | undefined;
}

/** The compiled fallback order for one model name. */
export interface CompiledPlan {
  readonly route: string;
  readonly policy: Policy;
  readonly steps: readonly Step[];
  /** The same, as the trail tells it while nothing is left out. */
  readonly told: readonly PlanStep[];
}

/** Where a provider's list of models is read. */
export interface ModelSource {
  readonly provider: string;
  readonly upstream: Upstream;
  /** With the upstream's prefix. */
  readonly path: string;
  readonly headers: readonly string[];
}

/** A profile made ready for work: upstreams with their connections, and plans compiled on first use. */
export class Fleet {
  readonly settings: Settings;
  readonly profile: Profile;
  readonly #keys: KeyPort;
  readonly #memory: Memory;
  readonly #upstreams = new Map<string, Upstream>();
  readonly #plans = new Map<string, CompiledPlan | undefined>();

  constructor(settings: Settings, profile: Profile, keys: KeyPort, memory: Memory, before?: Fleet) {
    this.settings = settings;
    this.profile = profile;
    this.#keys = keys;
    this.#memory = memory;
    memory.rooms.apply(profile);
    for (const { name, url } of profile.providers) {
      const old = before === undefined ? undefined : before.#upstreams.get(name);
      const same = old?.identity === upstreamIdentity(url, profile.policy.connectMs);
      const { connectMs } = profile.policy;
      const staged = memory.connections;
      const open = (): Upstream =>
        staged
          ? stagedUpstream(name, url, () => staged(name))
          : openUpstream(name, url, connectMs, memory.httpProxyFor(new URL(url)), memory.lookup);
      this.#upstreams.set(name, same && old ? old : open());
    }
    for (const provider of profile.providers) identify(provider, keys, memory);
  }

  /** The connections of every provider that is in use. */
  upstreams(): Upstream[] {
    return this.profile.providers.flatMap(({ name, enabled }) => {
      const upstream = this.#upstreams.get(name);
      return enabled && upstream ? [upstream] : [];
    });
  }

  /** Which models were seen to go on from a prefilled answer. */
  get prefills(): PrefillMemory {
    return this.#memory.prefills;
  }

  /** What streams under way have relayed, in case they break. */
  get relayed(): RelayedShelf {
    return this.#memory.relayed;
  }

  /** Where streams wait that have had their turn. */
  get turns(): Turns {
    return this.#memory.turns;
  }

  /** The plan for the model a caller asked for; undefined when nothing offers it. */
  planFor(model: string): CompiledPlan | undefined {
    if (this.#plans.has(model)) return this.#plans.get(model);
    if (this.#plans.size >= PLANS_KEPT) this.#plans.clear();
    const resolution = resolveRoute(this.profile, model);
    const plan = resolution && this.#compile(resolution);
    this.#plans.set(model, plan);
    return plan;
  }

  planForRoute(route: string, model: string): CompiledPlan | undefined {
    const resolution = resolveNamedRoute(this.profile, route, model);
    return resolution && this.#compile(resolution);
  }

  /** The plan for targets a request named itself, or the first name that the profile does not have. */
  planForTargets(
    names: readonly string[],
    model: string,
    strict: boolean,
  ): CompiledPlan | { readonly unknown: string } {
    const resolution = resolveOwnTargets(this.profile, names, model, strict);
    return 'unknown' in resolution ? resolution : this.#compile(resolution);
  }

  /** Where lists of models are read: of enabled providers with a usable key whose models the profile does not name. */
  modelSources(): ModelSource[] {
    return this.profile.providers.flatMap((provider) => {
      const upstream = this.#upstreams.get(provider.name);
      const usable = credentials(provider, this.#keys).find(({ missing }) => missing === undefined);
      const isPlain = provider.auth !== 'passthrough' && !isSigned(provider.auth);
      const listed = provider.models.length > 0 || !isPlain;
      const address = modelListUrl(provider.url, provider.format);
      if (!provider.enabled || listed || !upstream || !usable || address === undefined) return [];
      const { pathname, search } = new URL(address);
      return {
        provider: provider.name,
        upstream,
        path: pathname + search,
        headers: [
          ...(FORMATS_BY_NAME[provider.format]?.requestHeaders ?? []),
          ...usable.headers,
          ...ownHeaders(provider),
        ],
      };
    });
  }

  /** Closes connections that none of the fleets in use has, once their requests are done. */
  retire(inUse: Iterable<Fleet>): Promise<void> {
    const kept = new Set([...inUse].flatMap((fleet) => [...fleet.#upstreams.values()]));
    const closing = [...this.#upstreams.values()].filter((upstream) => !kept.has(upstream));
    return Promise.all(closing.map((upstream) => upstream.close())).then(() => undefined);
  }

  /** Drops every connection at once. */
  destroy(): Promise<void> {
    return Promise.all([...this.#upstreams.values()].map((upstream) => upstream.destroy())).then(
      () => undefined,
    );
  }

  /** One target, ready to be called; undefined when the profile does not have it, or it cannot be used. */
  stepFor({ provider, model, key }: Target): Step | undefined {
    const found = this.profile.providers.find(({ name, enabled }) => enabled && name === provider);
    if (!found) return undefined;
    const steps = this.#steps({ provider: found, model, skipped: undefined }, 0);
    return steps.find(({ target, skipped }) => skipped === undefined && target.key === key);
  }

  #compile(resolution: Resolution): CompiledPlan {
    const steps = resolution.targets.flatMap((target, place) => this.#steps(target, place));
    return {
      route: resolution.route,
      policy: resolution.policy,
      steps,
      told: steps.map(({ target, skipped }) => (skipped === undefined ? { target } : { target, skipped })),
    };
  }

  /** One step per key of the provider, in their order. */
  #steps({ provider, model, skipped, weight = 1 }: ResolvedTarget, place: number): Step[] {
    const upstream = this.#upstreams.get(provider.name);
    if (!upstream) return [];
    const reasons = isReasoningModel(model);
    const own = ownHeaders(provider);
    return credentials(provider, this.#keys).map(({ key, headers, missing }) => {
      const target: Target = { provider: provider.name, model, key };
      this.#memory.facts?.meet(target, provider);
      const sent = [...headers, ...own];
      return {
        target,
        provider,
        upstream,
        headers: sent,
        credentials: credentialsIn(sent),
        signer: this.#keys.signerFor?.(provider),
        state: this.#memory.target(target),
        history: this.#memory.firstContents.of(target.provider, target.model),
        room: this.#memory.rooms.of(target.provider),
        skipped: skipped ?? missing,
        reasons,
        place,
        weight,
        facts: () => this.#memory.facts?.of(target),
      };
    });
  }
}

/** Tells who is behind each key: another address, another way of asking or another value is somebody else. */
function identify(provider: Provider, keys: KeyPort, memory: Memory): void {
  const { name, url, format, auth } = provider;
  for (const { key, headers, missing } of credentials(provider, keys)) {
    if (missing !== undefined) continue;
    memory.identify(name, key, JSON.stringify([url, format, auth, ...headers, ...ownHeaders(provider)]));
  }
}

interface Credential {
  readonly key: string;
  readonly headers: readonly string[];
  readonly missing: string | undefined;
}

function credentials(provider: Provider, keys: KeyPort): Credential[] {
  if (!takesKey(provider.auth) || provider.keys.length === 0) {
    return [{ key: 'none', headers: [], missing: undefined }];
  }
  const labels = new Map<string, number>();
  return provider.keys.map((reference) => {
    const label = keyLabel(reference);
    const count = (labels.get(label) ?? 0) + 1;
    labels.set(label, count);
    const key = count === 1 ? label : `${label}#${count}`;
    const secret = keys.resolve(reference);
    if (!secret) return { key, headers: [], missing: `its key ${label} does not resolve` };
    return { key, headers: keyHeader(provider.auth, secret.reveal()), missing: undefined };
  });
}
