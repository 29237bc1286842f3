import { randomBytes } from 'node:crypto';

import { BASE_PATHS } from '../../core/base-path.ts';
import type { FormatName } from '../../core/operation.ts';
import type { Policy } from '../../core/policy.ts';
import { openUpstream, type Upstream } from '../connections/upstream.ts';

/** A drill's faults last this long; a test of a route takes seconds. */
const VALID_MS = 60_000;
/** In a drill nobody waits for a fault that is known to come. */
const DRILL_LIMIT_MS = 1500;

/** Simulated faults that one rehearsal meets instead of its real targets. */
export interface Drill {
  /** Position in the plan, from 1 → fault in the simulator's notation. */
  readonly faults: Readonly<Record<number, string>>;
  /** Healthy targets are simulated too, and nothing leaves this machine. */
  readonly dry: boolean;
  readonly simulator: SimulatedProvider | undefined;
}

/** What a drill is armed with. */
export interface DrillOrder {
  readonly faults: Readonly<Record<number, string>>;
  readonly dry: boolean;
  /** Where the simulator answers, without a path; may be absent when nothing is simulated. */
  readonly simulatorOrigin: string | undefined;
}

/** The simulator as a provider of any format: each is spoken below its own prefix. */
export class SimulatedProvider {
  readonly #origin: string;
  readonly #upstreams = new Map<string, Upstream>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Its connections for one format; opened by the first request in it. */
  upstream(format: FormatName): Upstream {
    const prefix = BASE_PATHS[format];
    const open = this.#upstreams.get(prefix);
    if (open) return open;
    const made = openUpstream('simulator', this.#origin + prefix, DRILL_LIMIT_MS);
    this.#upstreams.set(prefix, made);
    return made;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#upstreams.values()].map((upstream) => upstream.close()));
  }

  async destroy(): Promise<void> {
    await Promise.all([...this.#upstreams.values()].map((upstream) => upstream.destroy()));
  }
}

/** Drills that requests may ask for with a token that only the control socket hands out. */
export class DrillBook {
  readonly #armed = new Map<string, { readonly drill: Drill; readonly until: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  arm(order: DrillOrder): string {
    this.#forgetOld();
    const token = randomBytes(16).toString('hex');
    const simulator =
      order.simulatorOrigin === undefined ? undefined : new SimulatedProvider(order.simulatorOrigin);
    const drill: Drill = { faults: order.faults, dry: order.dry, simulator };
    this.#armed.set(token, { drill, until: this.#now() + VALID_MS });
    return token;
  }

  find(token: string): Drill | undefined {
    const armed = this.#armed.get(token);
    return armed && armed.until > this.#now() ? armed.drill : undefined;
  }

  close(): Promise<void> {
    const simulators = [...this.#armed.values()].flatMap(({ drill }) => drill.simulator ?? []);
    this.#armed.clear();
    return Promise.all(simulators.map((simulator) => simulator.destroy())).then(() => undefined);
  }

  #forgetOld(): void {
    for (const [token, { drill, until }] of this.#armed) {
      if (until > this.#now()) continue;
      this.#armed.delete(token);
      void drill.simulator?.close();
    }
  }
}

/** The policy under which a simulated fault is met: the same decisions, without the long waits. */
export function drillPolicy(policy: Policy): Policy {
  return {
    ...policy,
    firstContentMs: DRILL_LIMIT_MS,
    firstContentReasoningMs: DRILL_LIMIT_MS,
    firstContentHighEffortMs: DRILL_LIMIT_MS,
    lastTargetFactor: 1,
    answerMs: DRILL_LIMIT_MS,
    answerLastMs: DRILL_LIMIT_MS,
    idleMs: DRILL_LIMIT_MS,
    backoffMs: 50,
    backoffCapMs: 200,
    waitMs: DRILL_LIMIT_MS,
    waitLastMs: DRILL_LIMIT_MS,
  };
}
