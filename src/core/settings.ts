import type { Secret } from '../lib/secret.ts';
import type { AlertSettings } from './alerts.ts';
import type { CaptureMode } from './capture.ts';

/** What is decided once for the whole daemon, whatever profile is active. */
export interface Settings {
  readonly listen: ListenSettings;
  readonly log: LogSettings;
  readonly record: RecordSettings;
  readonly cache: CacheSettings;
  /** Absent until somebody says whom to tell. */
  readonly alerts?: AlertSettings;
  readonly metrics: MetricsSettings;
  readonly otel: OtelSettings;
}

export interface ListenSettings {
  /** Loopback unless asked otherwise; anything else needs a token. */
  readonly host: string;
  readonly port: number;
  /** Where it listens too: the path of a Unix socket. */
  readonly socket?: string;
  /** When set, callers must send it as their API key (`Authorization: Bearer` or `x-api-key`). */
  readonly token: Secret | undefined;
  /** Host names a caller may use besides 127.0.0.1, localhost and [::1]: `host.docker.internal`. */
  readonly allowedHosts: readonly string[];
  /** Browser origins that may call: `http://localhost:3000`. Everything else with an Origin is refused. */
  readonly allowedOrigins: readonly string[];
}

export interface LogSettings {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** The log rotates at this size and keeps this many old files. */
  readonly maxBytes: number;
  readonly keep: number;
}

export interface RecordSettings {
  readonly maxAgeDays: number;
  readonly maxBytes: number;
  /** Whether headers and bodies are kept too; nobody's words are written down unless it is asked for. */
  readonly capture: CaptureMode;
  /** Of each body at most so much is kept. */
  readonly captureBytes: number;
}

/** Where answers are kept for later; whether they are is a matter of the policy. */
export interface CacheSettings {
  /** Whether they survive a restart. */
  readonly disk: boolean;
  readonly maxBytes: number;
  readonly memoryBytes: number;
  /** The largest answer that is kept. */
  readonly answerBytes: number;
}

/** Figures for Prometheus; the control socket always tells them (`gw metrics`). */
export interface MetricsSettings {
  /** Whether `/metrics` on the data port answers, guarded like everything there. */
  readonly port: boolean;
}

/** What is sent to an OpenTelemetry collector. Of requests and answers never the content. */
export interface OtelSettings {
  readonly enabled: boolean;
  /** Where the collector takes OTLP over HTTP: `http://127.0.0.1:4318`. Absent: as the `OTEL_…` variables say. */
  readonly endpoint?: string;
  readonly serviceName?: string;
  readonly traces: boolean;
  readonly metrics: boolean;
  /** Which share of the traces that begin here is kept, 0 to 1; a caller's own trace is kept as the caller says. */
  readonly sample: number;
}

export const DEFAULT_SETTINGS: Settings = {
  listen: { host: '127.0.0.1', port: 4499, token: undefined, allowedHosts: [], allowedOrigins: [] },
  log: { level: 'info', maxBytes: 10 * 1024 * 1024, keep: 3 },
  record: {
    maxAgeDays: 30,
    maxBytes: 256 * 1024 * 1024,
    capture: 'off',
    // The long conversations of coding agents are some hundreds of kilobytes.
    captureBytes: 1024 * 1024,
  },
  cache: {
    disk: true,
    maxBytes: 256 * 1024 * 1024,
    memoryBytes: 32 * 1024 * 1024,
    // A long streamed answer is some hundreds of kilobytes; a batch of embeddings some megabytes.
    answerBytes: 4 * 1024 * 1024,
  },
  metrics: { port: false },
  otel: { enabled: false, traces: true, metrics: true, sample: 1 },
};
