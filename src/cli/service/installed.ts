import type { Overrides, Started } from '../../daemon/index.ts';
import type { Context } from '../context.ts';

/** The service that keeps gw running, as far as other commands have to do with it. */
export interface InstalledService {
  /** Throws where more is asked for than a service can be started with. */
  refuseOverrides(overrides: Overrides): void;
  /** Has it begin, with the variables of this context; returns when gw answers. */
  start(context: Context): Promise<Started>;
  /** Tells the system that gw is to be left alone, also where it waits to start it again. */
  stop(): Promise<void>;
}

/**
 * Finds the service of this home; undefined where none is installed. Starting and stopping go through it: a daemon
 * beside it would be in its way.
 */
export async function findInstalled(context: Context): Promise<InstalledService | undefined> {
  const { installedKeeper } = await import('./find-keeper.ts');
  const keeper = installedKeeper(context);
  if (keeper === undefined) return undefined;
  const { refuseOverrides, startInstalled } = await import('./start-installed.ts');
  return {
    refuseOverrides,
    start: (starter) => startInstalled(starter, keeper),
    async stop() {
      const complaint = (await keeper.objection()) ?? (await keeper.stop());
      if (complaint !== undefined) context.say(`! The service could not be told: ${complaint}`);
    },
  };
}
