// Plays the demo and writes down what its daemon told at five moments, for the screens in docs/dashboard.md. Drawing them
// from this record gives the same screens every time. After a change of what a daemon tells:
// `npm run build && node scripts/record-moments.ts && GW_WRITE_SCREENS=1 npx vitest run test/tui/frames.test.ts`
// With names it records those alone: `node scripts/record-moments.ts offline`.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { createContext } from '../src/cli/context.ts';
import { openCrowd } from '../src/cli/demo/crowd.ts';
import { PACES, POLICY } from '../src/cli/demo/live-run.ts';
import { CUT, type Outage, outages, repairAll } from '../src/cli/demo/outages.ts';
import { openStage } from '../src/cli/demo/stage.ts';
import { connectControl, type Snapshot } from '../src/control/index.ts';
import type { Paths } from '../src/core/paths.ts';
import { isObject, parseJson, stringField } from '../src/lib/expect.ts';
import { openTravelling } from './lost-network.ts';

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

/** Played by a daemon of its own: a demo cannot lose what it does not use. */
const OFFLINE = 'offline';
const VERSION = '0.1.0';

const [limited, overloaded] = outages(RETRY_AFTER_S);
const MOMENTS: readonly (readonly [name: string, outage: Outage | undefined])[] = [
  ['healthy', undefined],
  ['rate limit', limited],
  ['outage', overloaded],
  ['continued', CUT],
];

const PATH = join(import.meta.dirname, '../test/tui/demo-moments.jsonl');
const wanted = process.argv.slice(2);
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.includes(name);

process.argv[1] = join(import.meta.dirname, '../bin/gw.js');
const context = createContext(false);
const before = new Map(
  readFileSync(PATH, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => [stringField(parseJson(line), 'name') ?? '', line]),
);
const told = new Map([...(await demoMoments()), ...(await offlineMoment())]);
const names = [...MOMENTS.map(([name]) => name), OFFLINE];
const lines = names.flatMap((name) => told.get(name) ?? before.get(name) ?? []);
writeFileSync(PATH, `${lines.join('\n')}\n`);

/** What the demo shows, one outage after the other. */
async function demoMoments(): Promise<[string, string][]> {
  if (!MOMENTS.some(([name]) => isWanted(name))) return [];
  const stage = await openStage(context, { seed: SEED, paces: PACES, policy: POLICY });
  const crowd = await openCrowd(stage.status.address, SEED, context.clock);
  const traffic = setInterval(() => void crowd.ask(), BETWEEN_REQUESTS_MS);
  try {
    const moments: [string, string][] = [];
    for (const [name, outage] of MOMENTS) {
      await repairAll(stage.providers);
      await pause(WELL_MS);
      await outage?.begin(stage.providers);
      if (outage) await pause(outage === CUT ? OUTAGE_MS * 2 : OUTAGE_MS);
      if (isWanted(name)) moments.push([name, momentOf(name, await snapshotOf(stage.paths))]);
    }
    return moments;
  } finally {
    clearInterval(traffic);
    await crowd.close();
    await stage.close();
  }
}

/** What a daemon tells when this computer loses its network under it. */
async function offlineMoment(): Promise<[string, string][]> {
  if (!isWanted(OFFLINE)) return [];
  const daemon = await openTravelling(VERSION);
  const crowd = await openCrowd(daemon.address, SEED, context.clock);
  const traffic = setInterval(() => void crowd.ask(), BETWEEN_REQUESTS_MS);
  try {
    await pause(WELL_MS);
    daemon.lose();
    await pause(OUTAGE_MS);
    return [[OFFLINE, momentOf(OFFLINE, await snapshotOf(daemon.paths))]];
  } finally {
    clearInterval(traffic);
    await crowd.close();
    await daemon.close();
  }
}

function momentOf(name: string, snapshot: Snapshot): string {
  return JSON.stringify({ name, snapshot: timeless(snapshot) });
}

async function snapshotOf(paths: Paths): Promise<Snapshot> {
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
      url: provider.url.replace(/:\d+/, `:${9001 + index}`),
    })),
  };
}

function moved(value: unknown, by: number): unknown {
  if (typeof value === 'number') return value > LEAST_MOMENT ? value + by : value;
  if (Array.isArray(value)) return value.map((each) => moved(each, by));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, moved(each, by)]));
}
