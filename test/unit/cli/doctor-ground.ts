import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach } from 'vitest';

import { diagnose, type Diagnosis, examine, type Noted } from '../../../src/cli/doctor/examine.ts';
import type { Machine } from '../../../src/cli/doctor/machine.ts';
import { gatherScene } from '../../../src/cli/doctor/scene.ts';
import { serveControl, type Status } from '../../../src/control/index.ts';
import { testContext } from '../../cli-context.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** What one examination found. */
export class Findings {
  readonly all: readonly Noted[];
  readonly diagnosis: Diagnosis;

  constructor(all: readonly Noted[]) {
    this.all = all;
    this.diagnosis = diagnose(all);
  }

  of(id: string): readonly Noted[] {
    return this.all.filter((noted) => noted.id === id);
  }

  /** The only finding of a check, as `result: sentence`. */
  one(id: string): string {
    const [first, ...rest] = this.of(id).map(({ result, sentence }) => `${result}: ${sentence}`);
    if (first === undefined || rest.length > 0) throw new Error(`${rest.length + 1} findings of ${id}`);
    return first;
  }

  fix(id: string): string | undefined {
    return this.of(id)[0]?.fix;
  }
}

/** A home in a folder of its own, to be made ill and looked at. */
export class PatientHome {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'gw-doctor-')));
  readonly gw = join(this.folder, 'gw');
  /** An empty PATH: no test finds the programs of whoever runs it. */
  env: Record<string, string> = { GW_HOME: this.gw, PATH: '' };

  constructor() {
    mkdirSync(join(this.gw, 'state'), { recursive: true, mode: 0o700 });
    cleanups.push(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** Writes a file below the home. */
  write(path: string, text: string, mode = 0o600): string {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, text, { mode });
    return file;
  }

  /** Writes the profile file; any free port, unless `more` says which. */
  profile(providers: object, routes: object = {}, more: object = {}): void {
    const document = { listen: { port: 0 }, ...more, profiles: { default: { providers, routes } } };
    this.write('gw/config.json', JSON.stringify(document));
  }

  /** Stands in for a daemon that says this of itself. */
  async daemon(status: Partial<Status>, version = '0.1.0'): Promise<void> {
    const { paths } = testContext({ home: this.folder, env: this.env });
    const whole = { ...STATUS, ...status };
    const answers = {
      hello: async () => ({ instance: 'i', version, pid: 7, protocol: 1 }),
      status: async () => whole,
    };
    const server = await serveControl({
      path: paths.socket,
      subscribe: () => () => {},
      handlers: answers as never,
    });
    this.write('gw/state/daemon.json', JSON.stringify({ instance: 'i', address: whole.address, pid: 7 }));
    cleanups.push(() => server.close());
  }

  async examine(more: { online?: boolean; machine?: Partial<Machine> } = {}): Promise<Findings> {
    const context = testContext({ home: this.folder, env: this.env });
    const machine = { ...MACHINE, ...more.machine };
    return new Findings(await examine(await gatherScene(context, { online: more.online ?? false, machine })));
  }
}

const MACHINE: Machine = {
  platform: 'linux',
  node: { version: '24.1.0', path: '/opt/node' },
  program: '/opt/gw/bin/gw.js',
  freeBytes: () => 1e12,
};

const STATUS: Status = {
  instance: 'i',
  version: '0.1.0',
  pid: 7,
  address: 'http://127.0.0.1:1',
  startedAt: 0,
  now: 60_000,
  profile: 'default',
  configPath: '',
  logPath: '',
  draining: false,
  rssBytes: 0,
  counters: { live: 0, total: 0, served: 0, failed: 0, cut: 0, gone: 0, failovers: 0, dropped: 0 },
  latency: { perMinute: 0 },
  providers: [],
  routes: [],
  problems: [],
};
