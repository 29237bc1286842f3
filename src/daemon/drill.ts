// Its words are its own: a drill tells them from those of a `gw simulate` that is one of the route's real targets.
const DRILL_SEED = 77_041;

/** The one simulator a daemon keeps for drills; started by the first, because most daemons never need it. */
export class DrillGround {
  #origin: Promise<string> | undefined;
  #close: (() => Promise<void>) | undefined;

  /** Where the simulator answers, on loopback; without a path. */
  origin(): Promise<string> {
    this.#origin ??= this.#start();
    return this.#origin;
  }

  async close(): Promise<void> {
    await this.#origin?.catch(() => {});
    await this.#close?.();
  }

  async #start(): Promise<string> {
    try {
      const { createSimulator } = await import('../simulator/index.ts');
      const simulator = createSimulator({ name: 'drill', seed: DRILL_SEED, keepCalls: 0 });
      this.#close = () => simulator.close();
      return new URL((await simulator.listen(0, '127.0.0.1')).url).origin;
    } catch (error) {
      // The next drill tries again.
      this.#origin = undefined;
      throw error;
    }
  }
}
