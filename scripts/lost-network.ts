// A whole daemon whose network can be taken away: two providers elsewhere, by names that lead to simulators on this
// machine, and one here.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PACES, POLICY } from '../src/cli/demo/live-run.ts';
import { DemoProvider } from '../src/cli/demo/provider.ts';
import type { NetworkSenses } from '../src/core/network.ts';
import { findPaths, type Paths } from '../src/core/paths.ts';
import { runDaemon } from '../src/daemon/index.ts';
import { systemClock } from '../src/lib/clock.ts';
import { PRESETS } from '../src/providers/index.ts';

/** The network of a computer, with a switch. */
class SwitchedNetwork implements NetworkSenses {
  isUp = true;

  readonly lookup: LookupFunction = (hostname, { all }, callback) => {
    const missing = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' });
    setImmediate(() => {
      if (!this.isUp) callback(missing, '', 4);
      else if (all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
      else callback(null, '127.0.0.1', 4);
    });
  };

  addresses = (): readonly string[] => (this.isUp ? ['192.0.2.7'] : []);
  reach: NetworkSenses['reach'] = async () => (this.isUp ? 'reached' : 'no-name');
  askResolver: NetworkSenses['askResolver'] = async () => (this.isUp ? 'answers' : 'silent');
}

/** A daemon before two providers elsewhere and one on this machine. */
export interface TravellingDaemon {
  readonly address: string;
  readonly paths: Paths;
  /** From now on this computer has no network. */
  lose(): void;
  close(): Promise<void>;
}

/** Opens one, in this process. */
export async function openTravelling(version: string): Promise<TravellingDaemon> {
  const home = mkdtempSync(join(tmpdir(), 'gw-travelling-'));
  const paths = findPaths({ GW_HOME: home });
  const providers = [
    new DemoProvider('sim-openai', 'sim-large', PACES[0], 0),
    new DemoProvider('sim-groq', 'sim-fast', PACES[1], 0),
    new DemoProvider('sim-local', 'sim-small', PACES[2], 0),
  ];
  for (const provider of providers) await provider.repair();
  const entries = providers.map(({ name, url, model }) => {
    const there = name === 'sim-local' ? url : url.replace('127.0.0.1', `api.${name}.test`);
    return [name, { url: there, format: 'openai-chat', auth: 'none', quirks: ['free'], models: [model] }];
  });
  const routes = { default: { match: ['*'], targets: providers.map(({ target }) => target) } };
  const demo = { providers: Object.fromEntries(entries), routes, policy: POLICY };
  writeFileSync(paths.config, JSON.stringify({ active: 'demo', listen: { port: 0 }, profiles: { demo } }), {
    mode: 0o600,
  });
  const network = new SwitchedNetwork();
  const daemon = await runDaemon({
    paths,
    env: { GW_HOME: home },
    home,
    version,
    presets: PRESETS,
    clock: systemClock,
    overrides: {},
    readModels: false,
    network: { senses: network, lookup: network.lookup },
  });
  return {
    address: daemon.address,
    paths,
    lose: () => {
      network.isUp = false;
    },
    close: async () => {
      daemon.stop(0);
      await daemon.ended;
      await Promise.all(providers.map((provider) => provider.close()));
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
