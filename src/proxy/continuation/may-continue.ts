import { OPERATIONS } from '../../core/operation.ts';
import type { Exchange } from '../exchange.ts';

/** Whether what is relayed is kept, because somebody could go on with it if it broke. */
export function mayContinue(exchange: Exchange): boolean {
  const { trail, format, operation, plan, envelope } = exchange;
  if (operation !== 'chat' || !OPERATIONS[operation].streams || !trail.stream) return false;
  if (plan?.compiled.policy.onCut !== 'continue') return false;
  return format.toCaller !== undefined && format.toProvider !== undefined && envelope !== undefined;
}
