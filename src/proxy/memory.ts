import type { FactsPort } from '../core/ports.ts';
import type { Target } from '../core/target.ts';
import type { HttpProxyRule } from '../lib/http-proxy.ts';
import type { Lookup } from './connector.ts';
import { type KeyState, TargetState, type TargetView } from './target-state.ts';

// Callers choose model names, so what is remembered must not grow with them.
const TARGETS_KEPT = 5000;

/** What survives a reload: health of targets and keys, what is known of models, and the way out of this machine. */
export class Memory {
  readonly httpProxyFor: HttpProxyRule;
  readonly facts: FactsPort | undefined;
  readonly lookup: Lookup | undefined;
  readonly #targets = new Map<string, TargetState>();
  readonly #keys = new Map<string, KeyState>();

  constructor(httpProxyFor: HttpProxyRule = () => undefined, facts?: FactsPort, lookup?: Lookup) {
    this.httpProxyFor = httpProxyFor;
    this.facts = facts;
    this.lookup = lookup;
  }

  target(target: Target): TargetState {
    const name = `${target.provider}\n${target.key}\n${target.model}`;
    let state = this.#targets.get(name);
    if (!state) {
      if (this.#targets.size >= TARGETS_KEPT) this.#targets.clear();
      state = new TargetState(target, this.#key(target));
      this.#targets.set(name, state);
    }
    return state;
  }

  /** The state of a target that was met before. */
  known({ provider, key, model }: Target): TargetState | undefined {
    return this.#targets.get(`${provider}\n${key}\n${model}`);
  }

  views(now: number): TargetView[] {
    return [...this.#targets.values()].map((state) => state.view(now));
  }

  #key(target: Target): KeyState {
    const name = `${target.provider}\n${target.key}`;
    let state = this.#keys.get(name);
    if (!state) {
      state = { cooldown: undefined };
      this.#keys.set(name, state);
    }
    return state;
  }

  /** Refused keys and empty accounts are worth another try once the profile was read again. */
  forgetKeyCooldowns(): void {
    for (const state of this.#keys.values()) state.cooldown = undefined;
  }
}
