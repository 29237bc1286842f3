import { createSimulator, type Simulator } from '../../simulator/index.ts';

/** How fast a simulated provider of the demo is. */
export interface Pace {
  readonly firstTokenMs: number;
  readonly tokensPerSecond: number;
}

/** A provider of the demo: a simulator that can be broken, switched off and switched on again at the same port. */
export class DemoProvider {
  readonly name: string;
  readonly model: string;
  readonly #pace: Pace;
  readonly #seed: number;
  #simulator: Simulator;
  #port = 0;
  #up = false;
  url = '';

  constructor(name: string, model: string, pace: Pace, seed: number) {
    this.name = name;
    this.model = model;
    this.#pace = pace;
    this.#seed = seed;
    this.#simulator = this.#create();
  }

  /** `sim-openai/sim-large`: how gw names it as a target. */
  get target(): string {
    return `${this.name}/${this.model}`;
  }

  /** Brings it up, in good health, where it was before. */
  async repair(): Promise<void> {
    this.#simulator.setFault(undefined);
    if (this.#up) return;
    this.#simulator = this.#create();
    const { url, port } = await this.#simulator.listen(this.#port);
    this.url = url;
    this.#port = port;
    this.#up = true;
  }

  /** Meets every request with this fault, in the simulator's notation. */
  break(fault: string): void {
    this.#simulator.setFault(fault);
  }

  /** Switches it off: connections are refused from now on. */
  async close(): Promise<void> {
    if (!this.#up) return;
    this.#up = false;
    await this.#simulator.close();
  }

  #create(): Simulator {
    return createSimulator({ name: this.name, seed: this.#seed, keepCalls: 0, ...this.#pace });
  }
}
