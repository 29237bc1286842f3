import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** CPU seconds used so far by a process, all its threads and its children, read from outside so that any program can be measured. */
export function cpuSeconds(pid: number): number {
  if (!existsSync('/proc/self/schedstat')) return portableCpuSeconds(pid);
  let total = 0;
  for (const task of list(`/proc/${pid}/task`)) {
    // Nanoseconds on a CPU: /proc/<pid>/stat counts in ticks of 10 ms, which is what a whole run may take.
    total += Number(read(`/proc/${pid}/task/${task}/schedstat`).split(' ', 1)[0]) / 1e9;
  }
  return total + sum(childrenOf(pid), cpuSeconds);
}

/** Resident megabytes of a process and its children. */
export function rssMegabytes(pid: number): number {
  if (!existsSync('/proc/self/status')) return Number(ps(pid, 'rss')) / 1024;
  const own = /VmRSS:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`))?.[1] ?? '0';
  return Number(own) / 1024 + sum(childrenOf(pid), rssMegabytes);
}

/** CPU seconds used so far by each thread, by its name and number. Empty where there is no /proc. */
export function cpuByThread(pid: number): ReadonlyMap<string, number> {
  const dir = `/proc/${pid}/task`;
  return new Map(
    list(dir).map((task) => [
      `${read(`${dir}/${task}/comm`).trim()} ${task}`,
      Number(read(`${dir}/${task}/schedstat`).split(' ', 1)[0]) / 1e9,
    ]),
  );
}

function childrenOf(pid: number): number[] {
  return list(`/proc/${pid}/task`).flatMap((task) =>
    read(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number),
  );
}

function sum(pids: readonly number[], measure: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + measure(pid), 0);
}

/** Threads and processes come and go between listing and reading. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** Where there is no /proc: hundredths of a second, without children. */
function portableCpuSeconds(pid: number): number {
  const parts = ps(pid, 'cputime').split(':').map(Number);
  return parts.reduce((total, part) => total * 60 + part, 0);
}

function ps(pid: number, column: string): string {
  return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();
}
