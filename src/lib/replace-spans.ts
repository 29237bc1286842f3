/** A stretch of bytes, and what stands in its place. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** One character for each byte (Latin-1). */
  readonly text: string;
}

/**
 * Replaces stretches of a text that came in pieces, which it may lie across; the pieces stay as many as they were. What
 * stands in for a stretch is in the piece that it began in. Spans are in order and do not overlap.
 */
export function replaceSpans(pieces: readonly Buffer[], spans: readonly Span[]): readonly Buffer[] {
  if (spans.length === 0) return pieces;
  const whole = Buffer.concat(pieces);
  const replaced: Buffer[] = [];
  let next = 0;
  let from = 0;
  for (const piece of pieces) {
    const to = from + piece.length;
    const parts: Buffer[] = [];
    let at = from;
    for (let span = spans[next]; span && span.start < to; span = spans[next]) {
      if (span.start >= from) {
        parts.push(whole.subarray(at, Math.max(at, span.start)), Buffer.from(span.text, 'latin1'));
      }
      at = Math.min(span.end, to);
      if (span.end > to) break;
      next++;
    }
    parts.push(whole.subarray(at, to));
    replaced.push(Buffer.concat(parts));
    from = to;
  }
  return replaced;
}
