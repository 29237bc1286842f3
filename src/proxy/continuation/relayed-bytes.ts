import { Bag } from '../../lib/bag.ts';

/** Longer answers are not continued: what is kept of each stream is kept for nothing nearly always. */
const MOST_BYTES = 4 * 1024 * 1024;
/**
 * What all streams together may keep: a hundred answers of 1,000 tokens at the 300 bytes that an event of one token
 * takes. Without a bound a hundred callers that do not read would have 400 MiB kept for them.
 */
const MOST_OF_ALL_BYTES = 32 * 1024 * 1024;
/** Whoever makes room makes some for the next ones too, or each chunk of a busy hour would begin with a search. */
const ROOM_AGAIN_BYTES = MOST_OF_ALL_BYTES * 0.75;
/**
 * Copies are gathered in slabs that double up to the last: a short answer takes little, a long one few of them. As many
 * streams as may be under way (`maxInFlight`) have room for the first.
 */
const FIRST_SLAB_BYTES = 2 * 1024;
const LAST_SLAB_BYTES = 64 * 1024;

/** Why nothing is kept of a stream: it was too long itself, or others needed the room. */
export type Dropped = 'long' | 'crowd';

/** What is kept of all streams under way; those that take most make room when it becomes too much. */
export class RelayedShelf {
  readonly #kept = new Bag<RelayedBytes>();
  #bytes = 0;

  /** Memory that all streams together take, what is not yet written of it included. */
  get bytes(): number {
    return this.#bytes;
  }

  /** For one stream; it must be released at its end. */
  open(): RelayedBytes {
    const kept = new RelayedBytes(this);
    this.#kept.add(kept);
    return kept;
  }

  took(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > MOST_OF_ALL_BYTES) this.#makeRoom();
  }

  gave(bytes: number): void {
    this.#bytes -= bytes;
  }

  close(kept: RelayedBytes): void {
    this.#kept.delete(kept);
  }

  #makeRoom(): void {
    for (const kept of [...this.#kept].sort((one, other) => other.taken - one.taken)) {
      if (this.#bytes <= ROOM_AGAIN_BYTES) return;
      kept.drop('crowd');
    }
  }
}

const NOTHING = Buffer.alloc(0);

/** The bytes of a stream as they came, kept until it is whole in case it breaks. Nothing is read before that. */
export class RelayedBytes {
  readonly #shelf: RelayedShelf;
  /** Those that are full. */
  #slabs: Buffer[] = [];
  #slab = NOTHING;
  /** Bytes of the last slab that are written. */
  #used = 0;
  #length = 0;
  #taken = 0;
  #isReleased = false;
  /** Undefined while everything is kept. */
  dropped: Dropped | undefined;

  constructor(shelf: RelayedShelf) {
    this.#shelf = shelf;
  }

  /** Bytes of memory. */
  get taken(): number {
    return this.#taken;
  }

  push(bytes: Buffer): void {
    if (this.dropped !== undefined || this.#isReleased) return;
    this.#length += bytes.length;
    if (this.#length > MOST_BYTES) this.drop('long');
    else if (bytes.length > this.#slab.length - this.#used) this.#addSlab(bytes.length);
    // Whoever needs a slab may be the one to make room for it.
    if (this.dropped !== undefined) return;
    // Copied: to hold on to what a socket read keeps memory from being used again, and the next read pays for it.
    this.#slab.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  /** Undefined when it was too much. */
  get all(): readonly Buffer[] | undefined {
    if (this.dropped !== undefined) return undefined;
    return this.#used === 0 ? this.#slabs : [...this.#slabs, this.#slab.subarray(0, this.#used)];
  }

  drop(why: Dropped): void {
    if (this.dropped !== undefined) return;
    this.dropped = why;
    this.#slabs = [];
    this.#slab = NOTHING;
    this.#used = 0;
    if (!this.#isReleased) this.#shelf.gave(this.#taken);
    this.#taken = 0;
  }

  #addSlab(least: number): void {
    const doubled = Math.min(Math.max(FIRST_SLAB_BYTES, this.#slab.length * 2), LAST_SLAB_BYTES);
    const size = Math.max(doubled, least);
    this.#taken += size;
    this.#shelf.took(size);
    if (this.dropped !== undefined) return;
    if (this.#used > 0) this.#slabs.push(this.#slab.subarray(0, this.#used));
    this.#slab = Buffer.allocUnsafeSlow(size);
    this.#used = 0;
  }

  /** The stream is over: what is still wanted of it is wanted at once, and no longer counted. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#shelf.gave(this.#taken);
    this.#shelf.close(this);
  }
}
