import { keyLabel } from '../../core/key-label.ts';
import type { Preset } from '../../core/profile.ts';
import { isString, type JsonObject, trusted } from '../../lib/expect.ts';
import { Secret } from '../../lib/secret.ts';
import { HARMLESS_HEADERS } from '../exchange.ts';
import { keyReferenceToJson } from '../key-reference.ts';
import { modelName } from '../model-name.ts';
import { looksLikeKey, mayBeKey } from '../pasted-key.ts';
import { POLICY_KINDS } from '../policy.ts';
import { CONCURRENCY, NAME } from '../provider.ts';
import { LEAST_WEIGHT, MOST_WEIGHT } from '../weights.ts';
import { type KeyFound, present } from './foreign.ts';
import { plainAddress } from './hosts.ts';
import type { FoundSecret, Imported, LeftBehind, WantedProvider, WantedTarget } from './imported.ts';

interface DraftedProvider {
  readonly fields: JsonObject;
  readonly keys: readonly (JsonObject | FoundSecret)[];
  readonly models: Set<string>;
  readonly prices: Record<string, JsonObject>;
}

interface DraftedRoute {
  readonly match: Set<string>;
  readonly targets: Map<string, number | undefined>;
  readonly policy: JsonObject;
}

/** The profile in the making. It takes in only what the profile file allows, and lists everything else. */
export class ImportDraft {
  readonly #providers = new Map<string, DraftedProvider>();
  readonly #identities = new Map<string, string>();
  readonly #routes = new Map<string, DraftedRoute>();
  readonly #policy: JsonObject = {};
  readonly #left: LeftBehind[] = [];
  readonly #secrets: FoundSecret[] = [];

  /** Says what was not carried over. Places may be made of other people's words. */
  leave(place: string, why: string, nearest?: string): void {
    if (this.#left.some((known) => known.place === place && known.why === why)) return;
    this.#left.push({ place, why, ...(nearest !== undefined && { nearest }) });
  }

  /** Adds a provider, or finds the same one; answers with its name, or undefined (said) when it cannot be one. */
  provider(wanted: WantedProvider): string | undefined {
    const url = this.#address(wanted);
    if (url === null) return undefined;
    const keys = this.#keys(wanted);
    const { preset, format, auth, concurrency } = wanted;
    const fields: JsonObject = {
      ...(preset && { preset: preset.name }),
      ...(url !== undefined && { url }),
      ...(format !== undefined && format !== (preset?.format ?? 'openai-chat') && { format }),
      ...(auth !== undefined && auth !== (preset?.auth ?? 'bearer') && { auth }),
      ...this.#headers(wanted),
    };
    const identity = JSON.stringify([fields, keys.map(identityOf)]);
    const known = this.#identities.get(identity);
    const name = known ?? this.#freeName(wanted.name);
    if (known === undefined) {
      if (CONCURRENCY.read(concurrency) !== undefined) fields['concurrency'] = concurrency;
      const placed = keys.map((key) => (key.is === 'secret' ? this.#secret(key, name, preset) : toJson(key)));
      this.#providers.set(name, { fields, keys: placed, models: new Set(), prices: {} });
      this.#identities.set(identity, name);
    }
    for (const model of wanted.models ?? []) if (isModel(model)) this.#providers.get(name)?.models.add(model);
    return name;
  }

  /** What its owner pays for a model of a provider, in US dollars per million tokens. */
  price(provider: string, model: string, input: number | undefined, output: number | undefined): void {
    const drafted = this.#providers.get(provider);
    if (!drafted || input === undefined || !isModel(model)) return;
    if (![input, output ?? 0].every((rate) => rate >= 0 && rate <= 100_000)) return;
    drafted.prices[model] = { input, ...(output !== undefined && { output }) };
  }

  hasRoute(name: string): boolean {
    return this.#routes.has(name);
  }

  /** The targets a route has so far. */
  targetsOf(route: string): WantedTarget[] {
    return [...(this.#routes.get(route)?.targets ?? [])].map(([target, weight]) => {
      const slash = target.indexOf('/');
      if (slash < 0) return { provider: target, weight };
      return { provider: target.slice(0, slash), model: target.slice(slash + 1), weight };
    });
  }

  /** Makes a route, or adds targets to it; a route without any is not made. */
  route(name: string, targets: readonly WantedTarget[], place: string): boolean {
    const usable = targets.filter(({ provider }) => this.#providers.has(provider));
    if (usable.length === 0) {
      if (!this.#routes.has(name)) this.leave(place, 'none of its targets could be carried over');
      return this.#routes.has(name);
    }
    if (!isModel(name)) {
      this.leave(place, 'its name is none that callers of gw could ask for', 'gw route set NAME TARGET…');
      return false;
    }
    const route = this.#routes.get(name) ?? { match: new Set(), targets: new Map(), policy: {} };
    this.#routes.set(name, route);
    for (const one of usable) {
      if (one.model !== undefined && !isModel(one.model)) {
        this.leave(place, 'a target names a model that gw cannot ask for');
        continue;
      }
      if (!route.targets.has(nameOf(one))) route.targets.set(nameOf(one), fitting(one.weight));
    }
    if (route.targets.size === 0) this.#routes.delete(name);
    return route.targets.size > 0;
  }

  /** Has a route answer to another name too. */
  match(route: string, pattern: string, place: string): void {
    const owner = [...this.#routes].find(
      ([name, { match }]) => name !== route && (name === pattern || match.has(pattern)),
    );
    if (owner !== undefined) this.leave(place, 'another route answers to that name already');
    else if (isModel(pattern)) this.#routes.get(route)?.match.add(pattern);
  }

  /** Decides something differently from the defaults, for one route or (without) for all. */
  policy(key: keyof typeof POLICY_KINDS, value: unknown, place: string, route?: string): void {
    const policy = route === undefined ? this.#policy : this.#routes.get(route)?.policy;
    if (policy === undefined) return;
    if (POLICY_KINDS[key].read(value) === undefined) {
      this.leave(place, `gw takes ${POLICY_KINDS[key].expected}`, `gw config set … policy.${key}`);
    } else policy[key] = value;
  }

  routeNames(): string[] {
    return [...this.#routes.keys()];
  }

  /** Gives each target of a route the weight it has beside the others. */
  weigh(route: string, weighed: readonly WantedTarget[]): void {
    const targets = this.#routes.get(route)?.targets;
    for (const one of weighed) if (targets?.has(nameOf(one))) targets.set(nameOf(one), fitting(one.weight));
  }

  /** Drops the weights of a route that does not choose by them. */
  unweigh(route: string): void {
    const targets = this.#routes.get(route)?.targets;
    for (const target of targets?.keys() ?? []) targets?.set(target, undefined);
  }

  finish(): Imported {
    const hide = this.#hider();
    return {
      secrets: this.#secrets,
      left: this.#left.map(({ place, why, nearest }) => ({
        place: hide(place),
        why: hide(why),
        ...(nearest !== undefined && { nearest: hide(nearest) }),
      })),
      profile: (keep) => ({
        providers: Object.fromEntries(
          [...this.#providers].map(([name, provider]) => [name, providerJson(provider, keep)]),
        ),
        routes: Object.fromEntries([...this.#routes].map(([name, route]) => [name, routeJson(route)])),
        ...(Object.keys(this.#policy).length > 0 && { policy: this.#policy }),
      }),
    };
  }

  /** Undefined: the preset's own; null: it has none, which was said. */
  #address({ place, preset, url }: WantedProvider): string | undefined | null {
    const needed = preset === undefined || preset.url.includes('${');
    if (url === undefined) {
      if (!needed) return undefined;
      this.leave(place, 'it has no address that gw knows', 'gw provider add NAME --url ADDRESS');
      return null;
    }
    const plain = looksLikeKey(url) ? undefined : plainAddress(url);
    if (plain === undefined) {
      this.leave(place, 'its address is none, or holds more than one', 'gw provider add NAME --url ADDRESS');
      return null;
    }
    return plain === preset?.url ? undefined : plain;
  }

  #keys({ keys = [], preset, place }: WantedProvider): readonly KeyFound[] {
    const seen = new Set<string>();
    return keys.filter((key) => {
      const identity = identityOf(key);
      if (seen.has(identity)) return false;
      seen.add(identity);
      if (key.is === 'secret' && !/^[\x21-\x7E]{1,4096}$/.test(key.value)) {
        this.leave(key.place, 'this is no key: one line of printable characters without blanks');
        return false;
      }
      // A server on this machine is given something because its client insists.
      if (preset?.local === true && key.is === 'secret' && !mayBeKey(key.value)) {
        this.leave(place, 'its key looks like a word a local server is given; gw sends it none');
        return false;
      }
      return true;
    });
  }

  #secret(key: KeyFound & { is: 'secret' }, provider: string, preset: Preset | undefined): FoundSecret {
    const usual = preset?.env[0] ?? `${provider.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}_API_KEY`;
    const taken = new Set(this.#secrets.map(({ variable }) => variable));
    let variable = /^\d/.test(usual) ? `_${usual}` : usual;
    for (let n = 2; taken.has(variable); n++) variable = `${usual}_${n}`;
    const found = { place: withoutKeys(key.place), provider, variable, key: new Secret(key.value) };
    this.#secrets.push(found);
    return found;
  }

  #headers({ headers = {}, place }: WantedProvider): JsonObject {
    const kept: JsonObject = {};
    for (const [name, value] of Object.entries(headers)) {
      const plain = isString(value) && /^[\x20-\x7E]{1,4096}$/.test(value) && !mayBeKey(value);
      if (plain && HARMLESS_HEADERS.test(name)) kept[name.toLowerCase()] = value;
      else {
        const shown = mayBeKey(name) ? 'a header' : `the header ${name}`;
        this.leave(place, `${shown} may hold a credential`, 'gw provider edit NAME --header');
      }
    }
    return Object.keys(kept).length === 0 ? {} : { headers: kept };
  }

  #freeName(wanted: string): string {
    const plain = wanted
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 60);
    const base = NAME.test(plain) && !mayBeKey(plain) ? plain : 'provider';
    let name = base;
    for (let n = 2; this.#providers.has(name); n++) name = `${base}-${n}`;
    return name;
  }

  /** Other people's words may hold a key where nobody would expect one. */
  #hider(): (text: string) => string {
    const values = this.#secrets.map(({ key }) => key.reveal()).filter((value) => value.length > 3);
    return (text) => {
      let shown = text;
      for (const value of values) shown = shown.replaceAll(value, '[hidden]');
      return withoutKeys(shown);
    };
  }
}

/** Words of a file that may be keys are not repeated. */
function withoutKeys(text: string): string {
  return text.replace(/[^\s.[\]/:,"'=]{20,}/g, (word) => (mayBeKey(word) ? '[hidden]' : word));
}

function isModel(name: string): boolean {
  return modelName.read(name) !== undefined && !mayBeKey(name) && name !== '__proto__';
}

function nameOf({ provider, model }: WantedTarget): string {
  return model === undefined ? provider : `${provider}/${model}`;
}

function fitting(weight: number | undefined): number | undefined {
  if (weight === undefined || !(weight > 0)) return undefined;
  return Math.min(MOST_WEIGHT, Math.max(LEAST_WEIGHT, weight));
}

function identityOf(key: KeyFound): string {
  return key.is === 'secret' ? `secret:${key.value}` : keyLabel(key.reference);
}

function toJson(key: KeyFound & { is: 'reference' }): JsonObject {
  return keyReferenceToJson(key.reference);
}

function providerJson(
  { fields, keys, models, prices }: DraftedProvider,
  keep: (secret: FoundSecret) => JsonObject,
): JsonObject {
  const placed = keys.map((key) => (key['key'] instanceof Secret ? keep(trusted<FoundSecret>(key)) : key));
  return {
    ...fields,
    ...(placed.length > 0 && { keys: placed }),
    ...(models.size > 0 && { models: [...models] }),
    ...(Object.keys(prices).length > 0 && { prices }),
  };
}

function routeJson({ match, targets, policy }: DraftedRoute): JsonObject {
  const weights = present(
    ...[...targets].map(([name, weight]) => (weight === undefined ? undefined : ([name, weight] as const))),
  );
  return {
    ...(match.size > 0 && { match: [...match] }),
    targets: [...targets.keys()],
    ...(weights.length > 0 && { weights: Object.fromEntries(weights) }),
    ...(Object.keys(policy).length > 0 && { policy }),
  };
}
