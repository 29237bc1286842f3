import type { OtelSettings } from '../core/settings.ts';
import type { Attributes } from './otlp.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where one kind of telemetry goes. */
export interface Destination {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** Everything the exporter needs to know of its settings. */
export interface ExportPlan {
  readonly traces?: Destination;
  readonly metrics?: Destination;
  readonly resource: Attributes;
  /** Which share of the traces that begin at gw is kept. */
  readonly sample: number;
  readonly intervalMs: number;
  /** What was asked for and cannot be had, in words. */
  readonly problems: readonly string[];
}

/** The collector's port for OTLP over HTTP, and how long it may take (the OTLP exporter specification's defaults). */
const DEFAULT_ENDPOINT = 'http://127.0.0.1:4318';
const TIMEOUT_MS = 10_000;
const INTERVAL_MS = 60_000;

/**
 * Reads the settings, and for what they leave open the variables of OpenTelemetry's specification
 * (https://opentelemetry.io/docs/specs/otel/protocol/exporter/). Nothing here when `OTEL_SDK_DISABLED` says so.
 */
export function planExport(settings: OtelSettings, env: Environment): ExportPlan {
  const problems: string[] = [];
  const isOff = env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true';
  const wants = (kind: 'traces' | 'metrics'): boolean =>
    !isOff && settings[kind] && env[`OTEL_${kind.toUpperCase()}_EXPORTER`]?.trim() !== 'none';
  const traces = wants('traces') ? destination('traces', settings, env, problems) : undefined;
  const metrics = wants('metrics') ? destination('metrics', settings, env, problems) : undefined;
  if (isOff) problems.push('OTEL_SDK_DISABLED is true, so nothing is sent');
  const protocol = env['OTEL_EXPORTER_OTLP_PROTOCOL']?.trim();
  if (protocol !== undefined && protocol !== '' && protocol !== 'http/json')
    problems.push(
      `OTEL_EXPORTER_OTLP_PROTOCOL is ${protocol}, and gw speaks http/json, as collectors do on port 4318`,
    );
  return {
    ...(traces && { traces }),
    ...(metrics && { metrics }),
    resource: {
      ...pairs(env['OTEL_RESOURCE_ATTRIBUTES']),
      'service.name': settings.serviceName ?? (env['OTEL_SERVICE_NAME']?.trim() || resourceName(env) || 'gw'),
    },
    sample: settings.sample * samplerShare(env),
    intervalMs: whole(env['OTEL_METRIC_EXPORT_INTERVAL']) ?? INTERVAL_MS,
    problems,
  };
}

function resourceName(env: Environment): string | undefined {
  return pairs(env['OTEL_RESOURCE_ATTRIBUTES'])['service.name'];
}

function destination(
  kind: 'traces' | 'metrics',
  settings: OtelSettings,
  env: Environment,
  problems: string[],
): Destination | undefined {
  const own = (name: string): string | undefined =>
    env[`OTEL_EXPORTER_OTLP_${kind.toUpperCase()}_${name}`]?.trim() || undefined;
  const shared = (name: string): string | undefined => env[`OTEL_EXPORTER_OTLP_${name}`]?.trim() || undefined;
  // The variable for one kind is the whole address; the shared one is a base.
  const exact = settings.endpoint === undefined ? own('ENDPOINT') : undefined;
  const base = settings.endpoint ?? shared('ENDPOINT') ?? DEFAULT_ENDPOINT;
  const url = exact ?? `${base.replace(/\/+$/, '')}/v1/${kind}`;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    problems.push(`${kind} cannot be sent: their address is no http:// or https:// one`);
    return undefined;
  }
  return {
    url,
    headers: { ...pairs(shared('HEADERS')), ...pairs(own('HEADERS')) },
    timeoutMs: whole(own('TIMEOUT') ?? shared('TIMEOUT')) ?? TIMEOUT_MS,
  };
}

/** `a=1,b=two%20words`: W3C Baggage without its properties. */
function pairs(text: string | undefined): Record<string, string> {
  const found: Record<string, string> = {};
  for (const pair of (text ?? '').split(',')) {
    const equals = pair.indexOf('=');
    if (equals <= 0) continue;
    found[pair.slice(0, equals).trim()] = decoded(pair.slice(equals + 1).trim());
  }
  return found;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** gw always follows the caller's decision; the variable decides about traces that begin here. */
function samplerShare(env: Environment): number {
  const sampler = env['OTEL_TRACES_SAMPLER']?.trim() ?? '';
  if (sampler.endsWith('always_off')) return 0;
  if (!sampler.endsWith('traceidratio')) return 1;
  const share = Number(env['OTEL_TRACES_SAMPLER_ARG'] ?? '1');
  return share >= 0 && share <= 1 ? share : 1;
}

function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,8}$/.test(text.trim()) ? Number(text) : undefined;
}
