import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openConfigFile } from '../../config/index.ts';
import type { Status } from '../../control/index.ts';
import { findPaths, type Paths } from '../../core/paths.ts';
import { daemonEnvironment, startDaemon, stopDaemon, TEMPORARY_HOME } from '../../daemon/index.ts';
import type { JsonObject } from '../../lib/expect.ts';
import { PRESETS } from '../../providers/index.ts';
import type { Context } from '../context.ts';
import { commandErrorFor } from '../daemon/launch.ts';
import { CommandError } from '../error.ts';
import { withOwnPipe } from '../own-pipe.ts';
import { DemoProvider, type Pace } from './provider.ts';

// What still runs when the demo ends was asked by the demo itself.
const DRAIN_MS = 500;

/** How the demo's providers and its gw behave. */
export interface Staging {
  readonly seed: number;
  readonly paces: readonly [Pace, Pace, Pace];
  readonly policy: JsonObject;
}

/** A gw of its own on simulated providers, in a home of its own. */
export interface Stage {
  readonly providers: readonly [DemoProvider, DemoProvider, DemoProvider];
  /** As `gw start` reports it; `status.address` is where callers go. */
  readonly status: Status;
  readonly paths: Paths;
  /** Ends the daemon and the providers, and removes the home. */
  close(): Promise<void>;
}

/** Sets the stage: three providers, a profile over them, and the real daemon as a process of its own. */
export async function openStage(context: Context, staging: Staging): Promise<Stage> {
  const { seed, paces } = staging;
  const providers = [
    new DemoProvider('sim-openai', 'sim-large', paces[0], seed),
    new DemoProvider('sim-groq', 'sim-fast', paces[1], seed),
    new DemoProvider('sim-mistral', 'sim-small', paces[2], seed),
  ] as const;
  const home = mkdtempSync(join(tmpdir(), TEMPORARY_HOME));
  const paths = withOwnPipe(findPaths({ GW_HOME: home }));
  let pid: number | undefined;
  // For ends that wait for nothing: a defect, or a reader of our output that went away.
  const abandon = (): void => {
    if (pid !== undefined) endProcess(pid);
    rmSync(home, { recursive: true, force: true });
  };
  process.once('exit', abandon);
  const close = async (): Promise<void> => {
    await stopDaemon({ paths, clock: context.clock, drainMs: DRAIN_MS }).catch(() => {
      if (pid !== undefined) endProcess(pid);
    });
    await Promise.all(providers.map((provider) => provider.close()));
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    process.off('exit', abandon);
  };
  try {
    for (const provider of providers) await provider.repair();
    await writeProfile(paths, providers, staging.policy);
    const started = await startDaemon({
      paths,
      clock: context.clock,
      program: process.argv[1] ?? '',
      overrides: { port: 0 },
      env: { ...daemonEnvironment(context.env), GW_HOME: home },
      // Killed outright, the demo cannot clean up behind itself; then its daemon does.
      isTied: true,
    });
    pid = started.hello.pid;
    return { providers, status: started.status, paths, close };
  } catch (error) {
    await close();
    throw commandErrorFor(error, context);
  }
}

async function writeProfile(
  paths: Paths,
  providers: readonly DemoProvider[],
  policy: JsonObject,
): Promise<void> {
  const written = await openConfigFile({ paths, presets: PRESETS }).change((draft) => {
    draft['active'] = 'demo';
    draft['listen'] = { port: 0 };
    draft['profiles'] = {
      demo: {
        providers: Object.fromEntries(
          providers.map(({ name, url, model }) => [
            name,
            { url, format: 'openai-chat', auth: 'none', quirks: ['free'], models: [model] },
          ]),
        ),
        routes: { default: { match: ['*'], targets: providers.map(({ target }) => target) } },
        policy,
      },
    };
  });
  if (written.is === 'ok') return;
  throw new CommandError('the profile of the demo cannot be written', {
    why: written.fault.map(({ place, message }) => `${place}: ${message}`).join('; '),
    fix: 'this is a defect in gw: please report it',
  });
}

/** Our own child, by the id it told us on its control socket. */
function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
