import type { LogPort } from '../core/ports.ts';
import { errorMessage } from '../lib/expect.ts';

/** What decides whether a daemon that met a bug goes on. */
export interface CrashGuard {
  readonly log: LogPort;
  /** Whether requests are still answered. */
  readonly isServing: () => Promise<boolean>;
  /** Ends the process: the reason is in the log. */
  readonly giveUp: () => void;
}

/**
 * Reports bugs nobody caught, and keeps serving while requests are still answered: one broken exchange must not take
 * every other caller's down with it. The returned function takes the guard away.
 */
export function guardProcess(process: NodeJS.EventEmitter, guard: CrashGuard): () => void {
  let checking = false;
  const check = async (): Promise<void> => {
    if (checking) return;
    checking = true;
    const serving = await guard.isServing();
    checking = false;
    if (serving) return;
    guard.log.write('error', 'daemon-gave-up', { reason: 'the proxy no longer answers after a defect' });
    guard.giveUp();
  };
  const met = (error: unknown): void => {
    guard.log.write('error', 'defect-met', {
      message: errorMessage(error),
      ...(error instanceof Error ? { stack: error.stack } : {}),
    });
    void check();
  };
  process.on('uncaughtException', met);
  process.on('unhandledRejection', met);
  return () => {
    process.off('uncaughtException', met);
    process.off('unhandledRejection', met);
  };
}
