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
  /** What the caller's vendor adds (`tracestate`). */
  readonly state?: string;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
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
  const sampled = (Number.parseInt(flags, 16) & 1) === 1;
  const state = tracestate?.trim();
  return {
    traceId,
    parentId,
    sampled,
    ...(state !== undefined && state !== '' && state.length <= STATE_CHARACTERS && { state }),
  };
}

/** Writes `traceparent` for whoever is called within the span. */
export function writeTraceparent(traceId: string, spanId: string, sampled: boolean): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}
