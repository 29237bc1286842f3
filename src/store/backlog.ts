import type { Trail } from '../core/trail.ts';
import type { Batch } from './verdict.ts';

/** Where rows of one batch are written, one trail per line. */
interface Segment {
  readonly buffer: Buffer;
  rows: number;
  bytes: number;
}

/** How much may wait, and how much goes into one batch; a row too long for a segment gets one of its own. */
interface BacklogLimits {
  readonly rows: number;
  readonly bytes: number;
  readonly batchRows: number;
  readonly segmentBytes: number;
}

// One is being filled while one is being written; the rest of a long queue is not worth holding on to.
const MAX_SPARES = 2;
// What a character of a string takes in UTF-8 at most.
const MAX_CHARACTER_BYTES = 3;
const LINE_FEED = 10;

/**
 * Exchanges that wait to be written, already as text. Serialising at once keeps no trail alive: what is held until
 * the next batch survives the young generation, and copying it there cost more than the JSON. The memory is shared
 * with the writing thread, so that handing a batch over copies nothing, and is used again when the batch is settled.
 */
export class Backlog {
  readonly #limits: BacklogLimits;
  /** Segments that are full, the oldest first. */
  #full: Segment[] = [];
  #open: Segment | undefined;
  readonly #spares: Segment[] = [];
  #rows = 0;
  #bytes = 0;

  constructor(limits: BacklogLimits) {
    this.#limits = limits;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Whether a batch is as large as it gets. */
  get hasFullBatch(): boolean {
    return this.#full.length > 0;
  }

  /** Takes a trail down; false when there is no room. */
  add(trail: Trail): boolean {
    if (this.#rows >= this.#limits.rows || this.#bytes >= this.#limits.bytes) return false;
    const line = JSON.stringify(trail);
    const segment = this.#segmentFor(line);
    const start = segment.bytes;
    const end = start + segment.buffer.write(line, start);
    segment.buffer[end] = LINE_FEED;
    segment.bytes = end + 1;
    segment.rows++;
    this.#rows++;
    this.#bytes += segment.bytes - start;
    if (segment.rows >= this.#limits.batchRows) this.#seal(segment);
    return true;
  }

  /** Removes the oldest rows as a batch. Its memory is its own until it is given to `reuse`. */
  take(now: number): Batch | undefined {
    const segment = this.#full.shift() ?? this.#open;
    if (segment === undefined) return undefined;
    if (segment === this.#open) this.#open = undefined;
    const { rows, bytes, buffer } = segment;
    this.#rows -= rows;
    this.#bytes -= bytes;
    return { rows, lines: buffer.subarray(0, bytes), captures: [], now };
  }

  /** Takes back the memory of a batch that nobody needs any more. */
  reuse({ lines }: Batch): void {
    if (this.#spares.length >= MAX_SPARES || lines.buffer.byteLength !== this.#limits.segmentBytes) return;
    this.#spares.push({ buffer: Buffer.from(lines.buffer), rows: 0, bytes: 0 });
  }

  clear(): void {
    this.#full = [];
    this.#open = undefined;
    this.#rows = 0;
    this.#bytes = 0;
  }

  #segmentFor(line: string): Segment {
    const open = (this.#open ??= this.#spares.pop() ?? newSegment(this.#limits.segmentBytes));
    const room = open.buffer.length - open.bytes - 1;
    // Counting exactly is slower than the write itself, so it is left to the last rows of a segment.
    if (line.length * MAX_CHARACTER_BYTES <= room) return open;
    const needed = Buffer.byteLength(line);
    if (needed <= room) return open;
    if (open.rows > 0) this.#seal(open);
    this.#open =
      needed < this.#limits.segmentBytes
        ? (this.#spares.pop() ?? newSegment(this.#limits.segmentBytes))
        : newSegment(needed + 1);
    return this.#open;
  }

  #seal(segment: Segment): void {
    this.#full.push(segment);
    this.#open = undefined;
  }
}

function newSegment(bytes: number): Segment {
  return { buffer: Buffer.from(new SharedArrayBuffer(bytes)), rows: 0, bytes: 0 };
}
