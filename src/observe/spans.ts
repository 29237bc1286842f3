import { FAULTS, type FaultCode } from '../core/fault.ts';
import { targetName } from '../core/target.ts';
import { traceFlags, type TraceNote } from '../core/trace-context.ts';
import type { Attempt, Trail } from '../core/trail.ts';
import {
  type Describe,
  operationName,
  serverAttributes,
  targetAttributes,
  usageAttributes,
  usageOf,
} from './genai.ts';
import { type Attributes, attributes, nanoseconds } from './otlp.ts';

// Numbers of the enumerations SpanKind and StatusCode in OTLP.
const SERVER = 2;
const CLIENT = 3;
const ERROR = 2;
/** The parent is another process's, or is not: bits 8 and 9 of a span's flags; the lowest eight are the trace's. */
const REMOTE_PARENT = 0x300;
const LOCAL_PARENT = 0x100;

/** What makes spans of a trail. */
export interface SpanMaker {
  readonly describe: Describe;
  readonly newSpanId: () => string;
  /** For exchanges that called nobody, and so have no place in a trace yet. */
  readonly begin: (parent: TraceNote | undefined) => TraceNote | undefined;
}

/**
 * The exchange as a span, and below it one for each call to a provider. Nothing of requests and answers is in them, nor
 * anything a provider said. None for a trace that nobody keeps.
 */
export function spansOf(trail: Trail, maker: SpanMaker): object[] {
  const trace = trail.trace?.spanId === undefined ? maker.begin(trail.trace) : trail.trace;
  if (trace?.spanId === undefined || !trace.sampled) return [];
  const root = { traceId: trace.traceId, spanId: trace.spanId, flags: traceFlags(trace) };
  return [
    exchangeSpan(trail, trace, trace.spanId),
    ...trail.attempts.map((attempt, index) => attemptSpan({ trail, attempt, index, root, maker })),
  ];
}

interface SpanPlace {
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: number;
}

function exchangeSpan(trail: Trail, trace: TraceNote, spanId: string): object {
  const failed = trail.outcome === 'failed' || trail.outcome === 'cut' ? trail.fault : undefined;
  return {
    traceId: trace.traceId,
    spanId,
    ...(trace.parentId !== undefined && { parentSpanId: trace.parentId }),
    flags: (trace.parentId === undefined ? LOCAL_PARENT : REMOTE_PARENT) | traceFlags(trace),
    ...(trace.state !== undefined && { traceState: trace.state }),
    name: spanName(trail, trail.asked),
    kind: SERVER,
    startTimeUnixNano: nanoseconds(trail.at),
    endTimeUnixNano: nanoseconds(trail.at + (trail.totalMs ?? 0)),
    attributes: attributes({
      'gen_ai.operation.name': operationName(trail.operation),
      'gen_ai.request.model': trail.asked,
      'gen_ai.request.stream': trail.stream,
      'gen_ai.conversation.id': trail.client.session,
      'http.request.method': trail.method,
      'url.path': trail.path,
      'http.response.status_code': trail.status,
      'error.type': failed,
      ...ownAttributes(trail),
    }),
    events: exchangeEvents(trail),
    status: statusOf(failed),
  };
}

/** What only gw knows. */
function ownAttributes(trail: Trail): Attributes {
  return {
    'gw.request.id': trail.id,
    'gw.route': trail.route,
    'gw.format': trail.format,
    'gw.client': trail.client.name,
    'gw.outcome': trail.outcome,
    'gw.served_by': trail.served && targetName(trail.served),
    'gw.failover': trail.failover,
    'gw.attempts': trail.attempts.length,
    'gw.cache': trail.cache?.is,
    'gw.continued': trail.continued,
    'gw.cost_usd': trail.costUsd,
  };
}

/** Where it waited, and where it went on to another target. */
function exchangeEvents(trail: Trail): object[] {
  const events: object[] = [];
  const add = (ms: number, name: string, values: Attributes): void => {
    events.push({ timeUnixNano: nanoseconds(trail.at + ms), name, attributes: attributes(values) });
  };
  if (trail.queuedMs !== undefined)
    add(0, 'gw.wait', { 'gw.wait.for': 'room', 'gw.wait.ms': trail.queuedMs });
  for (const [index, attempt] of trail.attempts.entries()) {
    const before = trail.attempts[index - 1];
    if (attempt.waitedMs > 0) {
      const why = attempt.queuedMs === undefined ? 'retry' : 'room';
      const at = Math.max(0, attempt.startMs - attempt.waitedMs);
      add(at, 'gw.wait', { 'gw.wait.for': why, 'gw.wait.ms': attempt.waitedMs });
    }
    if (before === undefined || before.target === attempt.target) continue;
    add(attempt.startMs, attempt.continued ? 'gw.continue' : 'gw.failover', {
      'gw.from': targetName(before.target),
      'gw.to': targetName(attempt.target),
      'gw.reason': before.fault,
    });
  }
  return events;
}

function attemptSpan(place: {
  readonly trail: Trail;
  readonly attempt: Attempt;
  readonly index: number;
  readonly root: SpanPlace;
  readonly maker: SpanMaker;
}): object {
  const { trail, attempt, index, root, maker } = place;
  const { startMs, firstContentMs, fault } = attempt;
  const endMs = attempt.endMs ?? trail.totalMs ?? startMs;
  return {
    traceId: root.traceId,
    spanId: attempt.spanId ?? maker.newSpanId(),
    parentSpanId: root.spanId,
    flags: LOCAL_PARENT | root.flags,
    name: spanName(trail, attempt.target.model),
    kind: CLIENT,
    startTimeUnixNano: nanoseconds(trail.at + startMs),
    endTimeUnixNano: nanoseconds(trail.at + endMs),
    attributes: attributes({
      ...targetAttributes(trail.operation, attempt, maker.describe),
      'gen_ai.request.stream': trail.stream,
      'gen_ai.conversation.id': trail.client.session,
      'gen_ai.response.time_to_first_chunk':
        trail.stream && firstContentMs !== undefined ? (firstContentMs - startMs) / 1000 : undefined,
      ...usageAttributes(usageOf(trail, index)),
      ...serverAttributes(maker.describe(attempt.target.provider)?.url),
      'http.response.status_code': attempt.status,
      'error.type': fault,
      ...attemptAttributes(attempt, index),
    }),
    status: statusOf(fault),
  };
}

function attemptAttributes(attempt: Attempt, index: number): Attributes {
  return {
    'gw.provider': attempt.target.provider,
    'gw.attempt': index + 1,
    'gw.key': attempt.target.key,
    'gw.remedy': attempt.remedy,
    'gw.upstream.request_id': attempt.requestId,
    'gw.format': attempt.format,
    'gw.continued': attempt.continued?.how,
    'gw.injected': attempt.injected,
    'gw.cost_usd': attempt.costUsd,
  };
}

function spanName({ operation }: Trail, model: string | undefined): string {
  const name = operationName(operation);
  return model === undefined || model === '' ? name : `${name} ${model}`;
}

/** In the words of gw's own table: what a provider says may quote the request. */
function statusOf(fault: FaultCode | undefined): object {
  return fault === undefined ? {} : { code: ERROR, message: FAULTS[fault].sentence };
}
