import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { errorCode, errorMessage } from '../lib/expect.ts';
import { terminalSafe } from '../lib/terminal-safe.ts';
import { DaemonError } from './error.ts';
import { askPort, freePortAbove } from './port-check.ts';
import { windowsOwner } from './windows-port-owner.ts';

/** The process that listens on a port, as far as this user may know it. */
export interface PortOwner {
  readonly pid: number;
  readonly command: string;
}

// Linux and macOS name our own processes to us; where Windows names none, its programs could not be asked.
const UNKNOWN_OWNER = process.platform === 'win32' ? 'another process' : "somebody else's process";

/** Why a port could not be listened on, naming whoever has it. */
export async function listenError(error: unknown, host: string, port: number): Promise<DaemonError> {
  const code = errorCode(error);
  if (code === 'EADDRINUSE') return busyPort(host, port, error);
  if (code === 'EACCES') {
    return reservedPort(
      port,
      await freePortAbove(host, Math.max(port, DEFAULT_SETTINGS.listen.port - 1)),
      error,
    );
  }
  if (code === 'EADDRNOTAVAIL') {
    return new DaemonError('start', `this machine does not have the address ${host}`, {
      fix: 'gw start --host 127.0.0.1',
      cause: error,
    });
  }
  return new DaemonError('start', `cannot listen on ${host}:${port}`, {
    why: errorMessage(error),
    cause: error,
  });
}

/** Windows answers so for ports that Hyper-V or WSL keep for themselves, which no process is seen to hold. */
export function reservedPort(
  port: number,
  other: number,
  cause: unknown,
  platform: NodeJS.Platform = process.platform,
): DaemonError {
  const why =
    platform === 'win32'
      ? 'Windows keeps it for itself (netsh interface ipv4 show excludedportrange protocol=tcp), or a program has it to itself'
      : 'ports below 1024 are reserved for the system';
  return new DaemonError('start', `port ${port} may not be used`, {
    why,
    fix: `gw start --port ${other}`,
    cause,
  });
}

async function busyPort(host: string, port: number, cause: unknown): Promise<DaemonError> {
  const [answer, owner, other] = await Promise.all([
    askPort(host, port, 500),
    findPortOwner(port),
    freePortAbove(host, port),
  ]);
  const named = owner && `${owner.command} (pid ${owner.pid})`;
  const free = `gw start --port ${other}`;
  if (answer?.isGw) {
    return new DaemonError('start', `port ${port} is in use by another gw`, {
      why: named
        ? `${named} serves it, from another GW_HOME or another user`
        : 'it has another GW_HOME or user',
      fix: `stop that one, or choose another port: ${free}`,
      cause,
    });
  }
  return new DaemonError('start', `port ${port} is in use`, {
    why: named ? `${named} listens on it` : `${UNKNOWN_OWNER} listens on it${spoken(answer?.head)}`,
    fix: free,
    cause,
  });
}

function shown(owner: PortOwner | undefined): PortOwner | undefined {
  return owner && { ...owner, command: shorten(owner.command) };
}

function spoken(head: string | undefined): string {
  const server = /^server: *(.+)$/im.exec(head ?? '')?.[1];
  return server === undefined ? '' : `, which calls itself ${terminalSafe(server)}`;
}

/** Finds who listens on a TCP port; undefined when the system does not say. */
export async function findPortOwner(
  port: number,
  platform: NodeJS.Platform = process.platform,
): Promise<PortOwner | undefined> {
  if (platform === 'linux') return linuxOwner(port);
  if (platform === 'win32') return shown(await windowsOwner(port));
  return lsofOwner(port);
}

function linuxOwner(port: number): PortOwner | undefined {
  const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeners(table, port)));
  if (inodes.size === 0) return undefined;
  for (const pid of list('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const holds = list(`/proc/${pid}/fd`).some((file) => inodes.has(link(`/proc/${pid}/fd/${file}`)));
    if (holds) return { pid: Number(pid), command: commandLine(pid) };
  }
  return undefined;
}

/** Sockets in state LISTEN (0A) on the port, as `/proc/<pid>/fd` names them. */
function listeners(table: string, port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return text(table)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(wanted) === true && columns[3] === '0A')
    .map((columns) => `socket:[${columns[9] ?? ''}]`);
}

function commandLine(pid: string): string {
  const words = text(`/proc/${pid}/cmdline`).split('\0').filter(Boolean);
  const line = words.length > 0 ? words.join(' ') : text(`/proc/${pid}/comm`).trim();
  return shorten(line);
}

/** `-F` prints one field per line: `p` pid, `c` command. */
function lsofOwner(port: number): Promise<PortOwner | undefined> {
  return new Promise((resolve) => {
    const words = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'];
    execFile('lsof', words, { timeout: 2_000 }, (_error, stdout) => {
      const pid = /^p(\d+)$/m.exec(stdout)?.[1];
      const command = /^c(.+)$/m.exec(stdout)?.[1];
      resolve(pid === undefined ? undefined : { pid: Number(pid), command: shorten(command ?? 'a process') });
    });
  });
}

function shorten(line: string): string {
  const safe = terminalSafe(line);
  return safe.length > 80 ? `${safe.slice(0, 79)}…` : safe;
}

// Processes come and go while we look, and others' are closed to us: nothing found is the answer then.
function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
