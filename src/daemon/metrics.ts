import type { Handlers, Status } from '../control/index.ts';
import type { MetricFamily } from '../core/metric.ts';
import type { DaemonParts } from './parts.ts';
import { processMetrics } from './process-metrics.ts';
import { counter, statusMetrics } from './status-metrics.ts';
import type { Tally } from './tally.ts';

/** Where the figures come from. */
export interface MetricsSource {
  readonly tally: Tally;
  readonly status: () => Status;
  readonly startedAt: number;
  readonly timers: () => number;
  /** What was lost since the daemon started: rows of the request log, lines of the log, spans. */
  readonly dropped: () => Readonly<Record<string, number>>;
}

/** What a running daemon's parts have to tell. */
export function metricsSource(
  { observatory, startedAt, clock, recorder, log, telemetry }: DaemonParts,
  status: () => Status,
): MetricsSource {
  return {
    tally: observatory.tally,
    status,
    startedAt,
    timers: () => clock.timers,
    dropped: () => ({ records: recorder.dropped, log_lines: log.dropped, traces: telemetry.dropped }),
  };
}

/** Everything the daemon counts and knows, as metrics. */
export async function collectMetrics(source: MetricsSource): Promise<MetricFamily[]> {
  const dropped = Object.entries(source.dropped()).map(([what, value]) => ({ labels: { what }, value }));
  return [
    ...source.tally.families(),
    ...statusMetrics(source.status()),
    counter('gw_dropped_total', 'What could not be kept or sent: requests, log lines, spans.', dropped),
    ...(await processMetrics(source.startedAt, source.timers())),
  ];
}

/** The same as text for Prometheus. What writes it is loaded when somebody asks for the first time. */
export async function metricsPage(source: MetricsSource): Promise<string> {
  const { exposition } = await import('../observe/index.ts');
  return exposition(await collectMetrics(source));
}

export function metricsHandlers(source: MetricsSource): Pick<Handlers, 'metrics'> {
  return { metrics: async () => ({ text: await metricsPage(source) }) };
}
