import type { Exchange } from './exchange.ts';
import type { Reply } from './reply.ts';

/** Serves one exchange. */
export type Handler = (exchange: Exchange) => Promise<Reply>;

/** One step of a request's life: does its part and hands on, or replies itself. It knows no neighbour. */
export type Stage = (next: Handler) => Handler;

/** Joins stages into one handler; the first one sees the request first. The last must not hand on. */
export function compose(stages: readonly Stage[]): Handler {
  const nobody: Handler = () => Promise.reject(new Error('the last stage handed on'));
  return stages.reduceRight<Handler>((next, stage) => stage(next), nobody);
}
