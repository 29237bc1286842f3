import type { NetworkSenses } from '../core/network.ts';
import type {
  AnswerCachePort,
  FactsPort,
  KeyPort,
  LogPort,
  RecordPort,
  RememberPort,
  TracePort,
  Watcher,
} from '../core/ports.ts';
import type { Profile } from '../core/profile.ts';
import type { Settings } from '../core/settings.ts';
import type { Clock } from '../lib/clock.ts';
import type { HttpProxyRule } from '../lib/http-proxy.ts';
import type { Lookup } from './connections/connector.ts';
import type { Purse } from './spending/purse.ts';

/** What the proxy is made from. */
export interface ProxyOptions {
  readonly settings: Settings;
  readonly profile: Profile;
  readonly keys: KeyPort;
  readonly clock: Clock;
  readonly watcher: Watcher;
  readonly record: RecordPort;
  readonly log: LogPort;
  readonly version: string;
  /** Unique to this daemon; marks requests that pass through it. */
  readonly instance: string;
  /** What is known of models, their prices among it; without it nothing is known, and no cost is said. */
  readonly facts?: FactsPort;
  /** Whether the providers' lists of models are read, for `/v1/models`; the profile's own names are always in it. */
  readonly readModels?: boolean;
  /** Where answers are kept for later; without it none are. */
  readonly answers?: AnswerCachePort;
  /** Jitter of backoff; `Math.random` unless a test wants the same every time. */
  readonly random?: () => number;
  /** Keeps what is to outlive a restart; without it everything is forgotten. */
  readonly remember?: RememberPort;
  /** Through which HTTP proxy a provider is reached; none unless it is said. */
  readonly httpProxyFor?: HttpProxyRule;
  /** How the own network is felt; without it every failure is the provider's. */
  readonly senses?: NetworkSenses;
  /** How providers' names are resolved; the system's way unless it is said. */
  readonly lookup?: Lookup;
  /** Budgets and limits, and what was taken of them; without it there are none. */
  readonly purse?: Purse;
  /** Places in distributed traces; none unless those are exported. */
  readonly tracing?: TracePort;
  /** What `/metrics` answers, where the settings have it answer. */
  readonly metricsPage?: () => Promise<string>;
}
