/** What a service runs, whatever system keeps it running. */
export interface ServicePlan {
  /** Tells several gw of one user apart; `gw` unless `GW_HOME` is set. */
  readonly name: string;
  /** The Node.js that runs it, and everything after it. */
  readonly program: string;
  readonly words: readonly string[];
  /** What it needs to find things. Nothing of it is secret. */
  readonly env: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  /** Where it writes what goes wrong before its own log is open. */
  readonly outputPath: string;
}

/** After a crash: at first at once, and never more often than this. */
export const RESTART_SECONDS = 2;
export const LONGEST_RESTART_SECONDS = 60;
/** Draining takes up to 30 s, leaving a few more. */
export const STOP_SECONDS = 50;
/** Wrong usage and a profile that cannot be used: starting again would end the same way. */
export const HOPELESS_EXITS = [2, 4] as const;
