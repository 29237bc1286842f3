// Plays the demo and writes down what its daemon told at five moments, for the screens in docs/dashboard.md. Drawing them
// from this record gives the same screens every time. After a change of what a daemon tells:
// `npm run build && node scripts/record-moments.ts && GW_WRITE_SCREENS=1 npx vitest run test/tui/frames.test.ts`
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { createContext } from '../src/cli/context.ts';
import { openCrowd } from '../src/cli/demo/crowd.ts';
import { PACES, POLICY } from '../src/cli/demo/live-run.ts';
import { CUT, type Outage, outages, repairAll } from '../src/cli/demo/outages.ts';
import { openStage, type Stage } from '../src/cli/demo/stage.ts';
import { connectControl, type Snapshot } from '../src/control/index.ts';
import { isObject } from '../src/lib/expect.ts';

const SEED = 0;
const BETWEEN_REQUESTS_MS = 350;
const RETRY_AFTER_S = 6;
const WELL_MS = 7_000;
const OUTAGE_MS = 4_500;
const KEPT_TRAILS = 40;
/** The moment all tests of the dashboard play at, on the machine's own clock. */
const NOON = new Date(2026, 5, 1, 12, 0, 0).getTime();
// Numbers above are moments of this century in milliseconds.
const LEAST_MOMENT = 1_600_000_000_000;

const [limited, overloaded] = outages(RETRY_AFTER_S);
const MOMENTS: readonly (readonly [name: string, outage: Outage | undefined])[] = [
  ['healthy', undefined],
  ['rate limit', limited],
  ['outage', overloaded],
  ['continued', CUT],
];

process.argv[1] = join(import.meta.dirname, '../bin/gw.js');
const context = createContext(false);
const stage = await openStage(context, { seed: SEED, paces: PACES, policy: POLICY });
const crowd = await openCrowd(stage.status.address, SEED, context.clock);
const traffic = setInterval(() => void crowd.ask(), BETWEEN_REQUESTS_MS);
try {
  const lines: string[] = [];
  for (const [name, outage] of MOMENTS) {
    await repairAll(stage.providers);
    await pause(WELL_MS);
    await outage?.begin(stage.providers);
    if (outage) await pause(outage === CUT ? OUTAGE_MS * 2 : OUTAGE_MS);
    lines.push(JSON.stringify({ name, snapshot: timeless(await snapshotOf(stage)) }));
  }
  writeFileSync(join(import.meta.dirname, '../test/tui/demo-moments.jsonl'), `${lines.join('\n')}\n`);
} finally {
  clearInterval(traffic);
  await crowd.close();
  await stage.close();
}

async function snapshotOf({ paths }: Stage): Promise<Snapshot> {
  const connected = await connectControl(paths.socket);
  if (connected.is === 'failed') throw new Error('the demo has no daemon');
  try {
    return await new Promise((resolve, reject) => {
      const gone = (): void => reject(new Error('the daemon hung up'));
      void connected.value.subscribe((told) => {
        if (told.event === 'snapshot') resolve(told.data);
      }, gone);
    });
  } finally {
    connected.value.close();
  }
}

/** The same as if it had been noon, on a machine that is nobody's. */
function timeless({ status, live, recent, incidents }: Snapshot): unknown {
  const told = { status: anonymous(status), live, recent: recent.slice(0, KEPT_TRAILS), incidents, log: [] };
  return moved(told, NOON - status.now);
}

function anonymous(status: Snapshot['status']): Snapshot['status'] {
  return {
    ...status,
    instance: 'demo',
    pid: 4242,
    address: 'http://127.0.0.1:4499',
    configPath: '/home/ada/.config/gw/config.json',
    logPath: '/home/ada/.local/state/gw/gw.log',
    rssBytes: 71_000_000,
    providers: status.providers.map((provider, index) => ({
      ...provider,
      url: `http://127.0.0.1:${9001 + index}/v1`,
    })),
  };
}

function moved(value: unknown, by: number): unknown {
  if (typeof value === 'number') return value > LEAST_MOMENT ? value + by : value;
  if (Array.isArray(value)) return value.map((each) => moved(each, by));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, moved(each, by)]));
}
