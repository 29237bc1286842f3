import type { AnswerEvent } from '../../core/answer.ts';
import type { StreamDecoder } from '../../core/format.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { AnswerReader } from './answer-reader.ts';

/** A decoder for one stream (https://docs.cohere.com/v2/docs/streaming). */
export function decodeStream(): StreamDecoder {
  const reader = new AnswerReader();
  return {
    push(data: string): readonly AnswerEvent[] {
      if (reader.over || data === '' || data === '[DONE]') return [];
      const view = viewJson(data);
      return view?.kind === 'object' ? readEvent(view, reader) : [{ is: 'malformed' }];
    },
    end: () => reader.breakOff(),
  };
}

type EventReader = (event: JsonView, reader: AnswerReader, message: JsonView | undefined) => AnswerEvent[];

/** What each event adds. `citation-end`, `debug` and what may come later add nothing. */
const EVENTS: Readonly<Record<string, EventReader>> = {
  'message-start': (event, reader) => reader.start(event.string('id')),
  'content-start': (_, reader, message) => [...reader.close(), ...contentOf(reader, message)],
  'content-delta': (_, reader, message) => contentOf(reader, message),
  'content-end': (_, reader) => reader.close(),
  'tool-plan-delta': (_, reader, message) => reader.plan(message?.string('tool_plan') ?? ''),
  'tool-call-start': (_, reader, message) => {
    const call = firstOf(message?.get('tool_calls'));
    return call ? reader.call(call) : [{ is: 'malformed' }];
  },
  'tool-call-delta': (_, reader, message) => {
    const call = firstOf(message?.get('tool_calls'));
    return reader.more(call?.get('function')?.string('arguments') ?? '');
  },
  'tool-call-end': (_, reader) => reader.close(),
  'citation-start': (_, reader, message) => {
    const citation = firstOf(message?.get('citations'));
    return citation ? reader.cite(citation) : [];
  },
  'message-end': (event, reader) => reader.finish(event.get('delta') ?? event),
};

function readEvent(event: JsonView, reader: AnswerReader): AnswerEvent[] {
  const type = event.string('type') ?? '';
  const read = Object.hasOwn(EVENTS, type) ? EVENTS[type] : undefined;
  if (read) return read(event, reader, event.get('delta')?.get('message'));
  // An error has no type, or this one.
  const message = event.string('message') ?? event.string('error');
  return message !== undefined && (type === '' || type === 'error') ? reader.fail(message) : [];
}

function contentOf(reader: AnswerReader, message: JsonView | undefined): AnswerEvent[] {
  const content = message?.get('content');
  return content ? reader.content(content) : [];
}

/** One object; in some versions of the API a list of one. */
function firstOf(value: JsonView | undefined): JsonView | undefined {
  return value?.kind === 'array' ? value.items()[0] : value;
}
