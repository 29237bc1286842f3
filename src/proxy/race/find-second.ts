import type { Policy } from '../../core/policy.ts';
import { shares } from '../../resilience/index.ts';
import type { Exchange } from '../exchange.ts';
import type { Step } from '../fleet.ts';
import type { OwnNetwork } from '../network/own-network.ts';
import { lacking } from '../planning/abilities.ts';
import type { Memories } from '../translation.ts';
import { acts, timesAsDear } from './when-to-race.ts';

/** What choosing a second target depends on. */
export interface Surroundings {
  readonly policy: Policy;
  readonly memories: Memories;
  readonly network: OwnNetwork | undefined;
  readonly now: number;
}

/** Who is asked beside a target that is late; where nobody is, the trail says why. */
export function findSecond(
  exchange: Exchange,
  first: Step,
  rest: readonly Step[],
  around: Surroundings,
): Step | undefined {
  const found = find(exchange, first, rest, around);
  if (typeof found !== 'string') return found;
  const attempt = exchange.trail.attempts.at(-1);
  if (attempt) attempt.notHedged = found;
  return undefined;
}

function find(exchange: Exchange, first: Step, rest: readonly Step[], around: Surroundings): Step | string {
  if (acts(exchange)) return 'its provider would act on it twice';
  if (exchange.trail.budgets !== undefined) return 'a budget is nearly used up';
  const second = rest.find((step) => isFree(exchange, first, step, around));
  if (!second) return 'no other target was well and free';
  const { hedges } = first.state;
  const { policy, now } = around;
  const times = timesAsDear(exchange, first, second);
  if (!hedges.allows(policy.hedgeSpend, times, now)) return overCap(policy, times);
  hedges.onHedge(times, now);
  return second;
}

/** Nobody is asked beside another that would wait for room, is being tried anew, or could not do what is asked. */
function isFree(exchange: Exchange, first: Step, step: Step, around: Surroundings): boolean {
  const { network, now, memories } = around;
  // Another key leads to the same servers.
  if (shares('model', first.target, step.target)) return false;
  if (step.state.admission(now) !== 'yes' || (step.room && !step.room.hasRoom)) return false;
  if (network?.faultOf(step.upstream) !== undefined) return false;
  return lacking(exchange, step, memories) === undefined;
}

function overCap({ hedgeSpend }: Policy, times: number): string {
  const share = `${Math.round(hedgeSpend * 1000) / 10}%`;
  const dear = times > 1.005 ? `, and the other target costs ${times.toFixed(1)} times as much` : '';
  return `${share} of an hour's requests may be asked for twice (hedgeSpend)${dear}`;
}
