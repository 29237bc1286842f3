import { type Fault, fault } from '../../core/fault.ts';
import type { PlanStep } from '../../core/trail.ts';
import type { Clock } from '../../lib/clock.ts';
import { parseTimeout, patienceOf } from '../arrival/patience.ts';
import { arrange, type BalancePorts } from '../balance/arrange.ts';
import type { DrillBook } from '../chaos/drill.ts';
import type { AnswerHomes } from '../conversations/answer-homes.ts';
import type { ItemMemory } from '../conversations/item-memory.ts';
import { resume } from '../conversations/resume.ts';
import type { ChosenPlan, Exchange } from '../exchange.ts';
import type { CompiledPlan, Step } from '../fleet.ts';
import { compilePlan } from '../planning/find-targets.ts';
import { lastResort, refuseAll, tell, whyNever, whyNotNow } from '../planning/leave-out.ts';
import { readHedgeWish } from '../race/when-to-race.ts';
import { type Refusal, type Reply, refused } from '../reply.ts';
import type { Handler, Stage } from '../stage.ts';

/** Chooses the targets: those of the route that answers to the model, without the ones being left alone. */
export function plan(ports: PlanPorts): Stage {
  return (next) => (exchange) => {
    const refusal = decidePlan(exchange, ports);
    if (refusal) return Promise.resolve(refusal);
    const { waitMs = 0 } = exchange.plan ?? {};
    return waitMs > 0 ? wait(exchange, waitMs, next) : next(exchange);
  };
}

/** The target that is asked first will have room, or be willing, in a moment. */
async function wait(exchange: Exchange, waitMs: number, next: Handler): Promise<Reply> {
  await exchange.wait(waitMs);
  if (exchange.gone) return { is: 'gone' };
  return exchange.over ? refused(fault('exhausted', exchange.abandoned)) : await next(exchange);
}

/** What choosing targets needs from outside. */
export interface PlanPorts extends BalancePorts {
  readonly clock: Clock;
  readonly drills: DrillBook;
  readonly homes: AnswerHomes;
  readonly items: ItemMemory;
}

function decidePlan(exchange: Exchange, ports: PlanPorts): Refusal | undefined {
  const { clock, drills, homes, items } = ports;
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
    : choose(exchange, found, clock.now(), ports);
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
  const hedge = readHedgeWish(exchange.headers);
  if (typeof hedge === 'object') return hedge;
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

function choose(
  exchange: Exchange,
  compiled: CompiledPlan,
  now: number,
  ports: BalancePorts,
): ChosenPlan | Refusal {
  const { steps } = compiled;
  if (steps.every((step) => isReady(exchange, step, now))) {
    return inOrder(exchange, compiled, steps, now, ports);
  }
  const reasons = steps.map((step) => whyNever(exchange, step) ?? whyNotNow(step, now));
  exchange.trail.plan = steps.map((step, index) => tell(exchange, step, reasons[index], now));
  const open = steps.filter((_, index) => reasons[index] === undefined);
  if (open.length > 0) return inOrder(exchange, compiled, open, now, ports);
  return lastResort(exchange, compiled, now) ?? refuseAll(exchange, steps, reasons, now);
}

function isReady(exchange: Exchange, step: Step, now: number): boolean {
  return whyNever(exchange, step) === undefined && step.state.admission(now) !== 'no';
}

/** The targets that may be asked, in the order in which they are; it is told where that is not the written one. */
function inOrder(
  exchange: Exchange,
  compiled: CompiledPlan,
  open: readonly Step[],
  now: number,
  ports: BalancePorts,
): ChosenPlan {
  const arranged = arrange(exchange, compiled, open, now, ports);
  if (!arranged) return { compiled, steps: open, forced: false };
  const { steps, waitMs, notes, isChosen } = arranged;
  if (notes.length > 0) exchange.trail.order = notes;
  exchange.trail.plan = retell(exchange.trail.plan, steps, isChosen);
  // Whoever waits no longer than that is better told at once what is the matter.
  const patienceMs = patienceOf(exchange.headers)?.ms ?? compiled.policy.totalMs;
  return { compiled, steps, forced: false, waitMs: waitMs < patienceMs ? waitMs : 0 };
}

/** Whoever is left out stays in its place, unless another one was chosen to be first: then it is not ahead of that. */
function retell(plan: readonly PlanStep[], steps: readonly Step[], isChosen: boolean): PlanStep[] {
  const asked = steps.map(({ target }): PlanStep => ({ target }));
  const isAsked = ({ target }: PlanStep): boolean => steps.some((step) => step.target === target);
  if (isChosen) return [...asked, ...plan.filter((planned) => !isAsked(planned))];
  let next = 0;
  return plan.map((planned) => (isAsked(planned) ? (asked[next++] ?? planned) : planned));
}
