import { fault } from '../../core/fault.ts';
import { refused } from '../reply.ts';
import type { Stage } from '../stage.ts';

/** Ends a request that already passed through this gw: some provider's address points back here. */
export function refuseLoops(instance: string): Stage {
  return (next) => (exchange) => {
    if (exchange.headers.via === undefined || !exchange.headers.via.split(',').includes(instance))
      return next(exchange);
    return Promise.resolve(refused(fault('loop_detected', "a provider's address points back at gw itself")));
  };
}
