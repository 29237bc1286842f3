import type { ModelFacts, ModelQuestion } from '../core/model-facts.ts';
import type { FactsPort } from '../core/ports.ts';
import { FREE, type ModelPrice, ownPrice } from '../core/price.ts';
import type { Profile, Provider } from '../core/profile.ts';
import type { Target } from '../core/target.ts';
import type { Clock } from '../lib/clock.ts';
import type { CatalogueAnswer, CatalogueQuestion } from './ask-catalogue.ts';

/** Looks models up; undefined when that did not work. Never rejects. */
export type AskCatalogue = (question: CatalogueQuestion) => Promise<CatalogueAnswer | undefined>;

// A plan names several models; they are looked up together.
const GATHER_MS = 5;
// Callers choose names, and each look is a process: at most one in a second, for all that were asked meanwhile.
const PAUSE_MS = 1_000;
const KEPT = 1_000;

interface Entry {
  readonly question: ModelQuestion;
  /** What the profile says it costs. */
  readonly own: ModelPrice | undefined;
  facts: ModelFacts | undefined;
}

/** What is known of the models in use, each looked up once. */
export class ModelBook implements FactsPort {
  readonly #ask: AskCatalogue;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  readonly #byTarget = new WeakMap<Target, Entry>();
  #waiting: Entry[] = [];
  #look: Promise<void> | undefined;
  #mayLookAt = -Infinity;

  constructor(ask: AskCatalogue, clock: Clock) {
    this.#ask = ask;
    this.#clock = clock;
  }

  /** Looks up what a profile names, so that its first requests find it done. */
  prepare({ providers, routes }: Profile): void {
    for (const provider of providers.filter(({ enabled }) => enabled)) {
      const routed = routes.flatMap(({ targets }) =>
        targets.flatMap((target) => (target.provider === provider.name ? (target.model ?? []) : [])),
      );
      for (const model of new Set([...provider.models, ...routed])) this.#entry(model, provider);
    }
  }

  meet(target: Target, provider: Provider): void {
    this.#byTarget.set(target, this.#entry(target.model, provider));
  }

  of(target: Target): ModelFacts | undefined {
    return this.#byTarget.get(target)?.facts;
  }

  async settled(): Promise<void> {
    while (this.#look !== undefined) await this.#look;
  }

  #entry(model: string, provider: Provider): Entry {
    const own = ownPrice(provider.prices, model);
    const question: ModelQuestion = {
      preset: provider.preset,
      url: provider.url,
      free: provider.quirks.includes('free'),
      model,
    };
    const name = JSON.stringify([question, own]);
    let entry = this.#entries.get(name);
    if (entry !== undefined) return entry;
    if (this.#entries.size >= KEPT) this.#entries.clear();
    entry = { question, own, facts: undefined };
    this.#entries.set(name, entry);
    if (isUnlisted(question)) entry.facts = priced({}, entry);
    else this.#waiting.push(entry);
    if (this.#waiting.length > 0) this.#look ??= this.#lookSoon();
    return entry;
  }

  async #lookSoon(): Promise<void> {
    const now = this.#clock.monotonic();
    await this.#wait(Math.max(GATHER_MS, this.#mayLookAt - now));
    this.#mayLookAt = this.#clock.monotonic() + PAUSE_MS;
    const asked = this.#waiting;
    this.#waiting = [];
    const answer = await this.#ask({ models: asked.map(({ question }) => question), providers: [] });
    // What could not be looked up is not known; asking for it again with every request would help nobody.
    for (const [index, entry] of asked.entries()) {
      entry.facts = priced(answer?.facts[index] ?? {}, entry);
    }
    this.#look = this.#waiting.length > 0 ? this.#lookSoon() : undefined;
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.after(ms, resolve));
  }
}

/** A server of one's own is in no list: nothing has to be looked up. */
function isUnlisted({ preset, url, model }: ModelQuestion): boolean {
  if (model === '') return true;
  const host = URL.parse(url)?.hostname ?? '';
  const isOwn = host === 'localhost' || host === '[::1]' || /^(127|10|192\.168)\./.test(host);
  return isOwn && preset === undefined;
}

function priced(facts: ModelFacts, { question: { free }, own }: Entry): ModelFacts {
  const price = own ?? (free ? FREE : facts.price);
  return price === undefined ? facts : { ...facts, price };
}
