import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import packageFile from '../../../package.json' with { type: 'json' };
import { loadKeys } from '../../config/index.ts';
import { connectControl, type ControlClient, type Status } from '../../control/index.ts';
import { findPaths } from '../../core/paths.ts';
import { runDaemon } from '../../daemon/index.ts';
import { PRESETS } from '../../providers/index.ts';
import type { Context } from '../context.ts';
import { commandErrorFor, homeOf } from '../daemon/launch.ts';
import { CommandError, EXIT } from '../error.ts';
import { withOwnPipe } from '../own-pipe.ts';
import { openStored } from '../stored-config.ts';

// Whoever is interrupted has a home to remove first.
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The gw a route is tested through. */
export interface Ground {
  readonly control: ControlClient;
  readonly status: Status;
  /** What gw asks of its callers, if it asks anything. */
  readonly headers: Readonly<Record<string, string>>;
  /** No daemon runs: this process is the gw, for as long as the test takes. */
  readonly own: boolean;
  close(): Promise<void>;
}

/** Finds the running daemon; a dry run without one gets a proxy of its own, which nobody else sees. */
export async function openGround(context: Context, dry: boolean): Promise<Ground> {
  const connected = await connectControl(context.paths.socket);
  if (connected.is === 'ok') {
    return joinGround(context, connected.value, { own: false, close: async () => {} });
  }
  if (dry && connected.fault !== 'timeout') return openOwnGround(context);
  throw new CommandError('gw is not running', {
    why: 'a route is tested through the running proxy, with its keys and its policy',
    fix: 'gw start   (or, without a daemon, network or cost: gw test-route --dry-run)',
    exit: EXIT.notRunning,
  });
}

async function joinGround(
  context: Context,
  control: ControlClient,
  { own, close }: Pick<Ground, 'own' | 'close'>,
): Promise<Ground> {
  const closeAll = async (): Promise<void> => {
    control.close();
    await close();
  };
  try {
    const status = await control.call('status', {});
    return { control, status, headers: await credentials(context), own, close: closeAll };
  } catch (error) {
    await closeAll();
    throw new CommandError('the daemon does not answer', {
      why: error instanceof Error ? error.message : String(error),
      fix: 'gw logs (what it did last), then: gw restart',
      exit: EXIT.notRunning,
    });
  }
}

/** The user's profile and environment, on a port and in a home of its own. */
async function openOwnGround(context: Context): Promise<Ground> {
  const home = mkdtempSync(join(tmpdir(), 'gw-test-route-'));
  const remove = (): void => rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', remove);
  const interrupted = (): void => process.exit(EXIT.interrupted);
  for (const signal of SIGNALS) process.once(signal, interrupted);
  const { config, configDir } = context.paths;
  const paths = { ...withOwnPipe(findPaths({ GW_HOME: home })), config, configDir };
  try {
    const daemon = await runDaemon({
      paths,
      env: context.env,
      home: homeOf(context),
      version: packageFile.version,
      presets: PRESETS,
      clock: context.clock,
      overrides: { port: 0, host: '127.0.0.1' },
      readModels: false,
    });
    const close = async (): Promise<void> => {
      daemon.stop(0);
      await daemon.ended;
      daemon.releaseLock();
      remove();
      process.off('exit', remove);
      for (const signal of SIGNALS) process.off(signal, interrupted);
    };
    const connected = await connectControl(paths.socket);
    if (connected.is === 'ok') return await joinGround(context, connected.value, { own: true, close });
    await close();
    throw new CommandError('the proxy of this test does not answer', { why: connected.fault });
  } catch (error) {
    remove();
    throw commandErrorFor(error, context);
  }
}

async function credentials(context: Context): Promise<Record<string, string>> {
  const read = openStored(context).read();
  const token = read.is === 'ok' ? read.value.token : undefined;
  if (token === undefined) return {};
  const keys = await loadKeys([token], { env: context.env, home: homeOf(context) });
  const secret = keys.resolve(token);
  return secret === undefined ? {} : { authorization: `Bearer ${secret.reveal()}` };
}
