import packageFile from '../../../package.json' with { type: 'json' };
import {
  type Daemon,
  DaemonError,
  guardProcess,
  askPort,
  type LogRecord,
  readableLogLine,
  READY_VARIABLE,
  removeTemporaryHome,
  runDaemon,
  splitAddress,
  tellStarter,
  TIE_VARIABLE,
  tuneEngine,
  watchTie,
} from '../../daemon/index.ts';
import { PRESETS } from '../../providers/index.ts';
import type { Command } from '../command.ts';
import type { Context } from '../context.ts';
import { commandErrorFor, homeOf, LAUNCH_OPTIONS, readOverrides } from '../daemon/launch.ts';
import { EXIT } from '../error.ts';

const DRAIN_MS = 30_000;
// Connections that providers keep open would hold the process after everything is closed.
const LINGER_MS = 500;

/** Runs the daemon in this process, in the foreground. */
export const command: Command = {
  options: LAUNCH_OPTIONS,
  examples: ['gw serve', 'gw serve --port 4500'],
  async run(context, input) {
    // Whatever is written from here on is its owner's alone.
    process.umask(0o077);
    process.title = 'gw serve';
    tuneEngine();
    const starter = context.env[READY_VARIABLE];
    try {
      const daemon = await runDaemon({
        paths: context.paths,
        env: context.env,
        home: homeOf(context),
        version: packageFile.version,
        presets: PRESETS,
        clock: context.clock,
        overrides: readOverrides(context, input),
        readModels: true,
        echo: starter === undefined ? echoTo(context) : undefined,
      });
      const exit = untilEnded(daemon);
      let isLoose = false;
      watchTie(context.env[TIE_VARIABLE], () => {
        isLoose = true;
        daemon.stop(0);
      });
      tellStarter(starter, { is: 'ready', instance: daemon.instance, address: daemon.address });
      const code = await exit;
      if (isLoose) removeTemporaryHome(context.env['GW_HOME'] ?? '');
      return code;
    } catch (error) {
      if (error instanceof DaemonError) tellStarter(starter, { is: 'failed', error });
      throw commandErrorFor(error, context);
    }
  },
};

/** Readable lines for the person who watches; a terminal that went away is no reason to stop serving. */
function echoTo({ stderr }: Context): (record: LogRecord) => void {
  let open = true;
  stderr.on('error', () => (open = false));
  return (record) => {
    if (open) stderr.write(`${readableLogLine(record)}\n`);
  };
}

/** Waits until the daemon has ended: by a signal, by `gw stop`, or because it gave up after a defect. */
async function untilEnded(daemon: Daemon): Promise<number> {
  let exit: number = EXIT.ok;
  const { host, port } = splitAddress(daemon.address);
  const drain = (): void => void daemon.stop(DRAIN_MS);
  // Who presses Ctrl-C twice means now; a service manager that sends TERM twice still gets its drain.
  let interrupts = 0;
  const interrupt = (): void => void daemon.stop(interrupts++ === 0 ? DRAIN_MS : 0);
  process.on('SIGTERM', drain);
  process.on('SIGHUP', drain);
  process.on('SIGINT', interrupt);
  const unguard = guardProcess(process, {
    log: daemon.log,
    isServing: async () => (await askPort(host, port)) !== undefined,
    giveUp: () => {
      exit = EXIT.failed;
      daemon.stop(0);
    },
  });
  await daemon.ended;
  unguard();
  setTimeout(() => process.exit(exit), LINGER_MS).unref();
  return exit;
}
