import { createInterface } from 'node:readline';

import { connectControl, type Delta, type Snapshot } from '../../control/index.ts';
import type { Trail } from '../../core/trail.ts';
import { errorCode, errorMessage } from '../../lib/expect.ts';
import { type FeedPorts, openFeed } from '../../tui/index.ts';
import { type DashPage, servePage, type WebPorts } from '../../web/index.ts';
import type { Context } from '../context.ts';
import { CommandError, EXIT } from '../error.ts';
import { readLog } from '../story/log-reading.ts';

/** Serves the dashboard as a page until `ended` resolves; whoever reads its address here can open it, once. */
export async function serveWeb(
  context: Context,
  feed: FeedPorts,
  { port, ended }: { readonly port: number; readonly ended: Promise<void> },
): Promise<void> {
  const page = await servePage(webPorts(context, feed), port).catch((error: unknown) => {
    throw cannotServe(error, port);
  });
  try {
    tell(context, page.newLink());
    const stopAsking = context.interactive ? tellAgain(context, page) : undefined;
    await ended;
    stopAsking?.();
  } finally {
    await page.close();
  }
}

function tell(context: Context, url: string): void {
  if (context.json) {
    context.print(JSON.stringify({ url }));
    return;
  }
  context.say('The dashboard is a page now, for the first browser that opens this address:');
  context.print(url);
  const more = context.interactive ? 'Enter makes another address for another browser, Ctrl-C' : 'Ctrl-C';
  context.say(`${more} ends the page; the daemon keeps running.`);
}

function tellAgain(context: Context, page: DashPage): () => void {
  const lines = createInterface({ input: context.stdin });
  lines.on('line', () => context.print(page.newLink()));
  return () => lines.close();
}

function webPorts(context: Context, feed: FeedPorts): WebPorts {
  return {
    after: feed.after,
    subscribe: (hear) => {
      const open = openFeed(feed, (event) => {
        if (event.type === 'snapshot-received') hear({ name: 'snapshot', told: withoutLog(event.snapshot) });
        else if (event.type === 'delta-received') hear({ name: 'delta', told: withoutLog(event.delta) });
        else hear({ name: 'gone', told: { at: event.at } });
      });
      return () => open.close();
    },
    findTrail: (id) => findTrail(context, id),
  };
}

/** The page shows no log, so that it is not told of it. */
function withoutLog(told: Snapshot | Delta): unknown {
  return { ...told, log: undefined };
}

async function findTrail(context: Context, id: string): Promise<Trail | undefined> {
  const connection = await connectControl(context.paths.socket);
  if (connection.is === 'ok') {
    const live = await connection.value.call('exchange', { id }).catch(() => null);
    connection.value.close();
    if (live !== null) return live;
  }
  return readLog(context, (archive) => archive.find(id).find((trail) => trail.id === id));
}

function cannotServe(error: unknown, port: number): CommandError {
  const isTaken = errorCode(error) === 'EADDRINUSE';
  return new CommandError(`the page cannot be served on port ${port}`, {
    why: isTaken ? 'another program listens there' : errorMessage(error),
    fix: 'gw dash --web (takes any free port)',
    exit: EXIT.start,
  });
}
