import type { MetricFamily, MetricSample } from '../core/metric.ts';

// OTLP's JSON encoding (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): 64-bit integers are text,
// ids are hexadecimal, enumerations are numbers.

/** What an attribute may be; absent ones are left out. Whole numbers are sent as integers. */
export type AttributeValue = string | number | boolean | undefined;
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Named values as OTLP writes them. */
export function attributes(values: Attributes): object[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: anyValue(value) }],
  );
}

function anyValue(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value.toWellFormed() };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** Epoch milliseconds as nanoseconds in text; microseconds are as fine as gw measures. */
export function nanoseconds(ms: number): string {
  return `${Math.round(ms * 1000)}000`;
}

/** What sends: the same in every message. */
export interface Sender {
  readonly resource: Attributes;
  readonly version: string;
}

/** A message with spans. */
export function traceMessage({ resource, version }: Sender, spans: readonly object[]): object {
  const scopeSpans = [{ scope: { name: 'gw', version }, spans }];
  return { resourceSpans: [{ resource: { attributes: attributes(resource) }, scopeSpans }] };
}

/** A message with metrics. */
export function metricsMessage({ resource, version }: Sender, metrics: readonly object[]): object {
  const scopeMetrics = [{ scope: { name: 'gw', version }, metrics }];
  return { resourceMetrics: [{ resource: { attributes: attributes(resource) }, scopeMetrics }] };
}

/** The time a cumulative metric speaks of: epoch milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const CUMULATIVE = 2;

/**
 * A family as an OTLP metric. Prometheus' names become OpenTelemetry's: the unit and `_total` go out of the name
 * (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/).
 */
export function otlpMetric(family: MetricFamily, time: Span): object {
  const { name, unit } = otelName(family.name);
  const dataPoints = family.samples.map((sample) => dataPoint(sample, time));
  const head = { name, description: family.help, unit };
  if (family.type === 'gauge') return { ...head, gauge: { dataPoints } };
  const points = { aggregationTemporality: CUMULATIVE, dataPoints };
  return family.type === 'counter'
    ? { ...head, sum: { ...points, isMonotonic: true } }
    : { ...head, histogram: points };
}

const UNITS: readonly (readonly [suffix: string, unit: string])[] = [
  ['_seconds', 's'],
  ['_bytes', 'By'],
  ['_dollars', '{USD}'],
];

/** Names with a dot are OpenTelemetry's already. */
function otelName(name: string): { name: string; unit: string } {
  const plain = name.replace(/_total$/, '');
  const [suffix, unit] = UNITS.find(([each]) => plain.endsWith(each)) ?? ['', '1'];
  if (name.includes('.')) return { name, unit: name.endsWith('.usage') ? '{token}' : 's' };
  return { name: plain.slice(0, plain.length - suffix.length).replace('_', '.'), unit };
}

function dataPoint({ labels, value }: MetricSample, { from, to }: Span): object {
  const head = {
    attributes: attributes(labels),
    startTimeUnixNano: nanoseconds(from),
    timeUnixNano: nanoseconds(to),
  };
  if (typeof value === 'number') return { ...head, asDouble: value };
  return {
    ...head,
    count: String(value.count),
    sum: value.sum,
    bucketCounts: value.counts.map(String),
    explicitBounds: value.bounds,
  };
}
