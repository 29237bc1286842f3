import type { Status } from '../../control/index.ts';
import type { CallerFormatName } from '../../core/operation.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { ChatContent } from '../chat/answer.ts';
import type { Caller } from '../chat/caller.ts';
import { CommandError, EXIT } from '../error.ts';
import {
  type DrillOutcome,
  type DrillStep,
  faultTexts,
  judgeStep,
  nextInTurn,
  notTried,
  planDrill,
} from './drill.ts';
import type { WantedFault } from './faults.ts';
import type { Ground } from './ground.ts';
import { type Probe, probe } from './probe.ts';
import { type Rehearsal, Rehearser } from './rehearsal.ts';
import { formatOfFirst, USUAL_FORMAT } from './speech.ts';
import type { TestSubject } from './subject.ts';
import { targetsOf, type TestTarget } from './targets.ts';

// Enough to be quick where every failover waits, few enough for an account's smallest rate limit.
const AT_ONCE = 4;

/** How a route is to be tested. */
export interface TestOptions {
  readonly dry: boolean;
  /** Undefined: each fault as it shows best. */
  readonly stream: boolean | undefined;
  readonly wanted: readonly WantedFault[];
  /** What the route is asked in; undefined: in the format of its first target, where callers can speak it. */
  readonly format: CallerFormatName | undefined;
}

/** Everything that is known before anything is spent. */
export interface TestPlan {
  readonly subject: TestSubject;
  readonly status: Status;
  readonly format: CallerFormatName;
  readonly targets: readonly TestTarget[];
  readonly steps: readonly DrillStep[];
  /** What the drill's simulator says to the question of the test. */
  readonly simulated: ChatContent | undefined;
  /** Requests that will reach real providers, if every target works. */
  readonly realRequests: number;
}

/** What gw says it would do, in the format of the test. */
interface Look {
  readonly look: Rehearsal;
  readonly targets: readonly TestTarget[];
  readonly format: CallerFormatName;
}

/** What came of it. */
export interface TestResult {
  readonly probes: readonly Probe[];
  readonly drill: readonly DrillOutcome[];
}

/** Tests one subject through one gw. */
export class RouteTest {
  readonly #ground: Ground;
  readonly #subject: TestSubject;
  readonly #options: TestOptions;
  readonly #rehearser: Rehearser;

  constructor(ground: Ground, caller: Caller, subject: TestSubject, options: TestOptions) {
    this.#ground = ground;
    this.#subject = subject;
    this.#options = options;
    this.#rehearser = new Rehearser(ground, caller, subject);
  }

  /** Asks gw for its plan, with every target simulated: costs nothing and leaves the machine's network alone. */
  async plan(): Promise<TestPlan> {
    const { dry, stream, wanted } = this.#options;
    const { look, targets, format } = await this.#look();
    const steps = planDrill(targets, wanted, stream);
    requirePositions(wanted, targets);
    const usable = targets.filter(({ out }) => out === undefined);
    return {
      subject: this.#subject,
      status: this.#ground.status,
      format,
      targets,
      steps,
      simulated: look.answer.is === 'whole' ? look.answer.content : undefined,
      realRequests: dry ? 0 : usable.length + steps.filter((step) => asksSomebody(step, targets)).length,
    };
  }

  /** Who is there is only known once gw was asked; what to ask in may follow from it, and then gw is asked again. */
  async #look(asked: CallerFormatName = this.#options.format ?? USUAL_FORMAT): Promise<Look> {
    const order = { faults: {}, dry: true, stream: false, limit: 'max_tokens', format: asked } as const;
    const look = await this.#rehearser.send(order);
    const targets = targetsOf(look.trail ?? { plan: [] });
    if (targets.length === 0) throw this.#noPlan(look.answer.problem);
    const format = this.#options.format ?? formatOfFirst(targets, this.#ground.status);
    return format === asked ? { look, targets, format } : this.#look(format);
  }

  async probes({ targets, format }: TestPlan): Promise<readonly Probe[]> {
    const { dry, stream = true } = this.#options;
    return inTurns(targets, (target) => probe(this.#rehearser, target, { dry, stream, format }));
  }

  /** `onStep` hears how many steps are done. */
  async drill(
    plan: TestPlan,
    probes: readonly Probe[],
    onStep: (done: number) => void,
  ): Promise<readonly DrillOutcome[]> {
    let done = 0;
    return inTurns(plan.steps, async (step) => {
      const outcome = await this.#step(step, plan, probes);
      onStep(++done);
      return outcome;
    });
  }

  async #step(step: DrillStep, plan: TestPlan, probes: readonly Probe[]): Promise<DrillOutcome> {
    const { targets, simulated, format } = plan;
    const { dry } = this.#options;
    const next = nextInTurn(targets, step);
    const probed = probes.find(({ target }) => target === next);
    if (next && probed?.is === 'failed') return notTried(step, next.name);
    const rehearsal = await this.#rehearser.send({
      faults: faultTexts(targets, step),
      dry,
      stream: step.stream,
      limit: probed?.limit ?? 'max_tokens',
      format,
    });
    return judgeStep(step, targets, rehearsal, { dry, simulated });
  }

  #noPlan(problem: string | undefined): CommandError {
    return new CommandError(`Nothing here serves ${terminalSafe(this.#subject.name)}.`, {
      why: terminalSafe(problem ?? 'gw made no plan for it'),
      fix: 'gw route list (what there is), or: gw route set NAME PROVIDER/MODEL …',
      exit: EXIT.routeFailed,
    });
  }
}

function asksSomebody(step: DrillStep, targets: readonly TestTarget[]): boolean {
  const next = nextInTurn(targets, step);
  return next !== undefined && !step.faults.has(next.position);
}

function requirePositions(wanted: readonly WantedFault[], targets: readonly TestTarget[]): void {
  const wrong = wanted.find(({ at }) => at !== undefined && (at < 1 || at > targets.length));
  if (!wrong) return;
  throw new CommandError(`There is no target ${wrong.at ?? 0} to fail.`, {
    why: `the route has ${targets.length}: ${targets.map(({ name, position }) => `${position} ${name}`).join(', ')}`,
    fix: `--simulate ${wrong.fault.name}@1`,
    exit: EXIT.usage,
  });
}

/** Like `Promise.all`, with a few at a time; results in order. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Map<number, R>();
  const waiting = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) results.set(next[0], await work(next[1]));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return items.flatMap((_, index) => {
    const result = results.get(index);
    return result === undefined ? [] : [result];
  });
}
