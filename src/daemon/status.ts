import type { Problem, ProviderStatus, RouteStatus, Status, TelemetryView } from '../control/index.ts';
import type { RecordingView } from '../core/cassette.ts';
import type { ChaosView } from '../core/chaos.ts';
import type { BreakerView, CooldownView, FirstContentView, LimitView, TargetHealth } from '../core/health.ts';
import { keyLabel } from '../core/key-label.ts';
import type { OfflineView } from '../core/network.ts';
import type { Profile, Provider, Route } from '../core/profile.ts';
import { type Target, targetName } from '../core/target.ts';
import { formatDuration } from '../lib/duration.ts';
import type { Rooms } from '../proxy/index.ts';
import type { Loaded } from './loaded.ts';
import { type Observatory, targetKey } from './observatory.ts';
import type { TargetStats } from './target-stats.ts';

/** What the proxy knows about a target. */
export interface ProxyHealth {
  readonly target: Target;
  readonly breaker: BreakerView;
  readonly cooldown?: CooldownView;
  readonly limits?: readonly LimitView[];
  readonly firstContent?: readonly FirstContentView[];
}

/** The facts a status is made from that neither the profile nor the observatory holds. */
export type StatusFacts = Pick<
  Status,
  | 'instance'
  | 'version'
  | 'pid'
  | 'address'
  | 'socket'
  | 'startedAt'
  | 'now'
  | 'configPath'
  | 'logPath'
  | 'draining'
  | 'rssBytes'
  | 'budgets'
  | 'rates'
> & {
  readonly loaded: Loaded;
  readonly observatory: Observatory;
  readonly health: readonly ProxyHealth[];
  readonly problems: readonly Problem[];
  readonly chaos: readonly ChaosView[];
  readonly recordings: readonly RecordingView[];
  readonly telemetry: TelemetryView | undefined;
  /** Answers of the cache in memory. */
  readonly kept: { readonly entries: number; readonly bytes: number };
  /** Rows the request log could not take. */
  readonly dropped: number;
  readonly offline: OfflineView | undefined;
  readonly rooms: Rooms;
};

/** Puts together what `gw status` and the dashboard show. */
export function makeStatus(facts: StatusFacts): Status {
  const { loaded, observatory, health, problems, dropped, chaos, recordings, offline, rooms, ...others } =
    facts;
  const { telemetry, kept, ...plain } = others;
  const targets = joinTargets(health, observatory, plain.now);
  return {
    ...plain,
    profile: loaded.profile.name,
    capture: loaded.settings.record.capture,
    load: rooms.total.view(),
    counters: observatory.counters(dropped),
    ...cacheUse(observatory, kept),
    latency: observatory.latency(plain.now),
    providers: loaded.profile.providers.map((provider) => providerStatus(provider, loaded, targets, rooms)),
    routes: loaded.profile.routes.map((route) => routeStatus(route, loaded.profile, observatory)),
    problems: [
      ...offlineProblem(offline, plain.now),
      ...loaded.unresolved.map(({ problem }) => problem),
      ...problems,
    ],
    ...(chaos.length === 0 ? {} : { chaos }),
    ...(recordings.length === 0 ? {} : { recordings }),
    ...(telemetry && { telemetry }),
    ...(offline && { offline }),
  };
}

/** First of all problems: as long as it lasts, the others may be its doing. */
function offlineProblem(offline: OfflineView | undefined, now: number): Problem[] {
  if (offline === undefined) return [];
  const span = formatDuration(Math.max(0, now - offline.since));
  const message = `this computer has been offline for ${span}: ${offline.message}; gw goes on by itself`;
  return [{ message }];
}

function cacheUse({ cache }: Observatory, kept: StatusFacts['kept']): Pick<Status, 'cache'> {
  const use = cache.use();
  return use === undefined ? {} : { cache: { ...use, kept } };
}

function joinTargets(
  health: readonly ProxyHealth[],
  observatory: Observatory,
  now: number,
): readonly TargetHealth[] {
  const stats = new Map(observatory.targets().map((entry) => [targetKey(entry.target), entry]));
  const known = new Map(health.map((entry) => [targetKey(entry.target), entry]));
  const live = observatory.liveByTarget();
  return [...new Set([...known.keys(), ...stats.keys()])].flatMap((name) => {
    const target = known.get(name)?.target ?? stats.get(name)?.target;
    return target === undefined
      ? []
      : [joinTarget(target, known.get(name), stats.get(name), live.get(name) ?? 0, now)];
  });
}

function joinTarget(
  target: Target,
  health: ProxyHealth | undefined,
  stats: TargetStats | undefined,
  live: number,
  now: number,
): TargetHealth {
  const last = stats?.last;
  return {
    target,
    breaker: health?.breaker ?? { is: 'closed' },
    ...(health?.cooldown === undefined ? {} : { cooldown: health.cooldown }),
    ...(health?.limits === undefined ? {} : { limits: health.limits }),
    ...(health?.firstContent === undefined ? {} : { firstContent: health.firstContent }),
    attempts: stats?.attempts ?? 0,
    failures: stats?.failures ?? 0,
    served: stats?.served ?? 0,
    live,
    recent: stats?.recent(now) ?? { attempts: 0, failures: 0 },
    ...(last === undefined ? {} : { last }),
  };
}

function providerStatus(
  provider: Provider,
  loaded: Loaded,
  targets: readonly TargetHealth[],
  rooms: Rooms,
): ProviderStatus {
  const room = rooms.of(provider.name);
  const unresolved = new Set(loaded.unresolved.map(({ label }) => label));
  return {
    name: provider.name,
    url: provider.url,
    format: provider.format,
    alsoSpeaks: provider.alsoSpeaks,
    enabled: provider.enabled,
    keys: provider.keys.map(keyLabel).map((label) => ({ label, resolved: !unresolved.has(label) })),
    ...(room && { load: room.view() }),
    targets: targets.filter(({ target }) => target.provider === provider.name),
  };
}

function routeStatus(route: Route, { policy }: Profile, observatory: Observatory): RouteStatus {
  const balance = route.policy.balance ?? policy.balance;
  const serving = observatory.serving(route.name);
  return {
    name: route.name,
    match: route.match,
    targets: route.targets.map(targetName),
    ...(balance === 'order' ? {} : { balance }),
    ...(serving === undefined ? {} : { serving }),
  };
}
