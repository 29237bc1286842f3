import type { Status } from '../control/index.ts';
import type { TargetHealth } from '../core/health.ts';
import type { MetricFamily, MetricSample } from '../core/metric.ts';

/** What the status knows, as metrics. */
export function statusMetrics(status: Status): MetricFamily[] {
  const targets = status.providers.flatMap((provider) => provider.targets);
  const loads = [
    ...(status.load ? [{ place: 'gw', load: status.load }] : []),
    ...status.providers.flatMap(({ name, load }) => (load ? [{ place: name, load }] : [])),
  ];
  return [
    gauge('gw_build_info', 'The version that runs; always 1.', [
      { labels: { version: status.version, profile: status.profile }, value: 1 },
    ]),
    one('gw_requests_in_flight', 'Requests under way.', status.counters.live),
    gauge(
      'gw_queue_length',
      'Requests that wait for room, in all (gw) and at providers that serve only so many at once.',
      loads.map(({ place, load }) => ({ labels: { place }, value: load.queued })),
    ),
    counter(
      'gw_queue_refused_total',
      'Requests for which there was no room.',
      loads.map(({ place, load }) => ({ labels: { place }, value: load.refused })),
    ),
    gauge(
      'gw_target_in_flight',
      'Calls under way.',
      targets.map((each) => sample(each, each.live)),
    ),
    gauge(
      'gw_breaker_state',
      "The state of a target's breaker: 1 for the one it is in.",
      targets.flatMap((each) =>
        (['closed', 'open', 'half-open'] as const).map((state) =>
          sample(each, each.breaker.is === state ? 1 : 0, { state }),
        ),
      ),
    ),
    gauge(
      'gw_target_resting',
      'Targets that are being left alone because their provider said so, by reason.',
      targets.flatMap((each) => (each.cooldown ? [sample(each, 1, { reason: each.cooldown.reason })] : [])),
    ),
    one('gw_offline', 'Whether this computer is offline: 1 while it is.', status.offline ? 1 : 0),
    one('gw_problems', 'Things that gw status asks somebody to mend.', status.problems.length),
  ];
}

function sample(
  { target }: TargetHealth,
  value: number,
  more: Readonly<Record<string, string>> = {},
): MetricSample {
  return { labels: { provider: target.provider, model: target.model, key: target.key, ...more }, value };
}

/** A gauge of one series. */
export function one(name: string, help: string, value: number): MetricFamily {
  return gauge(name, help, [{ labels: {}, value }]);
}

export function gauge(name: string, help: string, samples: readonly MetricSample[]): MetricFamily {
  return { name, help, type: 'gauge', samples };
}

export function counter(name: string, help: string, samples: readonly MetricSample[]): MetricFamily {
  return { name, help, type: 'counter', samples };
}
