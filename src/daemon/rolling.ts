const SLOT_MS = 30_000;
const SLOTS = 10;

/** Length of the window, in milliseconds. */
export const WINDOW_MS = SLOT_MS * SLOTS;

/** The last five minutes in half-minute slots; a slot is cleared when its turn comes round again. */
export class RollingWindow<T extends { clear(): void }> {
  readonly #make: () => T;
  readonly #slots: (T | undefined)[] = Array.from({ length: SLOTS });
  readonly #turns = new Float64Array(SLOTS).fill(-1);

  constructor(make: () => T) {
    this.#make = make;
  }

  /** The slot for a moment (epoch milliseconds). */
  at(time: number): T {
    const turn = Math.floor(time / SLOT_MS);
    const index = turn % SLOTS;
    let slot = this.#slots[index];
    if (slot === undefined) {
      slot = this.#make();
      this.#slots[index] = slot;
    }
    // Another turn, earlier or later: a clock that was set back must not fill a slot that counts for hours to come.
    if (turn !== this.#turns[index]) {
      slot.clear();
      this.#turns[index] = turn;
    }
    return slot;
  }

  /** The slots that still count at `now`. */
  recent(now: number): T[] {
    const turn = Math.floor(now / SLOT_MS);
    return this.#slots.filter((slot, index): slot is T => {
      const age = turn - (this.#turns[index] ?? -1);
      return slot !== undefined && age >= 0 && age < SLOTS;
    });
  }
}
