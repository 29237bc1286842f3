import type { MetricFamily, MetricSample } from '../core/metric.ts';

/**
 * Writes metrics in Prometheus' text format, version 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). Families without series are left out.
 */
export function exposition(families: readonly MetricFamily[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(familyText)
    .join('');
}

function familyText({ name, help, type, samples }: MetricFamily): string {
  const lines = samples.flatMap((sample) => sampleLines(name, sample));
  return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${lines.join('\n')}\n`;
}

function sampleLines(name: string, { labels, value }: MetricSample): string[] {
  if (typeof value === 'number') return [line(name, labels, value)];
  const lines: string[] = [];
  let below = 0;
  for (const [index, bound] of value.bounds.entries()) {
    below += value.counts[index] ?? 0;
    lines.push(line(`${name}_bucket`, { ...labels, le: number(bound) }, below));
  }
  lines.push(line(`${name}_bucket`, { ...labels, le: '+Inf' }, value.count));
  lines.push(line(`${name}_sum`, labels, value.sum), line(`${name}_count`, labels, value.count));
  return lines;
}

function line(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${number(value)}`;
}

function number(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

/** Within a label's value: backslash, quote and line feed (only these three have escapes). */
export function escapeLabel(text: string): string {
  return wellFormed(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function escapeHelp(text: string): string {
  return wellFormed(text).replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

/** The format is UTF-8: half a surrogate pair has no place in it. A carriage return ends lines for some readers. */
function wellFormed(text: string): string {
  return text.toWellFormed().replaceAll('\r', '\uFFFD');
}
