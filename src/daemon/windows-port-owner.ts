import { execFile } from 'node:child_process';

/** Runs a program of Windows and answers with what it printed; with nothing where it cannot be run. */
export type AskProgram = (program: string, words: readonly string[]) => Promise<string>;

const PATIENCE_MS = 2_000;

/** Who listens on a TCP port, by Windows' own programs; undefined when they do not say. */
export async function windowsOwner(
  port: number,
  ask: AskProgram = askProgram,
): Promise<{ readonly pid: number; readonly command: string } | undefined> {
  const pid = listenerIn(await ask('netstat.exe', ['-ano']), port);
  if (pid === undefined) return undefined;
  const row = await ask('tasklist.exe', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH']);
  return { pid, command: /^"([^"]+)","\d+"/m.exec(row)?.[1] ?? 'a process' };
}

/**
 * A line of `netstat -ano` is protocol, local address, foreign address, state and pid. The state is in the language of
 * the system, but only who listens has a foreign address with port 0.
 */
function listenerIn(table: string, port: number): number | undefined {
  for (const line of table.split('\n')) {
    const [protocol, local, foreign, ...rest] = line.trim().split(/\s+/);
    if (protocol !== 'TCP' || !local?.endsWith(`:${port}`) || !foreign?.endsWith(':0')) continue;
    const pid = Number(rest.at(-1));
    if (Number.isInteger(pid) && pid > 0) return pid;
  }
  return undefined;
}

const askProgram: AskProgram = (program, words) =>
  new Promise((resolve) => {
    execFile(program, [...words], { timeout: PATIENCE_MS, windowsHide: true }, (_error, stdout) =>
      resolve(stdout),
    );
  });
