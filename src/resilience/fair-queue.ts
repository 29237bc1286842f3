/** What happened to something that wanted to wait. */
export type Queued<T> =
  | { readonly is: 'queued' }
  | { readonly is: 'full' }
  | { readonly is: 'instead-of'; readonly item: T };

const QUEUED = { is: 'queued' } as const;
const FULL = { is: 'full' } as const;

/**
 * A bounded queue that serves its lanes in turn, one of each: whoever sends a thousand at once waits for the other 999 of
 * its own, and everybody else for one of them.
 */
export class FairQueue<T> {
  /** In the order of their turns: a Map keeps the order of insertion, and a lane that was served goes to the end. */
  readonly #lanes = new Map<string, T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /**
   * Takes its place in a lane. Where `most` wait already, the newest of the longest lane gives way to one of a shorter
   * lane; otherwise there is no place.
   */
  add(lane: string, item: T, most: number): Queued<T> {
    const mine = this.#lanes.get(lane);
    if (this.#size < most) {
      this.#push(lane, mine, item);
      return QUEUED;
    }
    const longest = this.#longest();
    if (longest === undefined || longest.items.length <= (mine?.length ?? 0) + 1) return FULL;
    const out = longest.items.pop();
    if (out === undefined) return FULL;
    this.#size--;
    this.#push(lane, mine, item);
    return { is: 'instead-of', item: out };
  }

  /** The next in turn. */
  take(): T | undefined {
    const [first] = this.#lanes;
    if (first === undefined) return undefined;
    const [lane, items] = first;
    const item = items.shift();
    this.#lanes.delete(lane);
    if (items.length > 0) this.#lanes.set(lane, items);
    this.#size--;
    return item;
  }

  /** Gives its place up. */
  remove(lane: string, item: T): void {
    const items = this.#lanes.get(lane);
    const place = items?.indexOf(item) ?? -1;
    if (items === undefined || place === -1) return;
    items.splice(place, 1);
    this.#size--;
    if (items.length === 0) this.#lanes.delete(lane);
  }

  #push(lane: string, items: T[] | undefined, item: T): void {
    this.#size++;
    if (items === undefined) this.#lanes.set(lane, [item]);
    else items.push(item);
  }

  #longest(): { readonly items: T[] } | undefined {
    let longest: T[] | undefined;
    for (const items of this.#lanes.values())
      if (longest === undefined || items.length > longest.length) longest = items;
    return longest && { items: longest };
  }
}
