import { FAULTS, type Fault, fault } from '../../core/fault.ts';
import { OPERATIONS } from '../../core/operation.ts';
import { defaultRoute } from '../../core/resolve.ts';
import { targetName } from '../../core/target.ts';
import type { PlanStep } from '../../core/trail.ts';
import type { Clock } from '../../lib/clock.ts';
import { formatDuration, parseDuration } from '../../lib/duration.ts';
import { nearest } from '../../lib/nearest.ts';
import { comeBack, type Failure } from '../../resilience/index.ts';
import type { AnswerHomes } from '../answer-homes.ts';
import type { DrillBook } from '../drill.ts';
import type { ChosenPlan, Exchange } from '../exchange.ts';
import type { CompiledPlan, Step } from '../fleet.ts';
import type { ItemMemory } from '../item-memory.ts';
import { type Refusal, refused } from '../reply.ts';
import { resume } from '../resume.ts';
import type { Stage } from '../stage.ts';
import { cannotServe } from '../translation.ts';

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

/** Milliseconds in `30s`, `500ms` or a bare number of milliseconds. */
export function parseTimeout(text: string): number | undefined {
  const ms = /^\d+$/.test(text) ? Number(text) : parseDuration(text);
  return ms !== undefined && ms > 0 ? ms : undefined;
}

/** The targets that answer to what was asked, before anybody's health is looked at. */
export function compilePlan(exchange: Exchange): CompiledPlan | Fault {
  const { fleet, headers, envelope, operation } = exchange;
  const model = envelope?.model ?? '';
  const { targets, route } = headers;
  if (targets !== undefined) {
    return forNames(
      exchange,
      targets
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
      TARGETS_HEADER,
    );
  }
  if (route !== undefined) {
    return fleet.planForRoute(route, model) ?? unknownRoute(exchange, route);
  }
  const fallbacks = envelope?.fallbacks ?? [];
  if (fallbacks.length > 0)
    return forNames(exchange, model === '' ? fallbacks : [model, ...fallbacks], 'the body');
  const found = fleet.planFor(model);
  if (found) return OPERATIONS[operation].stateless ? found : firstOnly(found);
  return unknownModel(exchange, model);
}

const TARGETS_HEADER = 'x-gw-targets';
/** More are a mistake, and each could be tried. */
const MOST_TARGETS = 100;

function forNames(exchange: Exchange, names: readonly string[], where: string): CompiledPlan | Fault {
  if (names.length === 0 || names.length > MOST_TARGETS) {
    return fault('bad_request', `${where} names ${names.length} targets; it takes 1 to ${MOST_TARGETS}`);
  }
  const strict = where === TARGETS_HEADER;
  const found = exchange.fleet.planForTargets(names, exchange.envelope?.model ?? '', strict);
  if (!('unknown' in found)) return found;
  return fault(
    'bad_request',
    `${where} names "${found.unknown}", which the profile does not have${didYouMean(exchange, found.unknown)}`,
  );
}

function unknownRoute(exchange: Exchange, route: string): Fault {
  const names = exchange.fleet.profile.routes.map(({ name }) => name);
  const there = names.length === 0 ? 'there is none' : `there is ${names.slice(0, 20).join(', ')}`;
  return fault(
    'bad_request',
    `x-gw-route names "${route}", which the profile does not have${didYouMean(exchange, route)}; ${there}`,
  );
}

function unknownModel(exchange: Exchange, model: string): Fault {
  const { profile } = exchange.fleet;
  if (profile.providers.length === 0) {
    return fault('model_unknown', 'the profile has no providers yet; add one with: gw init');
  }
  if (model === '') return fault('bad_request', 'the request names no model, and there is no default route');
  const add = defaultRoute(profile)
    ? ''
    : '; make a default route with: gw route set default <targets…> --match "*"';
  return fault(
    'model_unknown',
    `no route or provider offers the model "${model}"${didYouMean(exchange, model)}${add}`,
  );
}

function didYouMean(exchange: Exchange, name: string): string {
  const { routes, providers } = exchange.fleet.profile;
  const known = [
    ...routes.flatMap((route) => [route.name, ...route.match]),
    ...providers.map((provider) => provider.name),
  ];
  const close = nearest(name, known);
  return close === undefined ? '' : ` (did you mean "${close}"?)`;
}

/** What another target may not take over: the operation leaves something behind at the provider. */
function firstOnly(found: CompiledPlan): CompiledPlan {
  return { ...found, steps: found.steps.slice(0, 1), told: found.told.slice(0, 1) };
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

/** Why a step is no use for this request whatever its health. */
function whyNever(exchange: Exchange, step: Step): string | undefined {
  return step.skipped ?? cannotServe(exchange, step);
}

function tell(exchange: Exchange, step: Step, skipped: string | undefined, now: number): PlanStep {
  const { target, state } = step;
  if (skipped === undefined) return { target };
  if (step.skipped !== undefined) return { target, skipped };
  if (cannotServe(exchange, step) !== undefined) return { target, skipped, unable: true };
  const { breaker, cooldown } = state.view(now);
  const fault = cooldown?.reason ?? (breaker.is === 'closed' ? undefined : breaker.reason);
  return fault === undefined ? { target, skipped } : { target, skipped, fault };
}

function whyNotNow({ state }: Step, now: number): string | undefined {
  if (state.admission(now) !== 'no') return undefined;
  const { breaker, cooldown } = state.view(now);
  if (cooldown) {
    const left =
      cooldown.until === undefined
        ? 'until that changes'
        : `for another ${formatDuration(cooldown.until - now)}`;
    return `cooling down ${left}: ${FAULTS[cooldown.reason].sentence}`;
  }
  if (breaker.is === 'open') {
    return `left alone for another ${formatDuration(breaker.until - now)}: ${FAULTS[breaker.reason].sentence}`;
  }
  return 'recovering: one probe at a time';
}

/** Breakers alone never refuse a caller: of the targets nobody forbids, the one that recovers first is tried. */
function lastResort(exchange: Exchange, compiled: CompiledPlan, now: number): ChosenPlan | undefined {
  const candidates = compiled.steps
    .filter((step) => whyNever(exchange, step) === undefined && !step.state.isForbidden(now))
    .map((step) => ({ step, at: step.state.recoversAt(now) ?? Infinity }))
    .sort((a, b) => a.at - b.at);
  const [first] = candidates;
  return first && { compiled, steps: [first.step], forced: true };
}

function refuseAll(
  exchange: Exchange,
  steps: readonly Step[],
  reasons: readonly (string | undefined)[],
  now: number,
): Refusal {
  const failures: Failure[] = steps.map(({ target, state }, index) => {
    const reason = state.view(now).cooldown?.reason ?? 'breaker_open';
    return { target, fault: fault(reason, reasons[index]), tried: false };
  });
  const usable = steps.filter((step) => whyNever(exchange, step) === undefined);
  if (usable.length === 0) return refused(nobody(exchange, steps), failures);
  const [first] = usable;
  return refused(
    failures.find(({ target }) => target === first?.target)?.fault ?? fault('exhausted'),
    failures,
    comeBack(
      usable.map(({ state }) => state.recoversAt(now)),
      now,
    ),
  );
}

function nobody(exchange: Exchange, steps: readonly Step[]): Fault {
  const list = steps
    .map((step) => `${targetName(step.target)}: ${whyNever(exchange, step) ?? ''}`)
    .join('; ');
  const unable = steps.every((step) => step.skipped === undefined);
  const code = unable && steps.length > 0 ? 'untranslatable' : 'exhausted';
  return fault(code, `no target of this route can be used (${list})`);
}
