import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { type Spending, SpendingTally } from '../../core/spending.ts';
import { openArchive } from '../../store/index.ts';
import type { DashboardHands } from '../../tui/index.ts';
import type { Context } from '../context.ts';
import { flushDaemon } from '../story/log-reading.ts';
import { copyText } from './clipboard.ts';

const DAY_MS = 86_400_000;
// A few milliseconds of work between two looks at the keyboard.
const ROWS_AT_ONCE = 200;

/** What the dashboard can do in the world, besides asking the daemon. */
export function dashboardHands(context: Context): DashboardHands {
  const { cwd, env, stdout } = context;
  return {
    copy: (text) =>
      copyText(text, { platform: process.platform, env, write: (sequence) => stdout.write(sequence) }),
    save: async (name, text) => {
      const path = join(cwd, name);
      // What a request was asked and by whom is nobody else's business.
      await writeFile(path, text, { flag: 'wx', mode: 0o600 });
      return path;
    },
    testRoute: async (route) => {
      // Loaded here: it brings an HTTP client with it, and most who look never test.
      const { probeRoute } = await import('./probe-route.ts');
      return probeRoute(context, route);
    },
    readSpending: (days) => readSpending(context, days),
  };
}

/** Adds up the record in small steps, so that the screen goes on meanwhile. */
async function readSpending(context: Context, days: number): Promise<Spending> {
  const since = context.clock.now() - days * DAY_MS;
  const tally = new SpendingTally(since);
  await flushDaemon(context);
  const opened = openArchive(context.paths.database);
  if (opened.is === 'failed') {
    if (opened.fault === 'absent') return tally.spending;
    throw new Error(opened.fault);
  }
  try {
    let rows = 0;
    for (const trail of opened.value.each({ since })) {
      tally.add(trail);
      if (++rows % ROWS_AT_ONCE === 0) await nextTurn();
    }
    return tally.spending;
  } finally {
    opened.value.close();
  }
}
