import type { LoadView } from '../../core/health.ts';
import type { Profile } from '../../core/profile.ts';
import { FairQueue } from '../../resilience/index.ts';

/** How quickly the usual time between two leaving follows the last one. */
const GAP_WEIGHT = 0.2;
/** What a caller is told to wait when nobody has left yet. */
const FIRST_GAP_MS = 1000;

/** Someone who waits for room, perhaps in several places at once. */
export interface Waiter {
  readonly lane: string;
  /** There is room, and it is taken already. */
  enter(room: Room): void;
  /** Its place in this queue went to another. */
  displaced(room: Room): void;
}

/** A place that so many may be in at once; whoever finds it full may wait. */
export class Room {
  #limit: number;
  #inFlight = 0;
  #refused = 0;
  #leftAt = 0;
  #gapMs = FIRST_GAP_MS;
  readonly #queue = new FairQueue<Waiter>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get limit(): number {
    return this.#limit;
  }

  set limit(limit: number) {
    this.#limit = limit;
    this.#letIn();
  }

  /** Nobody is kept waiting, and there is a place. */
  get hasRoom(): boolean {
    return this.#inFlight < this.#limit && this.#queue.size === 0;
  }

  /** Takes a place, if there is one. */
  enter(): boolean {
    if (!this.hasRoom) return false;
    this.#inFlight++;
    return true;
  }

  /** Gives the place back; who waits longest in the lane whose turn it is gets it. */
  leave(now: number): void {
    if (this.#inFlight >= this.#limit) this.#measure(now);
    this.#inFlight--;
    if (this.#queue.size > 0) this.#letIn();
  }

  /** Waits in line; false when the line is as long as it may be. */
  queueUp(waiter: Waiter, most: number): boolean {
    const queued = this.#queue.add(waiter.lane, waiter, most);
    if (queued.is === 'instead-of') queued.item.displaced(this);
    return queued.is !== 'full';
  }

  giveUp(waiter: Waiter): void {
    this.#queue.remove(waiter.lane, waiter);
  }

  noteRefusal(): void {
    this.#refused++;
  }

  /** When those who wait now will have had their turn, by the pace of late; milliseconds. */
  get expectedMs(): number {
    return (this.#queue.size + 1) * this.#gapMs;
  }

  view(): LoadView {
    return {
      inFlight: this.#inFlight,
      queued: this.#queue.size,
      refused: this.#refused,
      ...(Number.isFinite(this.#limit) && { limit: this.#limit }),
    };
  }

  /** In words, for the trail: `4 of 4 requests under way, 2 waiting`. */
  describe(): string {
    const waiting = this.#queue.size === 0 ? '' : `, ${this.#queue.size} waiting`;
    return `${this.#inFlight} of ${this.#limit} requests under way${waiting}`;
  }

  #letIn(): void {
    while (this.#inFlight < this.#limit) {
      const waiter = this.#queue.take();
      if (waiter === undefined) return;
      this.#inFlight++;
      waiter.enter(this);
    }
  }

  #measure(now: number): void {
    if (this.#leftAt > 0 && now >= this.#leftAt)
      this.#gapMs += (now - this.#leftAt - this.#gapMs) * GAP_WEIGHT;
    this.#leftAt = now;
  }
}

/** gw's own room, and those of providers that serve only so many at once. They survive a reload. */
export class Rooms {
  readonly total = new Room(Infinity);
  readonly #providers = new Map<string, Room>();

  /** Takes the limits of a profile. */
  apply({ policy, providers }: Profile): void {
    this.total.limit = policy.maxInFlight;
    for (const { name, concurrency = Infinity } of providers) {
      const room = this.#providers.get(name);
      if (room) room.limit = concurrency;
      else if (concurrency !== Infinity) this.#providers.set(name, new Room(concurrency));
    }
  }

  /** The room of a provider that serves only so many at once; undefined for all others. */
  of(provider: string): Room | undefined {
    const room = this.#providers.get(provider);
    return room?.limit === Infinity ? undefined : room;
  }

  views(): Readonly<Record<string, LoadView>> {
    const limited = [...this.#providers].filter(([, { limit }]) => limit !== Infinity);
    return Object.fromEntries(limited.map(([name, room]) => [name, room.view()]));
  }
}
