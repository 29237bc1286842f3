import { createServer } from 'node:net';

import { listenError, type Overrides, readState, splitAddress } from '../../daemon/index.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { chooseFor } from './launch.ts';

/**
 * Throws when a daemon that is to begin anew on another port could not listen there: said before the one that serves
 * is stopped. A port that is taken between this look and the start is the start's own trouble.
 */
export async function refuseBusyPort(context: Context, asked: Overrides): Promise<void> {
  const running = readState(context.paths.state);
  if (running === undefined) return;
  const { host, port } = chooseFor(context, { ...running.overrides, ...asked }).settings.listen;
  if (port === 0 || port === splitAddress(running.address).port) return;
  const refused = await tryListening(host, port);
  if (refused === undefined) return;
  const { message, why, fix } = await listenError(refused, host, port);
  throw new CommandError(message, {
    why: `${why === undefined ? '' : `${why}; `}nothing was stopped`,
    ...(fix === undefined ? {} : { fix: fix.replaceAll('gw start', 'gw restart') }),
    exit: EXIT.start,
    cause: refused,
  });
}

function tryListening(host: string, port: number): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ host, port }, () => server.close(() => resolve(undefined)));
  });
}
