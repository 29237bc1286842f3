import type { Status } from '../../control/index.ts';
import type { Context } from '../context.ts';
import { chooseFor, launch, sayWhereFrom } from '../daemon/launch.ts';
import { confirm } from '../prompt.ts';
import { askStatus, reachDaemon } from './reach.ts';

/**
 * The daemon that a client can be pointed at. Without one it is started where that was asked for or a person agrees;
 * else the command ends with exit code 3.
 */
export async function ensureRunning(context: Context, start: boolean, retry: string): Promise<Status> {
  const status = await askStatus(context);
  if (typeof status !== 'string') return reachDaemon(context);
  const question = 'gw is not running. Start it?';
  const agreed =
    start || (context.interactive && (await confirm(context, { question, otherwise: true, instead: retry })));
  if (!agreed) return reachDaemon(context, `gw start, or: ${retry}`);
  const chosen = chooseFor(context, {});
  const started = await launch(context, {});
  sayWhereFrom(context, chosen);
  context.say(`gw runs at ${started.status.address} from now on (to end it: gw stop).`);
  return reachDaemon(context);
}
