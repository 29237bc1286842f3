import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { findPaths } from '../src/core/paths.ts';
import { type Daemon, runDaemon } from '../src/daemon/index.ts';
import { systemClock } from '../src/lib/clock.ts';
import { PRESETS } from '../src/providers/index.ts';
import { createSimulator, type Simulator } from '../src/simulator/index.ts';
import { askDaemon } from './ask-daemon.ts';

/** A whole daemon in this process, in a home of its own, before simulators. */
export interface DaemonGround {
  readonly home: string;
  readonly address: string;
  simulator(name: string): Simulator;
  /** Sends a chat request in OpenAI's format, and answers with its id. */
  chat(more?: Readonly<Record<string, unknown>>, headers?: Readonly<Record<string, string>>): Promise<string>;
  close(): Promise<void>;
}

type Entry = Readonly<Record<string, unknown>>;

/** Starts one; `providers` by name, each with what its entry in the profile file has besides the address. */
export async function openDaemon(
  providers: Readonly<Record<string, Entry>>,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<DaemonGround> {
  const home = mkdtempSync(join(tmpdir(), 'gw-ground-'));
  const paths = findPaths({ GW_HOME: home });
  const simulators = new Map<string, Simulator>();
  const entries: Record<string, Entry> = {};
  for (const [name, entry] of Object.entries(providers)) {
    const simulator = createSimulator({ name, seed: simulators.size + 1 });
    simulators.set(name, simulator);
    entries[name] = { url: (await simulator.listen()).url, auth: 'none', models: ['m'], ...entry };
  }
  const route = { match: ['*'], targets: Object.keys(providers).map((name) => `${name}/m`) };
  const profiles = { default: { providers: entries, routes: { main: route } } };
  mkdirSync(dirname(paths.config), { recursive: true });
  writeFileSync(paths.config, JSON.stringify({ listen: { port: 0 }, ...settings, profiles }), {
    mode: 0o600,
  });
  const daemon: Daemon = await runDaemon({
    paths,
    env: { GW_HOME: home },
    home,
    version: '0.0.0-test',
    presets: PRESETS,
    clock: systemClock,
    overrides: {},
    readModels: false,
  });
  return {
    home,
    address: daemon.address,
    simulator(name) {
      const found = simulators.get(name);
      if (found === undefined) throw new Error(`no simulator ${name}`);
      return found;
    },
    async chat(more, headers) {
      const id = await chat(daemon.address, more, headers);
      // What a command gives up on when it takes long, as it must not keep anybody from the log.
      await askDaemon(paths.socket, 'flush', {});
      return id;
    },
    async close() {
      daemon.stop(0);
      await daemon.ended;
      daemon.releaseLock();
      await Promise.all([...simulators.values()].map((simulator) => simulator.close()));
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function chat(
  address: string,
  more: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const messages = [{ role: 'user', content: 'Tell me something.' }];
  const response = await fetch(`${address}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'm', messages, ...more }),
  });
  await response.arrayBuffer();
  return response.headers.get('x-gw-request-id') ?? '';
}
