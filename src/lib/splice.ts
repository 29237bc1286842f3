/** Replaces the bytes from `start` to `end` (exclusive); an insertion has both equal. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The bytes with all splices applied, as the stretches between them and the texts: nothing is copied. The splices may
 * come in any order but must not overlap; one may insert where another begins.
 */
export function splicedPieces(bytes: Buffer, splices: readonly Splice[]): readonly Buffer[] {
  if (splices.length === 0) return [bytes];
  const pieces: Buffer[] = [];
  let at = 0;
  for (const { start, end, text } of [...splices].sort((a, b) => a.start - b.start || a.end - b.end)) {
    pieces.push(bytes.subarray(at, start), Buffer.from(text));
    at = end;
  }
  pieces.push(bytes.subarray(at));
  return pieces;
}

/** The same in one piece. */
export function applySplices(bytes: Buffer, splices: readonly Splice[]): Buffer {
  return joined(splicedPieces(bytes, splices));
}

/** All pieces as one; a single one is not copied. */
export function joined(pieces: readonly Buffer[]): Buffer {
  const [first, ...more] = pieces;
  return first && more.length === 0 ? first : Buffer.concat(pieces);
}
