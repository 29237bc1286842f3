import { type Fault, fault } from '../../core/fault.ts';
import type { Clock } from '../../lib/clock.ts';
import type { AnswerHomes } from '../answer-homes.ts';
import type { DrillBook } from '../drill.ts';
import type { ChosenPlan, Exchange } from '../exchange.ts';
import type { CompiledPlan, Step } from '../fleet.ts';
import type { ItemMemory } from '../item-memory.ts';
import { parseTimeout } from '../patience.ts';
import { compilePlan } from '../planning/find-targets.ts';
import { lastResort, refuseAll, tell, whyNever, whyNotNow } from '../planning/leave-out.ts';
import { type Refusal, refused } from '../reply.ts';
import { resume } from '../resume.ts';
import type { Stage } from '../stage.ts';

/** Chooses the targets: those of the route that answers to the model, without the ones being left alone. */
export function plan(ports: PlanPorts): Stage {
  return (next) => (exchange) => {
    const refusal = decidePlan(exchange, ports);
    return refusal ? Promise.resolve(refusal) : next(exchange);
  };
}

/** What choosing targets needs from outside. */
export interface PlanPorts {
  readonly clock: Clock;
  readonly drills: DrillBook;
  readonly homes: AnswerHomes;
  readonly items: ItemMemory;
}

function decidePlan(exchange: Exchange, { clock, drills, homes, items }: PlanPorts): Refusal | undefined {
  const wrong = readWishes(exchange, drills);
  if (wrong) return refused(wrong);
  const found = compilePlan(exchange);
  if ('code' in found) return refused(found);
  exchange.trail.route = found.route;
  const { pinned } = exchange.envelope ?? {};
  if (pinned !== undefined && !resume(exchange, pinned, items))
    exchange.home = { answerId: pinned, target: homes.find(pinned) };
  exchange.trail.plan = found.told;
  const chosen = exchange.drill
    ? chooseForDrill(exchange, found, clock.now())
    : choose(exchange, found, clock.now());
  if ('is' in chosen) return chosen;
  exchange.plan = chosen;
  return undefined;
}

function readWishes(exchange: Exchange, drills: DrillBook): Fault | undefined {
  const { timeout, drill } = exchange.headers;
  if (timeout !== undefined && parseTimeout(timeout) === undefined) {
    return fault(
      'bad_request',
      `x-gw-timeout takes a duration such as 30s or milliseconds, not "${timeout}"`,
    );
  }
  if (drill === undefined) return undefined;
  exchange.drill = drills.find(drill);
  if (!exchange.drill) return fault('bad_request', 'this drill is not armed, or no longer');
  exchange.trail.rehearsal = true;
  return undefined;
}

/** A drill proves the order of the route: nobody's health matters, but what cannot be used at all stays out. */
function chooseForDrill(exchange: Exchange, compiled: CompiledPlan, now: number): ChosenPlan | Refusal {
  const never = compiled.steps.map((step) => whyNever(exchange, step));
  const steps = compiled.steps.filter((_, index) => never[index] === undefined);
  if (steps.length > 0) return { compiled, steps, forced: true };
  return refuseAll(exchange, compiled.steps, never, now);
}

function choose(exchange: Exchange, compiled: CompiledPlan, now: number): ChosenPlan | Refusal {
  const { steps } = compiled;
  if (steps.every((step) => isReady(exchange, step, now))) {
    return { compiled, steps, forced: false };
  }
  const reasons = steps.map((step) => whyNever(exchange, step) ?? whyNotNow(step, now));
  exchange.trail.plan = steps.map((step, index) => tell(exchange, step, reasons[index], now));
  const open = steps.filter((_, index) => reasons[index] === undefined);
  if (open.length > 0) return { compiled, steps: open, forced: false };
  return lastResort(exchange, compiled, now) ?? refuseAll(exchange, steps, reasons, now);
}

function isReady(exchange: Exchange, step: Step, now: number): boolean {
  return whyNever(exchange, step) === undefined && step.state.admission(now) !== 'no';
}
