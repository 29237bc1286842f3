/** The one simulator a daemon keeps for drills; started by the first, because most daemons never need it. */
export class DrillGround {
  #url: Promise<string> | undefined;
  #close: (() => Promise<void>) | undefined;

  /** The simulator's base address, on loopback. */
  url(): Promise<string> {
    this.#url ??= this.#start();
    return this.#url;
  }

  async close(): Promise<void> {
    await this.#url?.catch(() => {});
    await this.#close?.();
  }

  async #start(): Promise<string> {
    try {
      const { createSimulator } = await import('../simulator/index.ts');
      const simulator = createSimulator({ name: 'drill' });
      this.#close = () => simulator.close();
      return (await simulator.listen(0, '127.0.0.1')).url;
    } catch (error) {
      // The next drill tries again.
      this.#url = undefined;
      throw error;
    }
  }
}
