import type { ServicePlan } from './plan.ts';

/** What a service manager says of ours. */
export interface KeeperState {
  /** Its definition is there. */
  readonly installed: boolean;
  readonly running: boolean;
  /** It begins by itself with the next login. */
  readonly enabled: boolean;
  /** In its own words: `active (running)`, `failed (exit-code)`. */
  readonly words: string;
  /** How often it was started again after a crash, where that is told. */
  readonly restarts?: number;
}

/** Something of the operating system that keeps programs running: systemd, launchd, the Task Scheduler. */
export interface Keeper {
  readonly kind: 'systemd' | 'launchd' | 'windows';
  /** The file that defines the service. */
  readonly path: string;
  /** What goes into it. */
  text(plan: ServicePlan): string;
  /** Why services cannot be kept here; undefined where they can. */
  objection(): Promise<string | undefined>;
  /** Takes the written definition in, and has it begin with each login. Each of these answers what went wrong. */
  enable(): Promise<string | undefined>;
  start(): Promise<string | undefined>;
  stop(): Promise<string | undefined>;
  /** Ends it and forgets it, before its file is removed; and after. */
  disable(): Promise<string | undefined>;
  forgotten(): Promise<void>;
  state(): Promise<KeeperState>;
  /** What its owner should know of when it runs. */
  hint(): Promise<string | undefined>;
}
