import type { AnswerEvent } from '../../core/answer.ts';
import { fault } from '../../core/fault.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { whyNotJson } from '../hub/garbled.ts';
import { AnswerReader } from './answer-reader.ts';

/** Reads a whole answer. */
export function decodeAnswer(body: Buffer): readonly AnswerEvent[] {
  const view = viewJson(body.toString('utf8'));
  const message = view?.get('message');
  const reader = new AnswerReader();
  if (view && message?.kind !== 'object' && view.string('message') !== undefined)
    return reader.fail(view.string('message'));
  if (!view || message?.kind !== 'object') {
    const why = view ? 'the answer has no message' : whyNotJson(body, body.length);
    return [{ is: 'error', fault: fault('upstream_garbled', why) }];
  }
  return [...reader.start(view.string('id')), ...readMessage(message, reader), ...reader.finish(view)];
}

function readMessage(message: JsonView, reader: AnswerReader): AnswerEvent[] {
  const citations = message.list('citations');
  return [
    ...reader.plan(message.string('tool_plan') ?? ''),
    ...reader.close(),
    ...message
      .list('content')
      .flatMap((content, index) => [
        ...reader.content(content),
        ...citations.filter((citation) => isOf(citation, index)).flatMap((citation) => reader.cite(citation)),
        ...reader.close(),
      ]),
    ...message.list('tool_calls').flatMap((call) => [...reader.call(call), ...reader.close()]),
  ];
}

/** Citations say which block they are of; older ones are of the only one. */
function isOf(citation: JsonView, index: number): boolean {
  return (citation.number('content_index') ?? index) === index;
}
