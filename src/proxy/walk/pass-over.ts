import { type Fault, fault } from '../../core/fault.ts';
import type { Exchange } from '../exchange.ts';
import type { Step } from '../fleet.ts';
import type { OwnNetwork } from '../network/own-network.ts';
import { lacking } from '../planning/abilities.ts';
import { passesOver } from '../stages/find-room.ts';
import type { Memories } from '../translation.ts';
import { noteAway } from './offline.ts';

/**
 * Why a target is not asked although the plan has it, as the fault that this comes to; undefined when it is. The last
 * one is asked all the same, unless it cannot be reached: facts may be wrong, and room may be waited for.
 */
export function passOver(
  exchange: Exchange,
  step: Step,
  ports: Memories & { readonly network: OwnNetwork | undefined },
  isLast: boolean,
): Fault | undefined {
  const away = exchange.drill ? undefined : ports.network?.faultOf(step.upstream);
  if (away) {
    noteAway(exchange, step.target, away);
    return away;
  }
  if (isLast) return undefined;
  const why = lacking(exchange, step, ports);
  if (why !== undefined) {
    noteUnable(exchange, step, why);
    return fault('untranslatable', why);
  }
  return passesOver(exchange, step) ? fault('busy') : undefined;
}

function noteUnable({ trail }: Exchange, { target }: Step, why: string): void {
  trail.plan = trail.plan.map((planned) =>
    planned.target === target ? { ...planned, skipped: why, unable: true } : planned,
  );
}
