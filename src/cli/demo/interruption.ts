import { EXIT } from '../error.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Whether somebody wants the demo to end. While one is open, signals do not end the process by themselves. */
export interface Interruption {
  readonly happened: boolean;
  readonly promise: Promise<void>;
  /** Gives the signals back to the process. */
  close(): void;
}

/** Listens for signals; a second one ends the process at once. */
export function watchSignals(): Interruption {
  const { promise, resolve } = Promise.withResolvers<void>();
  let happened = false;
  const onSignal = (): void => {
    if (happened) process.exit(EXIT.interrupted);
    happened = true;
    resolve();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    get happened() {
      return happened;
    },
    promise,
    close: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
