import { DEFAULT_SETTINGS, type MetricsSettings, type OtelSettings } from '../core/settings.ts';
import { isString, type JsonObject } from '../lib/expect.ts';
import { flag, type Kind, number, type ObjectReader, text } from './reader.ts';

const { metrics: METRICS, otel: OTEL } = DEFAULT_SETTINGS;

/** Where a Unix socket may be: said in full, as a daemon works in another directory than the shell that wrote it. */
export const socketPath: Kind<string> = {
  expected: 'the whole path of a socket: "/home/me/.local/state/gw/gw.sock" (kernels take about 100 bytes)',
  read: (value) =>
    isString(value) &&
    value.length <= 100 &&
    /^(\/|~\/|\\\\[.?]\\pipe\\)./.test(value) &&
    !value.includes('\0')
      ? value
      : undefined,
};

const httpAddress: Kind<string> = {
  expected: 'the base address of a collector: "http://127.0.0.1:4318"',
  read: (value) =>
    isString(value) && /^https?:\/\/[^\s@/?#]+(\/[^\s?#]*)?$/.test(value) && URL.canParse(value)
      ? value.replace(/\/+$/, '')
      : undefined,
};

/** Reads `metrics`. */
export function readMetrics(reader: ObjectReader | undefined): MetricsSettings {
  const port = reader?.optional('port', flag) ?? METRICS.port;
  reader?.finish();
  return { port };
}

/** Reads `otel`. */
export function readOtel(reader: ObjectReader | undefined): OtelSettings {
  if (!reader) return OTEL;
  const endpoint = reader.optional('endpoint', httpAddress);
  const serviceName = reader.optional('serviceName', text);
  const settings: OtelSettings = {
    enabled: reader.optional('enabled', flag) ?? OTEL.enabled,
    ...(endpoint !== undefined && { endpoint }),
    ...(serviceName !== undefined && { serviceName }),
    traces: reader.optional('traces', flag) ?? OTEL.traces,
    metrics: reader.optional('metrics', flag) ?? OTEL.metrics,
    sample: reader.optional('sample', number(0, 1)) ?? OTEL.sample,
  };
  reader.finish();
  return settings;
}

export const SOCKET_SCHEMA: JsonObject = {
  type: 'string',
  description: "Path of a Unix socket to listen on as well; its directory is its owner's alone.",
};

export const METRICS_SCHEMA: JsonObject = {
  type: 'object',
  additionalProperties: false,
  description: 'Figures for Prometheus; gw metrics always prints them.',
  properties: {
    port: {
      type: 'boolean',
      default: METRICS.port,
      description: 'Whether /metrics on the data port answers, to whoever may call there.',
    },
  },
};

export const OTEL_SCHEMA: JsonObject = {
  type: 'object',
  additionalProperties: false,
  description: 'Traces and metrics for an OpenTelemetry collector (OTLP over HTTP, JSON), without content.',
  properties: {
    enabled: { type: 'boolean', default: OTEL.enabled, description: 'Whether anything is sent.' },
    endpoint: {
      type: 'string',
      description:
        'Base address of the collector; otherwise OTEL_EXPORTER_OTLP_ENDPOINT, else port 4318 here.',
    },
    serviceName: { type: 'string', description: 'service.name; otherwise OTEL_SERVICE_NAME, else gw.' },
    traces: { type: 'boolean', default: OTEL.traces, description: 'Whether traces are sent.' },
    metrics: { type: 'boolean', default: OTEL.metrics, description: 'Whether metrics are sent.' },
    sample: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: OTEL.sample,
      description:
        "Share of the traces beginning here that is kept; a caller's own is kept as the caller says.",
    },
  },
};
