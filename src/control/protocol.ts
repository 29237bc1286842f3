import type { BudgetView, RateView } from '../core/budget.ts';
import type { CaptureMode } from '../core/capture.ts';
import type { LeftOut, RecordingOrder, RecordingView, TakenExchange } from '../core/cassette.ts';
import type { ChaosView } from '../core/chaos.ts';
import type { Incident, LoadView, TargetHealth } from '../core/health.ts';
import type { OfflineView } from '../core/network.ts';
import type { FormatName } from '../core/operation.ts';
import type { Balance } from '../core/policy.ts';
import type { LogLevel } from '../core/ports.ts';
import type { Target } from '../core/target.ts';
import type { Trail } from '../core/trail.ts';

/**
 * The words between the daemon and everyone else: one JSON message per line over a Unix socket (a named pipe on
 * Windows). A request is `{id, method, params}`, its answer `{id, result}` or `{id, error: {message, fix?}}`.
 * After `subscribe` the daemon also sends `{event: 'snapshot', data}` once and then `{event: 'delta', data}`.
 * The shape is additive: new fields and methods appear, nothing changes its meaning.
 */
export const PROTOCOL_VERSION = 1;

export interface Methods {
  /** Who is there. The instance id is what makes a daemon alive, never its pid. */
  hello: { params: Record<string, never>; result: Hello };
  status: { params: Record<string, never>; result: Status };
  /** Refuses new work, lets streams finish for `drainMs`, then exits. Answers when draining began. */
  stop: { params: { readonly drainMs: number }; result: { readonly live: number } };
  /** Waits until draining has ended; answers how many exchanges were still running and were cut off. */
  drained: { params: Record<string, never>; result: { readonly live: number } };
  /** Reads the profile again. `env` are the caller's values of the variables the profile refers to. */
  reload: { params: { readonly env: Readonly<Record<string, string>> }; result: ReloadResult };
  /**
   * The values of the variables the profile refers to, for the daemon that takes this one's place. They are secrets:
   * the socket lets in nobody but their owner, and whoever asks keeps them in memory.
   */
  'hand-over': { params: Record<string, never>; result: { readonly env: Readonly<Record<string, string>> } };
  /** Waits until every finished exchange is on disk. */
  flush: { params: Record<string, never>; result: { readonly dropped: number } };
  /** The models each provider said it has, by the provider's name; one that said nothing is not there. */
  models: {
    params: Record<string, never>;
    result: { readonly lists: Readonly<Record<string, readonly string[]>> };
  };
  /** A live or recently finished exchange, by id or unique prefix. */
  exchange: { params: { readonly id: string }; result: Trail | null };
  /** Arms a drill: requests that carry the returned token in `x-gw-drill` meet these faults. Valid for a minute. */
  drill: { params: DrillParams; result: { readonly token: string } };
  /** Pauses a provider or takes it back, in the profile on disk and at once. */
  'switch-provider': {
    params: { readonly provider: string; readonly enabled: boolean };
    result: Record<string, never>;
  };
  /** Moves a target within its route by so many places (up is negative), in the profile on disk and at once. */
  'move-target': {
    params: { readonly route: string; readonly target: string; readonly by: number };
    result: { readonly targets: readonly string[] };
  };
  /** Forgets what went wrong at a target: its breaker closes and its cooldowns end. */
  'reset-breaker': { params: { readonly target: Target }; result: Record<string, never> };
  /** Opens a target's breaker by hand, for so long. */
  'trip-breaker': {
    params: { readonly target: Target; readonly openMs: number };
    result: Record<string, never>;
  };
  /** Puts a fault into a provider's live traffic on purpose; what ran there ends. Nothing of it survives a restart. */
  'start-chaos': { params: ChaosParams; result: { readonly chaos: ChaosView } };
  /** Ends what runs at a provider, at one model of it, or everywhere. */
  'stop-chaos': {
    params: { readonly provider?: string; readonly model?: string };
    result: { readonly stopped: readonly ChaosView[] };
  };
  /** What is kept for identical requests, and how often it was of use. */
  cache: { params: Record<string, never>; result: CacheReport };
  /** Everything the daemon counts, as text for Prometheus. */
  metrics: { params: Record<string, never>; result: { readonly text: string } };
  /** Forgets every kept answer, in memory and on disk. */
  'clear-cache': { params: Record<string, never>; result: { readonly cleared: number } };
  /** Sends a test alert to everybody who is to be told, at once; answers with how that went. */
  'test-alerts': {
    params: Record<string, never>;
    result: { readonly sent: readonly { readonly sink: string; readonly problem?: string }[] };
  };
  /** Has exchanges that end from now on kept for whoever asks for them; nobody asking for half a minute ends it. */
  'start-recording': { params: RecordingOrder; result: { readonly id: string } };
  /** What was recorded since the last asking; waits a moment where that is nothing. */
  'take-recorded': { params: { readonly id: string }; result: RecordedBatch };
  /** Ends a recording, those of a name, or all: what is under way may end for a moment, and whoever asks is told. */
  'stop-recording': {
    params: { readonly id?: string; readonly name?: string };
    result: { readonly stopped: readonly string[] };
  };
  subscribe: { params: Record<string, never>; result: Record<string, never> };
}

export type MethodName = keyof Methods;

export interface Hello {
  readonly instance: string;
  readonly version: string;
  readonly pid: number;
  readonly protocol: number;
}

export interface DrillParams {
  /** The route or model name the drill will ask for. */
  readonly route: string;
  /** Position in the plan (1 is the first target) → simulator fault text (`429;retry-after=1`, `stall@headers`). */
  readonly faults: Readonly<Record<number, string>>;
  /** When true the healthy targets are simulated too, and nothing leaves this machine. */
  readonly dry: boolean;
}

export interface ChaosParams {
  readonly provider: string;
  readonly model?: string;
  /** A word of `CHAOS_WORDS`, or the simulator's notation. */
  readonly fault: string;
  /** Which share of the attempts it meets, 0 to 1; all of them when nothing is said. */
  readonly rate?: number;
  /** How long it lasts, five minutes when nothing is said, and how long it waits before. */
  readonly forMs?: number;
  readonly afterMs?: number;
}

/** A part of a recording. */
export interface RecordedBatch {
  readonly exchanges: readonly TakenExchange[];
  readonly leftOut: readonly LeftOut[];
  /** Nothing follows. */
  readonly over: boolean;
}

export interface ReloadResult {
  readonly profile: string;
  /** Problems of the profile on disk; when there are any, the old profile keeps serving. */
  readonly problems: readonly string[];
  readonly unresolvedKeys: readonly string[];
}

/** Everything `gw status` and the dashboard's header show. Times are epoch milliseconds. */
export interface Status {
  readonly instance: string;
  readonly version: string;
  readonly pid: number;
  /** `http://127.0.0.1:4499`, without a path. */
  readonly address: string;
  /** The Unix socket it listens on too, where it does. */
  readonly socket?: string;
  readonly startedAt: number;
  readonly now: number;
  readonly profile: string;
  readonly configPath: string;
  readonly logPath: string;
  readonly draining: boolean;
  readonly rssBytes: number;
  /** Of which requests headers and bodies are kept; a daemon of an earlier version does not say. */
  readonly capture?: CaptureMode;
  /** Requests under way in all, and those that wait for room; a daemon of an earlier version does not say. */
  readonly load?: LoadView;
  readonly counters: Counters;
  /** Absent while no request asked for a cache. `kept` are the answers in memory; the disk may hold more. */
  readonly cache?: CacheUse & { readonly kept?: { readonly entries: number; readonly bytes: number } };
  readonly latency: Latency;
  readonly providers: readonly ProviderStatus[];
  readonly routes: readonly RouteStatus[];
  /** What was spent of the profile's budgets, and its limits on requests per minute; absent where there are none. */
  readonly budgets?: readonly BudgetView[];
  readonly rates?: readonly RateView[];
  /** This computer's own network is down, so far targets are not asked; absent while it is not. */
  readonly offline?: OfflineView;
  /** Sentences that a person should act on: a broken profile on disk, a key that does not resolve, dropped rows. */
  readonly problems: readonly Problem[];
  /** Faults being put into live traffic on purpose; absent while there are none. */
  readonly chaos?: readonly ChaosView[];
  /** Recordings under way (`gw record`), oldest first; absent while there are none. */
  readonly recordings?: readonly RecordingView[];
  /** What is sent to a collector of OpenTelemetry; absent while nothing is. */
  readonly telemetry?: TelemetryView;
}

/** What is told to OpenTelemetry, and whether that arrives. */
export interface TelemetryView {
  /** Where traces and metrics go: origins without a path; absent for what is not sent. */
  readonly traces?: string;
  readonly metrics?: string;
  /** Requests since the start that were not told of. */
  readonly dropped: number;
  /** Why the collector takes nothing, while that is so. */
  readonly problem?: string;
}

/** How often kept or shared answers were of use since the daemon started. */
export interface CacheUse {
  readonly hits: number;
  readonly misses: number;
  /** Old answers that stood in when every target failed: no failures, and no successes of a target. */
  readonly stale: number;
  readonly coalesced: number;
  /** US dollars that the same answers would have cost again, of those whose price is known. */
  readonly savedUsd?: number;
}

/** What is kept, and where. */
export interface CacheReport {
  readonly memory: { readonly entries: number; readonly bytes: number };
  /** Absent while answers are kept in memory only. */
  readonly disk?: { readonly entries: number; readonly bytes: number };
  /** Answers the disk did not take. */
  readonly dropped: number;
  readonly problem?: string;
  readonly use: CacheUse;
}

export interface Problem {
  readonly message: string;
  readonly fix?: string;
}

/** Exchanges since the daemon started (rehearsals left out). */
export interface Counters {
  readonly live: number;
  readonly total: number;
  readonly served: number;
  readonly failed: number;
  readonly cut: number;
  readonly gone: number;
  readonly failovers: number;
  /** Rows the request log could not take. */
  readonly dropped: number;
}

/** Of served exchanges in the last five minutes, in milliseconds; absent while there are none. */
export interface Latency {
  readonly p50?: number;
  readonly p95?: number;
  readonly firstContentP50?: number;
  readonly firstContentP95?: number;
  readonly perMinute: number;
}

export interface ProviderStatus {
  readonly name: string;
  readonly url: string;
  /** What it is spoken to in, and what else it takes as it is; a daemon of an earlier version does not say. */
  readonly format?: FormatName;
  readonly alsoSpeaks?: readonly FormatName[];
  readonly enabled: boolean;
  readonly keys: readonly { readonly label: string; readonly resolved: boolean }[];
  /** Where it serves only so many requests at once. */
  readonly load?: LoadView;
  readonly targets: readonly TargetHealth[];
}

export interface RouteStatus {
  readonly name: string;
  readonly match: readonly string[];
  readonly targets: readonly string[];
  /** How the target that is asked first is chosen; absent where it is the first one. */
  readonly balance?: Balance;
  /** Who served this route last, and when. */
  readonly serving?: { readonly target: Target; readonly at: number };
}

/** What a viewer starts from. */
export interface Snapshot {
  readonly status: Status;
  readonly live: readonly Trail[];
  /** The last finished exchanges, newest first, at most 200. */
  readonly recent: readonly Trail[];
  readonly incidents: readonly Incident[];
  /** The last lines of the daemon's log, oldest first, at most 200. */
  readonly log?: readonly LogEntry[];
}

/** One line of the daemon's log; what Node.js itself wrote there has the event `text-printed`. */
export interface LogEntry {
  readonly at: number;
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What changed since the last message; sent at most ten times a second, and only when something did. */
export interface Delta {
  readonly at: number;
  /** The whole list of running exchanges (at most 100), when it changed. */
  readonly live?: readonly Trail[];
  /** Exchanges that finished, oldest first; of a busy daemon's the latest 50. */
  readonly ended?: readonly Trail[];
  readonly incidents?: readonly Incident[];
  /** What was logged, oldest first; of a flood the latest 50. */
  readonly log?: readonly LogEntry[];
  /** About once a second. */
  readonly status?: Status;
}

export type ServerEvent =
  | { readonly event: 'snapshot'; readonly data: Snapshot }
  | { readonly event: 'delta'; readonly data: Delta };
