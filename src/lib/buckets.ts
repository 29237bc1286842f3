/** Readings in buckets of fixed upper bounds, as Prometheus and OpenTelemetry want them: counts only ever grow. */
export class Buckets {
  readonly bounds: readonly number[];
  /** Readings per bucket, not summed up; one more than there are bounds, for what lies above them all. */
  readonly counts: number[];
  sum = 0;
  count = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  record(value: number): void {
    let bucket = 0;
    while (bucket < this.bounds.length && value > (this.bounds[bucket] ?? Infinity)) bucket++;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += value;
    this.count++;
  }
}
