import { BoundedMap } from '../../lib/bounded-map.ts';
import { Wheel } from '../../resilience/index.ts';

// One for each route and each provider with several keys; names come from the profile.
const WHEELS_KEPT = 1000;

/** Whose turn it is, by route and by provider; survives a reload, so that turns go on where they were. */
export class Wheels {
  readonly #wheels = new BoundedMap<Wheel>(
    { entries: WHEELS_KEPT, weight: WHEELS_KEPT, heaviest: 1 },
    () => 1,
  );

  of(name: string): Wheel {
    const found = this.#wheels.get(name);
    if (found) return found;
    const wheel = new Wheel();
    this.#wheels.set(name, wheel);
    return wheel;
  }
}
