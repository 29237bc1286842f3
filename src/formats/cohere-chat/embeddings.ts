import type { DirectTranslation } from '../../core/direct.ts';
import { type Fault } from '../../core/fault.ts';
import type { WireRequest } from '../../core/format.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { type JsonOut, writeJson } from '../../lib/json-write.ts';
import {
  type EmbeddingTexts,
  fixedLength,
  readEmbeddingTexts,
  tooManyTexts,
} from '../hub/embedding-texts.ts';
import { writeEmbeddings } from '../hub/embedding-vectors.ts';
import { readUsage } from './usage.ts';

/** https://docs.cohere.com/v2/reference/embed, `texts`. */
const MOST_TEXTS = 96;
/** Models before the fourth have vectors of one length (`output_dimension`, at the same place). */
const FIXED = /embed-(?:english|multilingual)/;

/** OpenAI's `/embeddings`, asked of a provider of this format. */
export const COHERE_EMBEDDINGS_FROM_OPENAI: DirectTranslation = {
  encodeRequest: (body, { model }) => encode(body, model),
  decodeAnswer: (body, asked) => {
    const view = viewJson(body.toString('utf8'));
    return writeEmbeddings(cohereVectors(view), asked, readUsage(view?.get('meta')?.value())?.input);
  },
};

function encode(body: Buffer, model: string): Outcome<WireRequest, Fault> {
  const read = readEmbeddingTexts(body);
  if (read.is === 'failed') return read;
  const fields = cohereTexts(read.value, model);
  if (fields.is === 'failed') return fields;
  const json = { model, ...fields.value, embedding_types: ['float'] };
  return ok({
    path: '/embed',
    body: Buffer.from(writeJson(json)),
    losses: [...read.value.losses].sort(),
  });
}

/** What Cohere's models are asked, here and at Amazon Bedrock. */
export function cohereTexts(
  { texts, dimensions, purpose }: EmbeddingTexts,
  model: string,
): Outcome<{ readonly [name: string]: JsonOut }, Fault> {
  const wrong = tooManyTexts(texts, MOST_TEXTS) ?? (FIXED.test(model) ? fixedLength(dimensions) : undefined);
  if (wrong) return failed(wrong);
  return ok({
    texts,
    // They must be told what the vectors are for. Most of what is embedded is put into an index.
    input_type: purpose ?? 'search_document',
    output_dimension: dimensions,
    // Else what is too long is cut without a word; OpenAI refuses it, and another target may take it.
    truncate: 'NONE',
  });
}

/** By type, or a bare list where no type was asked for. */
export function cohereVectors(view: JsonView | undefined): readonly JsonView[] {
  const embeddings = view?.get('embeddings');
  return embeddings?.kind === 'array' ? embeddings.items() : (embeddings?.list('float') ?? []);
}
