import { FAULTS, type Fault, fault } from '../../core/fault.ts';
import { targetName } from '../../core/target.ts';
import type { PlanStep } from '../../core/trail.ts';
import { formatDuration } from '../../lib/duration.ts';
import { comeBack, type Failure } from '../../resilience/index.ts';
import type { ChosenPlan, Exchange } from '../exchange.ts';
import type { CompiledPlan, Step } from '../fleet.ts';
import { type Refusal, refused } from '../reply.ts';
import { cannotServe } from '../translation.ts';

/** Why a step is no use for this request whatever its health. */
export function whyNever(exchange: Exchange, step: Step): string | undefined {
  return step.skipped ?? cannotServe(exchange, step);
}

export function tell(exchange: Exchange, step: Step, skipped: string | undefined, now: number): PlanStep {
  const { target, state } = step;
  if (skipped === undefined) return { target };
  if (step.skipped !== undefined) return { target, skipped };
  if (cannotServe(exchange, step) !== undefined) return { target, skipped, unable: true };
  const { breaker, cooldown } = state.view(now);
  const fault = cooldown?.reason ?? (breaker.is === 'closed' ? undefined : breaker.reason);
  return fault === undefined ? { target, skipped } : { target, skipped, fault };
}

export function whyNotNow({ state }: Step, now: number): string | undefined {
  if (state.admission(now) !== 'no') return undefined;
  return state.isInjected ? `${leftAlone(state, now)} (by gw chaos)` : leftAlone(state, now);
}

function leftAlone(state: Step['state'], now: number): string {
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
export function lastResort(exchange: Exchange, compiled: CompiledPlan, now: number): ChosenPlan | undefined {
  const candidates = compiled.steps
    .filter((step) => whyNever(exchange, step) === undefined && !step.state.isForbidden(now))
    .map((step) => ({ step, at: step.state.recoversAt(now) ?? Infinity }))
    .sort((a, b) => a.at - b.at);
  const [first] = candidates;
  return first && { compiled, steps: [first.step], forced: true };
}

export function refuseAll(
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
