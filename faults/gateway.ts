import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { rssMegabytes } from '../bench/process-cost.ts';
import { connectControl, type MethodName, type Methods, type Status } from '../src/control/index.ts';
import { BASE_PATHS } from '../src/core/base-path.ts';
import type { FormatName } from '../src/core/operation.ts';
import { findPaths, type Paths } from '../src/core/paths.ts';
import { RUNTIME_FLAGS } from '../src/daemon/index.ts';
import { askDaemon } from '../test/ask-daemon.ts';
import { comesTrue } from './pause.ts';

/** The program under test; an installed one, or another build, can be named instead. */
export const PROGRAM = process.env['GW_TEST_PROGRAM'] ?? join(import.meta.dirname, '..', 'bin', 'gw.js');

const START_LIMIT_MS = 20_000;
const END_LIMIT_MS = 40_000;

/** Where nobody listens: the port of a service that nobody runs, and too low to be given to another row's server. */
export const NOBODY = 'http://127.0.0.1:9';

/** A policy for rows that fail one target more often than a breaker would let them. */
export const NO_BREAKER = { breakerFailures: 1000, breakerMinimum: 1000 };

/** One provider of a profile; `origin` is completed by where its format's paths begin. */
export interface ProviderEntry {
  readonly origin: string;
  readonly format?: FormatName;
  readonly keys?: readonly unknown[];
  readonly more?: Readonly<Record<string, unknown>>;
}

export interface RouteEntry {
  readonly match: readonly string[];
  /** Without a model the caller's own name goes on. */
  readonly targets: readonly string[];
}

export interface GatewayOptions {
  readonly providers: Readonly<Record<string, ProviderEntry>>;
  /** By default one route for every name, over all providers in their order. */
  readonly routes?: Readonly<Record<string, RouteEntry>>;
  /** Empty in most rows: what is shown is shown with the defaults. */
  readonly policy?: Readonly<Record<string, unknown>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Where to put its home; a new temporary folder by default. */
  readonly folder?: string;
  readonly flags?: readonly string[];
  /** Words that start it instead of Node.js itself: limits of the shell, for example. */
  readonly wrapper?: readonly string[];
}

/** The key every provider gets, unless its entry says otherwise. */
export const PROVIDER_KEY = 'sk-faults-0123456789abcdef';

/** The built program as a process of its own, in a home of its own. */
export class Gateway {
  readonly folder: string;
  readonly paths: Paths;
  readonly #options: GatewayOptions;
  readonly #ownsFolder: boolean;
  #process: ChildProcess | undefined;
  #complaint = '';
  pid = 0;
  port = 0;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#ownsFolder = options.folder === undefined;
    this.folder = options.folder ?? mkdtempSync(join(tmpdir(), 'gw-faults-'));
    this.paths = findPaths({ GW_HOME: this.folder });
    this.writeProfile(options);
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get env(): NodeJS.ProcessEnv {
    const { env } = this.#options;
    return {
      PATH: process.env['PATH'],
      HOME: this.folder,
      GW_HOME: this.folder,
      FAULTS_KEY: PROVIDER_KEY,
      ...env,
    };
  }

  writeProfile(options: GatewayOptions): void {
    this.writeConfig(JSON.stringify(profileOf(options)));
  }

  writeConfig(text: string): void {
    writeFileSync(this.paths.config, text, { mode: 0o600 });
  }

  /** Starts it, and answers with the milliseconds until it answered. */
  async start(): Promise<number> {
    const from = performance.now();
    const { wrapper = [], flags = [] } = this.#options;
    const [program = '', ...words] = [
      ...wrapper,
      process.execPath,
      // As `gw start` runs it.
      ...RUNTIME_FLAGS,
      PROGRAM,
      'serve',
      ...flags,
    ];
    // Tied to this process: a suite that is stopped in the middle leaves no daemon behind.
    const env = { ...this.env, GW_TIE_FD: '3' };
    const child = spawn(program, words, { env, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    this.#process = child;
    this.#complaint = '';
    child.stderr?.on('data', (bytes) => (this.#complaint = (this.#complaint + String(bytes)).slice(-2000)));
    child.on('error', (error) => (this.#complaint += error.message));
    const ready = await comesTrue(() => !this.running || this.#answers(), START_LIMIT_MS, 5);
    if (!ready || !this.running) {
      await this.kill();
      throw new Error(`gw did not start: ${this.#complaint}`);
    }
    return performance.now() - from;
  }

  get running(): boolean {
    return (
      this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null
    );
  }

  async #answers(): Promise<boolean> {
    if (!existsSync(this.paths.state)) return false;
    const connected = await connectControl(this.paths.socket);
    if (connected.is === 'failed') return false;
    try {
      const { pid, address } = await connected.value.call('status', {});
      if (this.#options.wrapper === undefined && pid !== this.#process?.pid) return false;
      this.pid = pid;
      this.port = Number(new URL(address).port);
      return true;
    } catch {
      return false;
    } finally {
      connected.value.close();
    }
  }

  /** Asks the daemon itself, over its socket. */
  call<M extends MethodName>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']> {
    return askDaemon(this.paths.socket, method, params);
  }

  status(): Promise<Status> {
    return this.call('status', {});
  }

  /** Targets whose breaker is not closed. */
  async openBreakers(): Promise<string[]> {
    const { providers } = await this.status();
    const targets = providers.flatMap(({ targets }) => targets);
    return targets.filter(({ breaker }) => breaker.is !== 'closed').map(({ target }) => target.provider);
  }

  rssMb(): number {
    return rssMegabytes(this.pid);
  }

  /** Open descriptors; undefined where the system does not tell. */
  descriptors(): number | undefined {
    try {
      return readdirSync(`/proc/${this.pid}/fd`).length;
    } catch {
      return undefined;
    }
  }

  /** Timers that are set, as its metrics tell. */
  async timers(): Promise<number> {
    const { text } = await this.call('metrics', {});
    return Number(/^gw_timers (\d+)$/m.exec(text)?.[1]);
  }

  log(): string {
    return existsSync(this.paths.log) ? readFileSync(this.paths.log, 'utf8') : '';
  }

  signal(name: NodeJS.Signals): void {
    process.kill(this.pid, name);
  }

  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || !this.running) return;
    const closed = once(child, 'exit');
    // Behind a wrapper the daemon is another process than the one that was spawned.
    if (this.pid !== 0 && this.pid !== child.pid) this.signal('SIGKILL');
    child.kill('SIGKILL');
    await closed;
  }

  /** SIGTERM, and what becomes of it: the milliseconds until it was gone. */
  async terminate(): Promise<number> {
    const from = performance.now();
    if (this.running) this.signal('SIGTERM');
    if (!(await comesTrue(() => !this.running, END_LIMIT_MS))) throw new Error('gw does not end');
    return performance.now() - from;
  }

  /** Runs a command of gw in this home. */
  async run(
    words: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): Promise<{ exit: number | null; out: string; err: string }> {
    const child = spawn(process.execPath, [PROGRAM, ...words], {
      env: { ...this.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (bytes) => (out += String(bytes)));
    child.stderr.on('data', (bytes) => (err += String(bytes)));
    const [exit] = (await once(child, 'close')) as [number | null];
    return { exit, out, err };
  }

  async remove(): Promise<void> {
    if (this.running) {
      try {
        this.signal('SIGCONT');
      } catch {
        // It is gone already.
      }
    }
    await this.kill();
    if (this.#ownsFolder) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The profile file for these providers and routes. */
export function profileOf({ providers, routes, policy, settings }: GatewayOptions, port = 0): unknown {
  const entries = Object.entries(providers).map(([name, entry]) => {
    const { origin, format = 'openai-chat', keys = [{ env: 'FAULTS_KEY' }], more } = entry;
    return [name, { url: origin + BASE_PATHS[format], format, keys, ...more }];
  });
  const targets = Object.keys(providers);
  const profile = {
    providers: Object.fromEntries(entries),
    routes: routes ?? { main: { match: ['*'], targets } },
    ...(policy && { policy }),
  };
  return { listen: { port }, ...settings, profiles: { default: profile } };
}
