import type { Format, ItemKeeper } from '../../core/format.ts';
import type { Exchange } from '../exchange.ts';
import type { AnswerHeaders, Outlet } from '../outlet.ts';
import type { Translation } from '../translation.ts';
import { AnswerSink } from './answer-sink.ts';
import { ContinuingSink } from './continuing-sink.ts';
import { DirectSink } from './direct-sink.ts';
import { ErrorSink } from './error-sink.ts';
import type { Sink, SinkReport } from './sink.ts';
import { StreamSink } from './stream-sink.ts';
import { TranslatingSink } from './translating-sink.ts';

/** What is known when the head of an upstream answer arrives. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly outlet: Outlet;
  /** The headers of the request, with what the provider may not quote. */
  readonly sent: readonly string[];
  readonly format: Format;
  readonly translation: Translation | undefined;
  /** Takes the items of an answer that passes through. */
  readonly keep: ItemKeeper | undefined;
  readonly now: () => number;
}

/** Decides what becomes of an answer's body: an error is read, anything else relayed, translated where it must be. */
export function openSink(exchange: Exchange, report: SinkReport, head: AnswerHead): Sink {
  const { format, translation } = head;
  if (head.status >= 300) return new ErrorSink(format, report, head);
  const streamed = isEventStream(head.headers['content-type'], exchange.trail.stream);
  if (translation?.is === 'direct')
    return new DirectSink(exchange, report, {
      ...translation,
      outlet: head.outlet,
      headers: head.headers,
      translation: translation.direct,
    });
  const { thread } = exchange;
  if (translation && thread)
    return new ContinuingSink(exchange, report, { ...head, translation, streamed, thread });
  if (translation) return new TranslatingSink(exchange, report, { ...head, translation, streamed });
  return streamed ? new StreamSink(exchange, report, head) : new AnswerSink(exchange, report, head);
}

/** The media types of streams: server-sent events, Amazon's binary messages, a JSON text per line. */
const STREAM_TYPES = /^(text\/event-stream|application\/vnd\.amazon\.eventstream|application\/x-ndjson)/;
const VAGUE_TYPES = /^(application\/octet-stream|text\/plain)/;

/** Some hosts stream under a vague content type, or none; what was asked for then decides. */
function isEventStream(type: string | string[] | undefined, asked: boolean): boolean {
  if (typeof type !== 'string') return asked;
  return STREAM_TYPES.test(type) || (asked && VAGUE_TYPES.test(type));
}
