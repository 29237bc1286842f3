import type { Buckets } from '../lib/buckets.ts';

/**
 * One metric with all its series, in Prometheus' terms: names and base units as its conventions have them
 * (https://prometheus.io/docs/practices/naming/). Counters count since the daemon started.
 */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: readonly MetricSample[];
}

/** One series: a number, or the readings of a histogram. */
export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | Buckets;
}
