import type { TracePort } from '../../core/ports.ts';
import { readTraceContext, writeTraceparent } from '../../core/trace-context.ts';
import type { Exchange } from '../exchange.ts';
import type { AttemptDraft, TrailDraft } from '../trail-draft.ts';
import type { ReadHeaders } from './headers.ts';

/** Notes the trace that the caller's request is part of, where it says one. */
export function noteTrace(trail: TrailDraft, { traceparent, tracestate }: ReadHeaders): void {
  if (traceparent === undefined) return;
  const trace = readTraceContext(traceparent, tracestate);
  if (trace) trail.trace = trace;
}

/**
 * The headers that go to the provider. While gw exports traces the provider's parent is the attempt; otherwise, and for
 * traces that nobody keeps, the caller's own bytes pass as they came.
 */
export function tracedHeaders(
  { trail }: Exchange,
  record: AttemptDraft,
  headers: readonly string[],
  tracing: TracePort | undefined,
): readonly string[] {
  if (tracing === undefined) return headers;
  if (trail.trace?.spanId === undefined) {
    const own = tracing.begin(trail.trace);
    if (own === undefined) return headers;
    trail.trace = own;
  }
  if (!trail.trace.sampled) return headers;
  record.spanId = tracing.newSpanId();
  const sent: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    if (name.toLowerCase() !== 'traceparent') sent.push(name, headers[i + 1] ?? '');
  }
  sent.push('traceparent', writeTraceparent(trail.trace, record.spanId));
  return sent;
}
