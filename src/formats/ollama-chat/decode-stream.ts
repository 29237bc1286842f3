import type { AnswerEvent } from '../../core/answer.ts';
import type { StreamDecoder } from '../../core/format.ts';
import { viewJson } from '../../lib/json-view.ts';
import { AnswerReader } from './answer-reader.ts';

/** A decoder for one stream: each line is a message with the next piece. */
export function decodeStream(): StreamDecoder {
  const reader = new AnswerReader();
  return {
    push(data: string): readonly AnswerEvent[] {
      if (reader.over || data === '') return [];
      const view = viewJson(data);
      return view?.kind === 'object' ? reader.read(view) : [{ is: 'malformed' }];
    },
    end: () => reader.end(),
  };
}
