import type { FaultCode } from './fault.ts';
import { sameTarget, type Target } from './target.ts';
import type { Trail } from './trail.ts';

/** An incident is over when its target failed nobody for this long. */
const INCIDENT_GAP_MS = 120_000;
/** It is over sooner when its target serves again and its last failure is this long ago: one success proves little. */
export const INCIDENT_PROOF_MS = 30_000;

/** What decides whether an incident is over. */
interface Ended {
  readonly target: Target;
  readonly reason: FaultCode;
  readonly last: number;
  readonly servedAt?: number;
}

/** Whether nothing is to be heard of it any more. */
export function isPast({ last, servedAt, reason }: Ended, now: number): boolean {
  if (now - last > INCIDENT_GAP_MS) return true;
  return servedAt !== undefined && (KEY_FAULTS.includes(reason) || now - last > INCIDENT_PROOF_MS);
}

/** A provider says these of a key, and they are over with the first answer it gets. */
const KEY_FAULTS: readonly FaultCode[] = ['upstream_refused_key', 'upstream_out_of_credit'];

/** Whether an answer of `served` shows that what was wrong is no more; `plan` is undefined when it alone was asked. */
export function disproves(
  { target, reason }: Ended,
  served: Target,
  plan: Trail['plan'] | undefined,
): boolean {
  if (target.provider !== served.provider) return false;
  if (reason === 'upstream_unreachable' || sameTarget(target, served)) return true;
  if (!KEY_FAULTS.includes(reason)) return false;
  // Every key that a provider has is in the plan: one that is not was replaced.
  if (target.key === served.key) return true;
  return (
    plan !== undefined &&
    !plan.some((step) => step.target.provider === target.provider && step.target.key === target.key)
  );
}

/** The clock was set back behind it: without this it would seem to run until the clock has come round. */
export function isAhead(last: number, now: number): boolean {
  return last - now > INCIDENT_GAP_MS;
}
