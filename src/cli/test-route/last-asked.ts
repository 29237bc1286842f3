import type { Context } from '../context.ts';
import { readLog } from '../story/log-reading.ts';

/** The model somebody asked this route for last, and got. */
export function lastAsked(context: Context, route: string): string | undefined {
  return readLog(context, (archive) => archive.last({ route, outcome: ['served'], failover: false }))?.asked;
}
