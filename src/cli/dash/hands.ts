import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { ControlError } from '../../control/index.ts';
import { type Spending, SpendingTally } from '../../core/spending.ts';
import type { Trail } from '../../core/trail.ts';
import { openArchive } from '../../store/index.ts';
import type { DashboardHands } from '../../tui/index.ts';
import type { Context } from '../context.ts';
import { CommandError } from '../error.ts';
import { flushDaemon } from '../story/log-reading.ts';
import { copyText } from './clipboard.ts';
import { readRequest, seeCapture } from './see-capture.ts';

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
    readRequest: (trail) => told(() => readRequest(context, trail)),
    readCapture: (trail) => told(() => seeCapture(context, trail)),
    priceReplay: (trail, on) => told(() => priceReplay(context, trail, on)),
    replay: (trail, on) => told(() => replayLines(context, trail, on)),
  };
}

/** What a command would say, in the dashboard's one line. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const why = error.why === undefined ? '' : `: ${error.why}`;
    throw new ControlError('declined', error.message + why, error.fix);
  }
}

// Replaying brings formats and an HTTP client with it, and most who look never ask again.
async function priceReplay(
  context: Context,
  trail: Trail,
  on: string | undefined,
): Promise<string | undefined> {
  const { priceReplay: price } = await import('./replay.ts');
  return price(context, trail, on);
}

async function replayLines(
  context: Context,
  trail: Trail,
  on: string | undefined,
): Promise<readonly string[]> {
  const { replayLines: lines } = await import('./replay.ts');
  return lines(context, trail, on);
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
