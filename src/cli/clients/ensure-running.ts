import type { Status } from '../../control/index.ts';
import type { Context } from '../context.ts';
import { chooseFor, launch, sayWhereFrom } from '../daemon/launch.ts';
import { confirm } from '../prompt.ts';
import { askStatus, reachDaemon } from './reach.ts';
import { standInOf } from './stand-in.ts';

/** Where a command's clients are to ask, and the daemon as it is before they do, where one runs. */
export interface Reached {
  readonly address: string;
  readonly before?: Status;
}

/** The same as `ensureRunning`, but behind `gw record` and `gw replay`: what stands in there needs no daemon. */
export async function reachGateway(context: Context, start: boolean, retry: string): Promise<Reached> {
  const standIn = standInOf(context.env);
  if (standIn !== undefined && typeof (await askStatus(context)) === 'string') return { address: standIn };
  const before = await ensureRunning(context, start, retry);
  return { address: standIn ?? before.address, before };
}

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
