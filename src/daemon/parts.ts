import type { ConfigFile } from '../config/index.ts';
import type { Paths } from '../core/paths.ts';
import type { Preset } from '../core/profile.ts';
import type { Clock, CountedClock } from '../lib/clock.ts';
import type { Proxy, ProxyOptions } from '../proxy/index.ts';
import type { AnswerCache, Recorder } from '../store/index.ts';
import type { DataSocket } from './data-socket.ts';
import type { Guard } from './guard.ts';
import type { Loaded } from './loaded.ts';
import type { Lock } from './lock.ts';
import type { LogFile } from './log.ts';
import type { ModelBook } from './model-book.ts';
import type { Observatory } from './observatory.ts';
import type { Overrides } from './state-file.ts';
import type { Telemetry } from './telemetry.ts';

/** How a person starts a daemon, whatever of it is running. */
export interface DaemonOptions {
  readonly paths: Paths;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly version: string;
  readonly presets: readonly Preset[];
  readonly clock: Clock;
  readonly overrides: Overrides;
  /** Whether the providers are asked what models they have; a rehearsal that needs no network must not. */
  readonly readModels: boolean;
  /** How the network is felt and names are found: by what this computer has, unless a test brings its own. */
  readonly network?: Pick<ProxyOptions, 'senses' | 'lookup'>;
}

/** Everything a running daemon holds, in the order it was opened. */
export interface DaemonParts {
  readonly instance: string;
  readonly startedAt: number;
  readonly clock: CountedClock;
  readonly port: number;
  readonly lock: Lock;
  readonly log: LogFile;
  readonly file: ConfigFile;
  readonly loaded: Loaded;
  readonly recorder: Recorder;
  readonly answers: AnswerCache;
  readonly observatory: Observatory;
  readonly proxy: Proxy;
  readonly book: ModelBook;
  readonly telemetry: Telemetry;
  readonly guard: Guard;
  /** The Unix socket beside the port, where there is one. */
  readonly door: DataSocket | undefined;
}
