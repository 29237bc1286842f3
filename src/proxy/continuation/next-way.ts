import type { Fault, FaultCode } from '../../core/fault.ts';
import type { ContinuedHow } from '../../core/trail.ts';
import type { Exchange } from '../exchange.ts';
import type { Step } from '../fleet.ts';

/** What a refusal of a begun answer is taken for: hosts say it in many words. */
const REFUSALS: ReadonlySet<FaultCode> = new Set(['upstream_rejected', 'untranslatable']);

/** Another way to have the same target go on, after it would not; false when there is none. */
export function findsAnotherWay({ thread }: Exchange, step: Step, why: Fault): boolean {
  const next = thread && wayAfter(thread.approach.how, why, thread.restarted);
  if (!thread || next === undefined) return false;
  if (thread.approach.how === 'prefill') thread.learn('refuses');
  thread.useWay(step, next);
  return true;
}

/** Who refuses a begun answer is asked for all of it again; whose answer is another one is told where to go on. */
function wayAfter(how: ContinuedHow, { code }: Fault, restarted: boolean): ContinuedHow | undefined {
  if (how === 'prefill' && REFUSALS.has(code)) return 'replay';
  if (code !== 'not_continued' || how === 'instructed') return undefined;
  return how === 'prefill' && !restarted ? 'replay' : 'instructed';
}
