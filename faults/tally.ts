import type { Finding } from './row.ts';

/** Counts what was tried and collects why it failed, each reason once with how often. */
export class Tally {
  n = 0;
  failures = 0;
  readonly #causes = new Map<string, number>();

  /** One thing tried; `cause` when it went wrong. */
  add(cause?: string): void {
    this.n += 1;
    if (cause === undefined) return;
    this.failures += 1;
    this.blame(cause);
  }

  /** A bar that was missed by all of it together. */
  require(holds: boolean, cause: string): void {
    if (!holds) this.blame(cause);
  }

  blame(cause: string): void {
    // Without what is new in each request, so that one reason is counted once.
    const brief = cause
      .replaceAll(/ ?\(gw request \w+\)/g, '')
      .replaceAll(/\s+/g, ' ')
      .slice(0, 200);
    this.#causes.set(brief, (this.#causes.get(brief) ?? 0) + 1);
  }

  get causes(): string[] {
    const sorted = [...this.#causes].sort(([, a], [, b]) => b - a);
    return sorted.map(([cause, times]) => (times === 1 ? cause : `${cause} (${times} ×)`));
  }

  /** What the row found, with its figure in a few words; `yardstick` is the same done without gw. */
  finding(figure: string, yardstick?: string): Finding {
    const { n, failures, causes } = this;
    return { n, failures, figure, ...(yardstick !== undefined && { yardstick }), causes };
  }
}

/** The value below which this share of the values lies; NaN without any. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

/** `12 ms`, `1.25 s`. */
export function duration(ms: number): string {
  if (Number.isNaN(ms)) return '–';
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** p50, p99 and maximum in one text. */
export function spread(values: readonly number[]): string {
  return `p50 ${duration(quantile(values, 0.5))}, p99 ${duration(quantile(values, 0.99))}, max ${duration(largest(values))}`;
}

export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== ''
    ? `${error.message}: ${cause.message}`
    : error.message;
}
