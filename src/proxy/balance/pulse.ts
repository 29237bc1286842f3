import { Headroom, MovingLatency } from '../../resilience/index.ts';

/** What a target's recent attempts tell about how it would take another one. */
export class Pulse {
  /** Attempts under way. */
  live = 0;
  /** When it last had content for anybody. */
  spokeAt = 0;
  /** When it was last asked for no other reason than to see how fast it is now. */
  exploredAt = 0;
  /** How long its streams take until their first content, and its whole answers. */
  readonly streams = new MovingLatency();
  readonly wholes = new MovingLatency();
  /** What its provider says is left of its limits. */
  readonly headroom = new Headroom();
}
