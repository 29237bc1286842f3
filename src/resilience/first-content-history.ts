import { field, numberField } from '../lib/expect.ts';
import type { Reasoning } from './reasoning.ts';

/** Fewer readings say nothing about the slowest of a hundred: at 50 the 99th percentile is the slowest one seen. */
const ENOUGH = 50;
const QUANTILE = 0.99;
/** Later than this is late: of what is slower a twentieth of all requests is, and no more. */
const LATE_QUANTILE = 0.95;
/** What was seen a day ago counts half, a week ago less than a hundredth: models are moved and servers replaced. */
const HALF_LIFE_MS = 86_400_000;
/** Beyond that the older half gives way, or a busy day would outvote the hour in which the provider became slower. */
const MOST = 2000;
/** A search through the steps is 0.3 µs; one reading changes little. */
const SEARCHED_EVERY = 16;
/** Weights grow with time instead of shrinking what was counted; before they lose precision all are scaled back. */
const HEAVIEST = 1024;

// Steps of 2^(1/6): a limit is at most an eighth over the truth. 100 ms to 160 s, as limits end at 120 s.
const FIRST_MS = 100;
const STEPS_PER_DOUBLING = 6;
const STEPS = 64;

// Prompts of about 2,000, 16,000 and 128,000 tokens: reading a prompt takes its time, and agents send long ones.
const SIZES: readonly number[] = [8 * 1024, 64 * 1024, 512 * 1024];
const REASONINGS: readonly Reasoning[] = ['none', 'normal', 'high'];

/** What was learned about one kind of prompt. */
export interface Learned {
  /** Readings it rests on; older ones count for less. */
  readonly samples: number;
  /** The 99th percentile, milliseconds. */
  readonly p99Ms: number;
  /**
   * False when more than one in a hundred was cut off before it had spoken: how slow the slowest are is then not known,
   * and what was seen of the others must not shorten a limit.
   */
  readonly whole: boolean;
}

/** The same as others see it. */
export interface LearnedKind extends Learned {
  /** Prompts shorter than this; absent for the longest. */
  readonly belowBytes?: number;
  readonly reasoning: Reasoning;
}

/**
 * How long one model at one provider took until its first content, by size of the prompt and effort of reasoning.
 * Bounded (a few hundred numbers), and taking note costs a handful of additions: it happens for every stream.
 */
export class FirstContentHistory {
  readonly #kinds = new Map<number, Kind>();
  readonly #changed: () => void;

  /** `changed` is called with every reading, so it must be cheap. */
  constructor(changed: () => void = () => undefined) {
    this.#changed = changed;
  }

  /** First content came `ms` after a request of so many bytes. */
  record(bytes: number, reasoning: Reasoning, ms: number, now: number): void {
    this.#kind(bytes, reasoning).add(ms, now);
    this.#changed();
  }

  /** The attempt ended after `ms` without content and without a word why: all that is known is that it takes longer. */
  recordCutOff(bytes: number, reasoning: Reasoning, ms: number, now: number): void {
    this.#kind(bytes, reasoning).addCutOff(ms, now);
    this.#changed();
  }

  /** Undefined until there are enough readings. */
  learned(bytes: number, reasoning: Reasoning, now: number): Learned | undefined {
    return this.#kinds.get(placeOf(bytes, reasoning))?.learned(now);
  }

  /**
   * The 95th percentile, milliseconds; undefined until there are enough readings, and while so many were cut off before
   * they had spoken that it is not known.
   */
  late(bytes: number, reasoning: Reasoning, now: number): number | undefined {
    return this.#kinds.get(placeOf(bytes, reasoning))?.late(now);
  }

  /** Everything that was learned so far. */
  view(now: number): LearnedKind[] {
    return [...this.#kinds].flatMap(([place, kind]) => {
      const learned = kind.learned(now);
      const reasoning = REASONINGS[place % REASONINGS.length];
      if (learned === undefined || reasoning === undefined) return [];
      const belowBytes = SIZES[Math.floor(place / REASONINGS.length)];
      return [{ reasoning, ...(belowBytes === undefined ? {} : { belowBytes }), ...learned }];
    });
  }

  /** Plain data for a file. */
  snapshot(): readonly KindSnapshot[] {
    return [...this.#kinds].map(([place, kind]) => ({ place, ...kind.snapshot() }));
  }

  /** Takes back what `snapshot` gave; whatever is not of that shape is left out. */
  restore(saved: unknown, now: number): void {
    if (!Array.isArray(saved)) return;
    for (const entry of saved) {
      const place = numberField(entry, 'place');
      if (place === undefined || !Number.isInteger(place) || place < 0 || place >= PLACES) continue;
      const kind = Kind.from(entry, now);
      if (kind) this.#kinds.set(place, kind);
    }
  }

  #kind(bytes: number, reasoning: Reasoning): Kind {
    const place = placeOf(bytes, reasoning);
    let kind = this.#kinds.get(place);
    if (kind === undefined) {
      kind = new Kind();
      this.#kinds.set(place, kind);
    }
    return kind;
  }
}

/** The readings of one kind of prompt, as they are kept. */
export interface KindSnapshot {
  readonly place: number;
  /** The moment (epoch milliseconds) in whose weight the counts are given. */
  readonly at: number;
  readonly cutOff: number;
  /** Step and count, one after the other, of the steps that have any. */
  readonly counts: readonly number[];
}

const PLACES = (SIZES.length + 1) * REASONINGS.length;

function placeOf(bytes: number, reasoning: Reasoning): number {
  let size = 0;
  while (bytes >= (SIZES[size] ?? Infinity)) size++;
  return size * REASONINGS.length + REASONINGS.indexOf(reasoning);
}

/** What a search through the steps finds. */
interface Found {
  readonly p99Ms: number;
  readonly whole: boolean;
  readonly lateMs: number | undefined;
}

class Kind {
  readonly #counts = new Float64Array(STEPS);
  /** Of all readings, those cut off included, in the weight of `#at`. */
  #total = 0;
  #cutOff = 0;
  #at = 0;
  /** What was found at the last search. */
  #found: Found | undefined;
  /** Since then. */
  #readings = 0;

  add(ms: number, now: number): void {
    const weight = this.#weigh(now);
    const step = stepOf(ms);
    this.#counts[step] = (this.#counts[step] ?? 0) + weight;
    this.#count(weight);
  }

  addCutOff(ms: number, now: number): void {
    // Who is cut off earlier than most speak says nothing about how slow the slowest are.
    const found = this.#find();
    if (ms < (found?.lateMs ?? found?.p99Ms ?? 0)) return;
    const weight = this.#weigh(now);
    this.#cutOff += weight;
    this.#count(weight);
    this.#found = undefined;
  }

  learned(now: number): Learned | undefined {
    const samples = this.#samples(now);
    const found = samples < ENOUGH ? undefined : this.#find();
    return found && { samples, p99Ms: found.p99Ms, whole: found.whole };
  }

  late(now: number): number | undefined {
    return this.#samples(now) < ENOUGH ? undefined : this.#find()?.lateMs;
  }

  /** A clock that was set back must not make readings count for more than they are. */
  #samples(now: number): number {
    return Math.round(this.#total / Math.max(1, weightAt(this.#at, now)));
  }

  snapshot(): Omit<KindSnapshot, 'place'> {
    const counts: number[] = [];
    for (const [step, count] of this.#counts.entries()) if (count > 0) counts.push(step, rounded(count));
    return { at: this.#at, cutOff: rounded(this.#cutOff), counts };
  }

  static from(saved: unknown, now: number): Kind | undefined {
    const at = numberField(saved, 'at');
    const cutOff = numberField(saved, 'cutOff');
    const counts = field(saved, 'counts');
    if (at === undefined || at > now || cutOff === undefined || !isCount(cutOff)) return undefined;
    if (!Array.isArray(counts)) return undefined;
    const kind = new Kind();
    kind.#at = at;
    kind.#cutOff = cutOff;
    for (let i = 0; i + 1 < counts.length; i += 2) {
      const step: unknown = counts[i];
      const count: unknown = counts[i + 1];
      if (typeof step !== 'number' || !Number.isInteger(step) || step < 0 || step >= STEPS) return undefined;
      if (!isCount(count)) return undefined;
      kind.#counts[step] = count;
    }
    kind.#total = cutOff + kind.#counts.reduce((sum, count) => sum + count, 0);
    return kind;
  }

  /** The weight of a reading now. */
  #weigh(now: number): number {
    if (this.#total === 0) this.#at = now;
    const weight = weightAt(this.#at, now);
    if (weight <= HEAVIEST) return weight;
    this.#scale(1 / weight);
    this.#at = now;
    return 1;
  }

  #count(weight: number): void {
    this.#total += weight;
    if (++this.#readings >= SEARCHED_EVERY) this.#found = undefined;
    if (this.#total > MOST * weight) this.#scale(0.5);
  }

  #scale(by: number): void {
    for (let step = 0; step < STEPS; step++) this.#counts[step] = (this.#counts[step] ?? 0) * by;
    this.#total *= by;
    this.#cutOff *= by;
    this.#found = undefined;
  }

  #find(): Found | undefined {
    const spoke = this.#total - this.#cutOff;
    if (spoke <= 0) return undefined;
    if (this.#found) return this.#found;
    this.#readings = 0;
    // Those cut off are slower than any that spoke: with few of them the quantile of all is among those that spoke.
    const whole = this.#cutOff <= this.#total * (1 - QUANTILE);
    return (this.#found = {
      p99Ms: this.#quantile(whole ? this.#total * QUANTILE : spoke * QUANTILE),
      whole,
      lateMs:
        this.#cutOff <= this.#total * (1 - LATE_QUANTILE)
          ? this.#quantile(this.#total * LATE_QUANTILE)
          : undefined,
    });
  }

  /** Upper edge of the step in which the reading of that rank lies. */
  #quantile(rank: number): number {
    let seen = 0;
    let last = 0;
    for (let step = 0; step < STEPS; step++) {
      const count = this.#counts[step] ?? 0;
      if (count === 0) continue;
      last = step;
      seen += count;
      if (seen >= rank) break;
    }
    return edgeOf(last);
  }
}

function weightAt(at: number, now: number): number {
  return 2 ** (Math.min(now - at, HALF_LIFE_MS * 500) / HALF_LIFE_MS);
}

function stepOf(ms: number): number {
  if (!(ms > FIRST_MS)) return 0;
  return Math.min(STEPS - 1, Math.ceil(Math.log2(ms / FIRST_MS) * STEPS_PER_DOUBLING));
}

function edgeOf(step: number): number {
  return Math.round(FIRST_MS * 2 ** (step / STEPS_PER_DOUBLING));
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MOST * HEAVIEST;
}

function rounded(count: number): number {
  return Math.round(count * 1000) / 1000;
}
