/** How much a `BoundedMap` holds. */
export interface Bounds {
  readonly entries: number;
  /** Of all values together, by the map's own measure. */
  readonly weight: number;
  /** Of one value; a heavier one is not taken, or it would drive out all others. */
  readonly heaviest: number;
}

/** Remembers what was used last and forgets the rest. */
export class BoundedMap<V> {
  readonly #bounds: Bounds;
  readonly #weigh: (value: V) => number;
  /** The order of a Map is that of insertion: the first is the one unused for longest. */
  readonly #values = new Map<string, V>();
  #weight = 0;

  constructor(bounds: Bounds, weigh: (value: V) => number) {
    this.#bounds = bounds;
    this.#weigh = weigh;
  }

  get size(): number {
    return this.#values.size;
  }

  get weight(): number {
    return this.#weight;
  }

  set(key: string, value: V): void {
    this.delete(key);
    const weight = this.#weigh(value);
    if (weight > this.#bounds.heaviest) return;
    this.#values.set(key, value);
    this.#weight += weight;
    for (const [oldest] of this.#values) {
      if (this.#values.size <= this.#bounds.entries && this.#weight <= this.#bounds.weight) return;
      this.delete(oldest);
    }
  }

  /** The value, which counts as used now. */
  get(key: string): V | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  delete(key: string): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    this.#weight -= this.#weigh(value);
  }
}
