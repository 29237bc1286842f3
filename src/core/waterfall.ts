import type { Attempt, Trail } from './trail.ts';

/** One attempt of an exchange, as columns on an axis that all attempts of that exchange share. */
export interface WaterfallRow {
  readonly attempt: Attempt;
  /** In order, without gaps or overlaps; empty stretches are left out. An attempt has at least one column. */
  readonly segments: readonly WaterfallSegment[];
}

/**
 * A stretch of time, from column `from` up to and without column `to`.
 *
 * - `wait`: gw waited before asking (backoff, `retry-after`).
 * - `connect`: from the attempt's begin until the request was on the wire.
 * - `headers`: the provider has the request and nothing to show for it yet (ends with the head of its answer).
 * - `content`: its head is there, and the first content is not.
 * - `stream`: from the first content to the last byte.
 */
export interface WaterfallSegment {
  readonly is: 'wait' | 'connect' | 'headers' | 'content' | 'stream';
  readonly from: number;
  readonly to: number;
}

/**
 * Lays the attempts of an exchange on one time axis of `width` columns that ends after `spanMs`.
 * For an exchange that is still running, pass the time that has passed since its `at` as `spanMs`.
 */
export function waterfall(
  trail: Trail,
  width: number,
  spanMs: number = waterfallSpanMs(trail),
): readonly WaterfallRow[] {
  const columns = Math.max(1, Math.floor(width));
  // Below a microsecond there is no axis to speak of (and the division would overflow).
  const scale = spanMs > 0.001 ? columns / spanMs : 0;
  return trail.attempts.map((attempt) => ({
    attempt,
    segments: toColumns(stretches(attempt, spanMs), scale, columns),
  }));
}

/** How much time the axis must show: the whole exchange, or as much of it as is known. */
export function waterfallSpanMs(trail: Trail): number {
  let span = trail.totalMs ?? 0;
  for (const { startMs, sentMs, headersMs, firstContentMs, endMs } of trail.attempts) {
    span = Math.max(span, startMs, sentMs ?? 0, headersMs ?? 0, firstContentMs ?? 0, endMs ?? 0);
  }
  return span;
}

interface Stretch {
  readonly is: WaterfallSegment['is'];
  readonly fromMs: number;
  readonly toMs: number;
}

function stretches(attempt: Attempt, spanMs: number): readonly Stretch[] {
  const { startMs, waitedMs, sentMs, headersMs, firstContentMs } = attempt;
  const endMs = Math.max(startMs, attempt.endMs ?? spanMs);
  const content = clamp(firstContentMs ?? endMs, startMs, endMs);
  const sent = clamp(sentMs ?? headersMs ?? content, startMs, content);
  // Where the head is not told, all of it is waiting for the head.
  const head = clamp(headersMs ?? content, sent, content);
  return [
    { is: 'wait', fromMs: startMs - waitedMs, toMs: startMs },
    { is: 'connect', fromMs: startMs, toMs: sent },
    { is: 'headers', fromMs: sent, toMs: head },
    { is: 'content', fromMs: head, toMs: content },
    { is: 'stream', fromMs: content, toMs: endMs },
  ];
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

function toColumns(parts: readonly Stretch[], scale: number, columns: number): readonly WaterfallSegment[] {
  const at = (ms: number): number => Math.min(columns, Math.max(0, Math.round(ms * scale)));
  const segments = parts
    .map(({ is, fromMs, toMs }) => ({ is, from: at(fromMs), to: at(toMs) }))
    .filter(({ from, to }) => to > from);
  return segments.some(({ is }) => is !== 'wait') ? segments : withMark(segments, parts, at, columns);
}

/** An attempt too short for the axis still shows: one column, taken from the wait before it if need be. */
function withMark(
  segments: readonly WaterfallSegment[],
  parts: readonly Stretch[],
  at: (ms: number) => number,
  columns: number,
): readonly WaterfallSegment[] {
  const longest = parts
    .filter(({ is }) => is !== 'wait')
    .reduce((most, part) => (part.toMs - part.fromMs > most.toMs - most.fromMs ? part : most));
  const from = Math.min(columns - 1, at(longest.fromMs));
  return [
    ...segments
      .map((segment) => ({ ...segment, to: Math.min(segment.to, from) }))
      .filter((segment) => segment.to > segment.from),
    { is: longest.is, from, to: from + 1 },
  ];
}
