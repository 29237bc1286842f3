import { createHmac, randomBytes } from 'node:crypto';

import type { FactsPort, Remembered, StoredAge } from '../core/ports.ts';
import type { Target } from '../core/target.ts';
import { field, stringField } from '../lib/expect.ts';
import type { HttpProxyRule } from '../lib/http-proxy.ts';
import { FirstContentBook, keepCooldown, takeCooldown } from '../resilience/index.ts';
import type { Lookup } from './connections/connector.ts';
import type { Connections } from './connections/upstream.ts';
import { PrefillMemory } from './continuation/prefill-memory.ts';
import { RelayedShelf } from './continuation/relayed-bytes.ts';
import { type HealthListener, type KeyState, TargetState, type TargetView } from './health/target-state.ts';
import { Rooms } from './room/admission.ts';
import { Turns } from './turns.ts';

// Callers choose model names, so what is remembered must not grow with them.
const TARGETS_KEPT = 5000;
// Of the file that outlives a restart the same holds.
const ENTRIES_KEPT = 1000;

/** What survives a reload, and in part a restart: health of targets and keys, what is known of models, and the way out of this machine. */
export class Memory implements Remembered {
  readonly name = 'health';
  readonly httpProxyFor: HttpProxyRule;
  readonly facts: FactsPort | undefined;
  /** How long models took until their first content. */
  readonly firstContents = new FirstContentBook();
  /** How many requests may be under way at once. */
  readonly rooms = new Rooms();
  readonly lookup: Lookup | undefined;
  /** Plays the connections of providers; in simulated outages alone. */
  connections: ((provider: string) => Connections) | undefined;
  /** Which models go on from a prefilled answer. */
  readonly prefills = new PrefillMemory();
  /** What streams under way have relayed, in case they break. */
  readonly relayed = new RelayedShelf();
  /** Where streams wait that have had their turn. */
  readonly turns = new Turns();
  /** In the order in which they were met, in which they are shown. */
  readonly #targets = new Map<string, TargetState>();
  /** Their names, the one that was unused for longest first. */
  readonly #byUse = new Set<string>();
  readonly #keys = new Map<string, KeyState>();
  /** Who is behind each key of each provider: a hash, as what it is made of is secret. */
  readonly #identities = new Map<string, string>();
  #salt = randomBytes(16).toString('hex');
  /** Told of every change in anybody's health. */
  listener: HealthListener | undefined;

  constructor(httpProxyFor: HttpProxyRule = () => undefined, facts?: FactsPort, lookup?: Lookup) {
    this.httpProxyFor = httpProxyFor;
    this.facts = facts;
    this.lookup = lookup;
  }

  target(target: Target): TargetState {
    const name = nameOf(target);
    const state = this.#targets.get(name) ?? this.#meet(name, target);
    this.#byUse.delete(name);
    this.#byUse.add(name);
    return state;
  }

  #meet(name: string, target: Target): TargetState {
    const [oldest] = this.#targets.size < TARGETS_KEPT ? [] : this.#byUse;
    if (oldest !== undefined) {
      this.#targets.delete(oldest);
      this.#byUse.delete(oldest);
    }
    const state = new TargetState(target, this.#key(target), (changed, was) => this.listener?.(changed, was));
    this.#targets.set(name, state);
    return state;
  }

  /** The state of a target that was met before. */
  known(target: Target): TargetState | undefined {
    return this.#targets.get(nameOf(target));
  }

  states(): Iterable<TargetState> {
    return this.#targets.values();
  }

  views(now: number): TargetView[] {
    return [...this.#targets.values()].map((state) => state.view(now));
  }

  #key({ provider, key }: Pick<Target, 'provider' | 'key'>): KeyState {
    const name = `${provider}\n${key}`;
    let state = this.#keys.get(name);
    if (!state) {
      state = { cooldown: undefined };
      this.#keys.set(name, state);
    }
    return state;
  }

  /** Refused keys and empty accounts are worth another try once the profile was read again. */
  forgetKeyCooldowns(): void {
    for (const state of this.#targets.values()) state.reloaded();
    for (const key of this.#keys.values()) key.cooldown = undefined;
  }

  /**
   * Says who is behind a key of a provider now: `who` holds the address and the key itself, and is not kept. When it is
   * somebody else than before, what went wrong there is nobody's fault any more.
   */
  identify(provider: string, key: string, who: string): void {
    const name = `${provider}\n${key}`;
    const identity = createHmac('sha256', this.#salt).update(who).digest('hex').slice(0, 32);
    const before = this.#identities.get(name);
    this.#identities.set(name, identity);
    if (before === undefined || before === identity) return;
    for (const state of this.#targets.values())
      if (state.target.provider === provider && state.target.key === key) state.reset();
    const shared = this.#keys.get(name);
    if (shared) shared.cooldown = undefined;
  }

  /** Whom gw leaves alone, and what their keys are recognised by. */
  snapshot(): unknown {
    const targets = [...this.#targets.values()]
      .flatMap((state) => {
        const kept = state.keep();
        return kept === undefined ? [] : [{ ...state.target, ...kept }];
      })
      .slice(0, ENTRIES_KEPT);
    const keys = [...this.#keys].flatMap(([name, { cooldown, injected }]) => {
      const [provider = '', key = ''] = name.split('\n');
      const kept = cooldown === undefined || injected === true ? undefined : keepCooldown(cooldown);
      const isNeeded = kept !== undefined || targets.some((each) => each.provider === provider);
      return isNeeded ? [{ provider, key, identity: this.#identities.get(name), cooldown: kept }] : [];
    });
    return { salt: this.#salt, keys: keys.slice(0, ENTRIES_KEPT), targets };
  }

  /** Takes up what was kept; call it before anybody is identified. */
  restore(stored: unknown, age: StoredAge): void {
    const salt = stringField(stored, 'salt');
    if (salt === undefined) return;
    this.#salt = salt;
    for (const entry of entries(field(stored, 'keys'))) {
      const [provider, key] = [stringField(entry, 'provider'), stringField(entry, 'key')];
      const identity = stringField(entry, 'identity');
      if (provider === undefined || key === undefined || identity === undefined) continue;
      this.#identities.set(`${provider}\n${key}`, identity);
      this.#key({ provider, key }).cooldown = takeCooldown(field(entry, 'cooldown'), age);
    }
    for (const entry of entries(field(stored, 'targets'))) {
      const [provider, key] = [stringField(entry, 'provider'), stringField(entry, 'key')];
      const model = stringField(entry, 'model');
      // Without knowing whose fault it was, it is nobody's.
      if (provider === undefined || key === undefined || model === undefined) continue;
      if (this.#identities.has(`${provider}\n${key}`)) this.target({ provider, model, key }).take(entry, age);
    }
  }
}

function entries(stored: unknown): readonly unknown[] {
  return Array.isArray(stored) ? stored.slice(0, ENTRIES_KEPT) : [];
}

function nameOf({ provider, key, model }: Target): string {
  return `${provider}\n${key}\n${model}`;
}
