import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Child } from './child.ts';
import { gateway, ROOT } from './contestants.ts';
import { renderTable } from './figures.ts';
import type { LoadAnswer, LoadCommand } from './load-protocol.ts';
import { cpuByThread } from './process-cost.ts';

const TOP = 40;

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Runs gw from its sources under the CPU profiler and answers with the functions that took the most time themselves. */
export async function profileGateway(
  load: Child,
  upstreamPort: number,
  kind: 'many' | 'streams',
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'gw-profile-'));
  const flags = ['--cpu-prof', '--cpu-prof-interval=200', `--cpu-prof-dir=${folder}`];
  try {
    const running = await gateway(flags, join(import.meta.dirname, 'gw-from-source.ts')).start(upstreamPort);
    let threads = '';
    try {
      const { port, pid = 0 } = running;
      const command: LoadCommand =
        kind === 'many'
          ? { type: 'requests', port, model: 'json', concurrency: 64, warmup: 100, count: 40_000 }
          : { type: 'streams', port, streams: 64, events: 500, paceMs: 10 };
      load.send(command);
      await load.next<LoadAnswer>();
      const before = cpuByThread(pid);
      load.send('go');
      const answer = await load.next<LoadAnswer>(120_000);
      threads = renderThreads(before, cpuByThread(pid));
      if (answer.type === 'failed') throw new Error(answer.message);
    } finally {
      await running.end();
    }
    const files = readdirSync(folder).sort();
    if (files.length === 0) throw new Error('gw left no profile: it did not end on its own');
    return [threads, ...files.map((file) => renderFile(join(folder, file)))].join('\n\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** V8Worker threads collect garbage; the thread that writes the request log is a WorkerThread. */
function renderThreads(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): string {
  const rows = [...after]
    .map(([name, seconds]) => ({ name, ms: (seconds - (before.get(name) ?? 0)) * 1000 }))
    .filter(({ ms }) => ms >= 1)
    .sort((a, b) => b.ms - a.ms)
    .map(({ name, ms }) => ['', name, ms.toFixed(0)]);
  return renderTable([['', 'thread', 'CPU ms'], ...rows]);
}

/** One file per thread: `CPU.<day>.<time>.<pid>.<thread>.<number>.cpuprofile`; thread 0 is the main one. */
function renderFile(path: string): string {
  const thread = Number(path.split('.').at(-3));
  const profile = JSON.parse(readFileSync(path, 'utf8')) as CpuProfile;
  return `${thread === 0 ? 'main thread' : `worker thread ${thread}`}\n\n${renderProfile(profile)}`;
}

function renderProfile(profile: CpuProfile): string {
  const names = new Map(
    profile.nodes.map(({ id, callFrame }) => [
      id,
      `${callFrame.functionName || '(anonymous)'} ${place(callFrame.url)}:${callFrame.lineNumber + 1}`,
    ]),
  );
  const selfMs = new Map<string, number>();
  for (const [index, id] of profile.samples.entries()) {
    const name = names.get(id) ?? '?';
    if (!name.startsWith('(idle)')) {
      selfMs.set(name, (selfMs.get(name) ?? 0) + (profile.timeDeltas[index] ?? 0) / 1000);
    }
  }
  const total = [...selfMs.values()].reduce((sum, ms) => sum + ms, 0);
  const rows = [...selfMs]
    .sort(([, a], [, b]) => b - a)
    .slice(0, TOP)
    .map(([name, ms]) => ['', name, ms.toFixed(0), `${((ms / total) * 100).toFixed(1)} %`]);
  return renderTable([['', 'function', 'self ms', 'share'], ...rows]);
}

function place(url: string): string {
  return url.replace(/^file:\/\//, '').replace(`${ROOT}/`, '');
}
