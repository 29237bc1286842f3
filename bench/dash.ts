// What the dashboard costs: frames, CPU while fifty events a second come in and while none do, time to the first
// frame; with `--hold 60` only its memory, each minute for so many. See README.md. `node bench/dash.ts [--seconds 20]`;
// build first.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { build } from 'rolldown';

import { type Handlers, serveControl, type ServerEvent } from '../src/control/index.ts';
import { findPaths } from '../src/core/paths.ts';
import { Child } from './child.ts';
import { ROOT } from './contestants.ts';
import { deltaAt, snapshotOf, statusAt } from './dash-scene.ts';
import { cpuSeconds, rssMegabytes } from './process-cost.ts';

const COLUMNS = 120;
const ROWS = 40;
const FRAMES = 300;
// Loading and compiling are over by then.
const SETTLE_MS = 3_000;

// It is asked for nothing but what a viewer needs.
const HANDLERS = {
  hello: () => ({ instance: 'bench', version: '0.0.0', pid: process.pid, protocol: 1 }),
} as unknown as Handlers;

/** While it is held, each screen is looked at in its turn for so long: what one of them keeps would show. */
const LOOK_MS = 10_000;
const SCREENS = 7;
const MINUTE_MS = 60_000;

const { values: flags } = parseArgs({
  options: { seconds: { type: 'string', default: '20' }, hold: { type: 'string' } },
});
const seconds = Number(flags.seconds);

if (flags.hold === undefined) {
  await frames();
  await beside(costs);
} else await beside((home, tell) => hold(home, tell, Number(flags.hold)));

/** Each kind of screen drawn some hundred times, with five more exchanges in each frame. */
async function frames(): Promise<void> {
  const folder = await bundleFrames();
  for (const [name, keys] of Object.entries({ overview: '1', requests: '2', grouped: '2b', sorted: '2s' })) {
    const program = join(folder, 'dash-frames.mjs');
    const child = new Child(process.execPath, [program, String(COLUMNS), String(ROWS), String(FRAMES), keys]);
    const { p50, p95, most } = await child.next<{ p50: number; p95: number; most: number }>(120_000);
    print(`frame, ${name}`, `p50 ${ms(p50)}, p95 ${ms(p95)}, most ${ms(most)}`);
    await child.end();
  }
}

/** A daemon that only tells, for the built program in a real terminal. */
async function beside(measure: (home: string, tell: Tell) => Promise<void>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'gw-bench-dash-'));
  const viewers = new Set<(event: ServerEvent) => void>();
  const control = await serveControl({
    path: findPaths({ GW_HOME: home }).socket,
    handlers: HANDLERS,
    subscribe: (send) => {
      send({ event: 'snapshot', data: snapshotOf(Date.now()) });
      viewers.add(send);
      return () => viewers.delete(send);
    },
  });
  try {
    await measure(home, (data) => {
      for (const send of viewers) send({ event: 'delta', data });
    });
  } finally {
    await control.close();
    rmSync(home, { recursive: true, force: true });
  }
}

async function costs(home: string, tell: Tell): Promise<void> {
  // The first run fills the compile cache, as the first use of an installed gw does.
  await (await openDashboard(home)).close();
  const dashboard = await openDashboard(home);
  print('start to first frame', ms(dashboard.firstFrameMs));
  await pause(SETTLE_MS);
  const idle = await every(
    1_000,
    (index) => tell({ at: Date.now(), status: statusAt(Date.now(), index) }),
    () => share(dashboard.pid),
  );
  print('CPU, nothing happens', `${idle.toFixed(2)} % of a core`);
  const before = rssMegabytes(dashboard.pid);
  const busy = await every(
    100,
    (index) => tell(deltaAt(index, Date.now())),
    () => share(dashboard.pid),
  );
  print('CPU, 50 events a second', `${busy.toFixed(2)} % of a core`);
  print('memory', `${before.toFixed(0)} MB before, ${rssMegabytes(dashboard.pid).toFixed(0)} MB after`);
  await dashboard.close();
}

/** Its memory minute by minute, while fifty events a second come in and one screen after the other is looked at. */
async function hold(home: string, tell: Tell, minutes: number): Promise<void> {
  const dashboard = await openDashboard(home);
  await every(
    100,
    (index) => {
      tell(deltaAt(index, Date.now()));
      if (index % (LOOK_MS / 100) === 0) dashboard.press(`${((index / (LOOK_MS / 100)) % SCREENS) + 1}`);
    },
    async () => {
      for (let minute = 1; minute <= minutes; minute++) {
        await pause(MINUTE_MS);
        print(`memory, minute ${minute}`, `${rssMegabytes(dashboard.pid).toFixed(1)} MB`);
      }
    },
  );
  await dashboard.close();
}

type Tell = (data: ReturnType<typeof deltaAt>) => void;

interface Dashboard {
  readonly pid: number;
  readonly firstFrameMs: number;
  press(key: string): void;
  close(): Promise<void>;
}

/** `script` gives it a terminal of its own; what is drawn there comes to us. */
function openDashboard(home: string): Promise<Dashboard> {
  const from = performance.now();
  const gw = `stty cols ${COLUMNS} rows ${ROWS}; exec "${process.execPath}" "${join(ROOT, 'bin', 'gw.js')}" dash`;
  const child = spawn('script', ['-qfec', gw, '/dev/null'], {
    env: { ...process.env, GW_HOME: home, TERM: 'xterm-256color', CI: '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let drawn = '';
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the dashboard ended with ${code}: ${drawn.slice(-500)}`)));
    child.stdout.on('data', (bytes: Buffer) => {
      if (drawn.includes('model-large')) return;
      drawn += bytes.toString();
      if (!drawn.includes('model-large')) return;
      resolve({
        pid: child.pid ?? 0,
        firstFrameMs: performance.now() - from,
        press: (key) => void child.stdin.write(key),
        close: () => leave(child),
      });
    });
  });
}

async function leave(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.stdin?.write('q');
  const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(late);
}

/** CPU of the terminal's programs over the measured time, in percent of a core. */
async function share(pid: number): Promise<number> {
  const [before, from] = [cpuSeconds(pid), performance.now()];
  await pause(seconds * 1_000);
  return ((cpuSeconds(pid) - before) / (performance.now() - from)) * 100_000;
}

async function every<T>(
  periodMs: number,
  act: (index: number) => void,
  during: () => Promise<T>,
): Promise<T> {
  let index = 0;
  const timer = setInterval(() => act(index++), periodMs);
  try {
    return await during();
  } finally {
    clearInterval(timer);
  }
}

async function bundleFrames(): Promise<string> {
  const folder = join(ROOT, 'node_modules', '.cache', 'gw-bench');
  await build({
    cwd: ROOT,
    input: { 'dash-frames': join(import.meta.dirname, 'dash-frames.ts') },
    platform: 'node',
    external: ['react-devtools-core'],
    transform: { define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' } },
    treeshake: { moduleSideEffects: false },
    logLevel: 'warn',
    output: { dir: folder, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' },
  });
  return folder;
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function print(what: string, value: string): void {
  process.stdout.write(`${what.padEnd(26)}${value}\n`);
}
