/**
 * Where an exchange stands in a distributed trace (W3C Trace Context, https://www.w3.org/TR/trace-context/). Ids are
 * lower-case hexadecimal.
 */
export interface TraceNote {
  readonly traceId: string;
  /** The caller's span, where it sent one. */
  readonly parentId?: string;
  /** gw's own span of the exchange; absent while gw exports no traces. */
  readonly spanId?: string;
  /** Whether somebody keeps this trace. */
  readonly sampled: boolean;
  /** Whether its caller said that the trace's id is random (Trace Context level 2), which is passed on as it came. */
  readonly random?: true;
  /** What the caller's vendor adds (`tracestate`). */
  readonly state?: string;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 1;
const RANDOM = 2;
const NO_TRACE = '0'.repeat(32);
const NO_SPAN = '0'.repeat(16);
/** Vendors need not keep more of it (section 3.3.1.5). */
const STATE_CHARACTERS = 512;

/** Reads `traceparent`; undefined where it is not what section 3.2 says, and then `tracestate` means nothing either. */
export function readTraceContext(traceparent: string, tracestate?: string): TraceNote | undefined {
  const [, version, traceId, parentId, flags, rest] = TRACEPARENT.exec(traceparent.trim()) ?? [];
  if (version === undefined || traceId === undefined || parentId === undefined || flags === undefined)
    return undefined;
  if (version === 'ff' || traceId === NO_TRACE || parentId === NO_SPAN) return undefined;
  // Later versions may add fields; the first one has none.
  if (version === '00' && rest !== undefined) return undefined;
  const bits = Number.parseInt(flags, 16);
  const state = tracestate?.trim();
  return {
    traceId,
    parentId,
    sampled: (bits & SAMPLED) === SAMPLED,
    ...((bits & RANDOM) === RANDOM && { random: true }),
    ...(state !== undefined && state !== '' && state.length <= STATE_CHARACTERS && { state }),
  };
}

/** The bits of `trace-flags` that this program knows; others are not passed on, as the standard says. */
export function traceFlags({ sampled, random }: Pick<TraceNote, 'sampled' | 'random'>): number {
  return (sampled ? SAMPLED : 0) | (random ? RANDOM : 0);
}

/** Writes `traceparent` for whoever is called within the span. */
export function writeTraceparent(
  { traceId, ...flags }: Pick<TraceNote, 'traceId' | 'sampled' | 'random'>,
  spanId: string,
): string {
  return `00-${traceId}-${spanId}-0${traceFlags(flags)}`;
}
