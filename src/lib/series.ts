/** What stands for every combination of labels beyond the bound. */
const OTHER = 'other';

/** One thing per combination of labels, and never more of them than so many: the rest share one. */
export class Series<T> {
  readonly #most: number;
  readonly #make: () => T;
  readonly #rows = new Map<string, { readonly labels: readonly string[]; readonly value: T }>();

  constructor(most: number, make: () => T) {
    this.#most = most;
    this.#make = make;
  }

  at(...labels: readonly string[]): T {
    const key = labels.join('\n');
    const row = this.#rows.get(key);
    if (row) return row.value;
    if (this.#rows.size >= this.#most && labels.some((label) => label !== OTHER))
      return this.at(...labels.map(() => OTHER));
    const value = this.#make();
    this.#rows.set(key, { labels, value });
    return value;
  }

  map<R>(each: (labels: readonly string[], value: T) => R): R[] {
    return [...this.#rows.values()].map(({ labels, value }) => each(labels, value));
  }
}
