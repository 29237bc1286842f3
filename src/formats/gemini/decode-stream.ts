import type { AnswerEvent } from '../../core/answer.ts';
import type { StreamDecoder, TranslationTarget } from '../../core/format.ts';
import { viewJson } from '../../lib/json-view.ts';
import { AnswerReader } from './answer-reader.ts';

/** A decoder for one stream. */
export function decodeStream(target: TranslationTarget): StreamDecoder {
  return new ChunkDecoder(target);
}

/** Each event is a whole `GenerateContentResponse` with the next piece. */
class ChunkDecoder implements StreamDecoder {
  readonly #reader: AnswerReader;
  #failed = false;

  constructor(target: TranslationTarget) {
    this.#reader = new AnswerReader(target);
  }

  push(data: string): readonly AnswerEvent[] {
    if (this.#failed || data === '') return [];
    const view = viewJson(data);
    if (view?.kind !== 'object') return [{ is: 'malformed' }];
    const events = this.#reader.read(view);
    this.#failed = events.at(-1)?.is === 'error';
    return events;
  }

  end(): readonly AnswerEvent[] {
    return this.#failed ? [] : this.#reader.end();
  }
}
