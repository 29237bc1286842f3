import { type Outcome, ok } from '../core/outcome.ts';
import type { Asked } from './asked.ts';
import type { FaultPart, SimulatedFault } from './fault-row.ts';
import { parseSimulatedFault } from './fault-text.ts';
import { hashText, randomFrom } from './random.ts';

// Texts come from callers; a long test run must not fill the memory with them.
const REMEMBERED = 1000;

/** Decides which faults a request meets: those of its header, else of its model name, else of the simulator. */
export class FaultChooser {
  readonly #seed: number;
  readonly #parsed = new Map<string, Outcome<SimulatedFault, string>>();
  #standing: SimulatedFault | undefined;
  #seen = new Map<string, number>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** The fault of every request that asks for none itself. Its `once`, `first` and `rate` count anew from here. */
  set(text: string | undefined): void {
    this.#seen = new Map();
    this.#standing = undefined;
    if (text === undefined) return;
    const fault = parseSimulatedFault(text);
    if (fault.is === 'failed') throw new RangeError(fault.fault);
    this.#standing = fault.value;
  }

  choose(asked: Asked): Outcome<readonly FaultPart[], string> {
    const header = asked.headers['x-sim-fault'];
    const text = typeof header === 'string' ? header : asked.modelFault;
    if (text === undefined) return ok(this.#standing ? this.#happening(this.#standing) : []);
    const fault = this.#read(text);
    return fault.is === 'failed' ? fault : ok(this.#happening(fault.value));
  }

  #read(text: string): Outcome<SimulatedFault, string> {
    const known = this.#parsed.get(text);
    if (known) return known;
    const fault = parseSimulatedFault(text);
    if (this.#parsed.size >= REMEMBERED) this.#parsed.clear();
    this.#parsed.set(text, fault);
    return fault;
  }

  #happening(fault: SimulatedFault): readonly FaultPart[] {
    return fault.parts.filter((part) => this.#happens(part));
  }

  #happens(part: FaultPart): boolean {
    const { after, first, share } = part.when;
    if (after === 0 && first === Infinity && share === 1) return true;
    if (this.#seen.size >= REMEMBERED) this.#seen.clear();
    const turn = (this.#seen.get(part.text) ?? 0) + 1;
    this.#seen.set(part.text, turn);
    if (turn <= after || turn > after + first) return false;
    return share === 1 || randomFrom(hashText(part.text, this.#seed ^ turn))() < share;
  }
}
