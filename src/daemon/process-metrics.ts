import type { MetricFamily } from '../core/metric.ts';
import { counter, one } from './status-metrics.ts';

/** What the daemon's process takes, under the names that all Prometheus clients give these. Takes one turn of the loop. */
export async function processMetrics(startedAt: number, timers: number): Promise<MetricFamily[]> {
  const lag = await loopLagSeconds();
  const { user, system } = process.cpuUsage();
  const { active, idle } = performance.eventLoopUtilization();
  return [
    seconds('process_cpu_seconds_total', 'CPU time taken.', (user + system) / 1e6),
    one('process_resident_memory_bytes', 'Memory in use.', process.memoryUsage.rss()),
    one('process_start_time_seconds', 'When the daemon started: seconds since the epoch.', startedAt / 1000),
    one('nodejs_eventloop_lag_seconds', 'How long the event loop took to come round, just now.', lag),
    one('gw_timers', 'Timers that are set.', timers),
    counter('gw_event_loop_seconds_total', 'Time the event loop worked and waited.', [
      { labels: { state: 'active' }, value: active / 1000 },
      { labels: { state: 'idle' }, value: idle / 1000 },
    ]),
  ];
}

function seconds(name: string, help: string, value: number): MetricFamily {
  return counter(name, help, [{ labels: {}, value }]);
}

function loopLagSeconds(): Promise<number> {
  const from = performance.now();
  return new Promise((resolve) => void setImmediate(() => resolve((performance.now() - from) / 1000)));
}
