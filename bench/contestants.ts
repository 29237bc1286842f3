import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Child } from './child.ts';
import { exchangeOnce } from './exchange-once.ts';

export const ROOT = join(import.meta.dirname, '..');
const READY_LIMIT_MS = 30_000;
const READY_POLL_MS = 50;

/** One column of the table: a way from the load generator to the upstream. */
export interface Contestant {
  readonly name: string;
  readonly start: (upstreamPort: number) => Promise<Running>;
}

export interface Running {
  readonly name: string;
  readonly port: number;
  /** Absent for `direct`: there is no process between the two ends. */
  readonly pid: number | undefined;
  readonly home: string | undefined;
  end(): Promise<void>;
}

export const DIRECT: Contestant = {
  name: 'direct',
  start: async (port) => ({ name: 'direct', port, pid: undefined, home: undefined, end: async () => {} }),
};

/** A yardstick of ours, bundled into `folder`: prints its port when it listens. */
export function yardstick(name: string, folder: string): Contestant {
  return {
    name,
    start: async (upstreamPort) => {
      const file = join(folder, `${name}-proxy.mjs`);
      const child = new Child(process.execPath, [file, `http://127.0.0.1:${upstreamPort}`]);
      const { port } = await child.next<{ port: number }>();
      return { name, port, pid: child.pid, home: undefined, end: () => child.end() };
    },
  };
}

/**
 * The real daemon as a user runs it: log, breakers, trails and the request database on, in a home of its own.
 * `nodeFlags` and `script` are for profiling; `bounds` are added to its only provider and to its policy.
 */
export function gateway(
  nodeFlags: readonly string[] = [],
  script = join(ROOT, 'bin', 'gw.js'),
  bounds: Bounds = {},
): Contestant {
  return {
    name: 'gw',
    start: async (upstreamPort) => {
      const home = mkdtempSync(join(tmpdir(), 'gw-bench-'));
      const port = await freePort();
      writeFileSync(join(home, 'config.json'), JSON.stringify(configFor(port, upstreamPort, bounds)), {
        mode: 0o600,
      });
      const env = { ...process.env, GW_HOME: home };
      const child = new Child(process.execPath, [...nodeFlags, script, 'serve'], env);
      const end = async (): Promise<void> => {
        await child.end();
        rmSync(home, { recursive: true, force: true });
      };
      await untilReady('gw', child, port, end);
      return { name: 'gw', port, pid: child.pid, home, end };
    },
  };
}

/** What a gateway is held to. */
export interface Bounds {
  readonly provider?: object;
  readonly policy?: object;
}

/** Any other gateway: `name=command with {port} and {upstream}`; it must serve /v1/chat/completions. */
export function beside(text: string): Contestant {
  const [name = '', ...words] = text.split('=');
  const command = words.join('=');
  if (name === '' || !command.includes('{port}')) {
    throw new Error(`--beside wants 'name=command with {port} and {upstream}', not '${text}'`);
  }
  return {
    name,
    start: async (upstreamPort) => {
      const port = await freePort();
      const line = command
        .replaceAll('{port}', String(port))
        .replaceAll('{upstream}', `http://127.0.0.1:${upstreamPort}`);
      // `exec`: the program takes the shell's place, so that it is what is measured and ended.
      const child = new Child('sh', ['-c', `exec ${line}`]);
      await untilReady(name, child, port, () => child.end());
      return { name, port, pid: child.pid, home: undefined, end: () => child.end() };
    },
  };
}

function configFor(port: number, upstreamPort: number, bounds: Bounds): unknown {
  const upstream = {
    url: `http://127.0.0.1:${upstreamPort}/v1`,
    format: 'openai-chat',
    auth: 'bearer',
    keys: [{ value: 'sk-bench-0123456789' }],
    ...bounds.provider,
  };
  return {
    active: 'default',
    listen: { port },
    profiles: {
      default: {
        providers: { upstream },
        routes: { everything: { match: ['*'], targets: ['upstream'] } },
        ...(bounds.policy && { policy: bounds.policy }),
      },
    },
  };
}

/** Ready means that a whole exchange works. */
async function untilReady(name: string, child: Child, port: number, end: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + READY_LIMIT_MS;
  for (;;) {
    const answer = await exchangeOnce(port);
    if (answer.startsWith('HTTP/1.1 200')) return;
    if (!child.running || Date.now() > deadline) {
      const { complaint } = child;
      await end();
      throw new Error(`${name} does not serve: ${complaint || answer || 'no answer'}`);
    }
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
