import type { DirectTranslation } from '../../core/direct.ts';
import { ok } from '../../core/outcome.ts';
import { viewJson } from '../../lib/json-view.ts';
import { writeJson } from '../../lib/json-write.ts';
import { readEmbeddingTexts } from '../hub/embedding-texts.ts';
import { writeEmbeddings } from '../hub/embedding-vectors.ts';

/** OpenAI's `/embeddings`, asked of a provider of this format. Fields: ollama/ollama, api/types.go, `EmbedRequest`. */
export const OLLAMA_EMBEDDINGS_FROM_OPENAI: DirectTranslation = {
  encodeRequest: (body, { model }) => {
    const read = readEmbeddingTexts(body);
    if (read.is === 'failed') return read;
    const { texts, dimensions, purpose, losses } = read.value;
    const lost = purpose === undefined ? losses : new Set([...losses, 'field:input_type' as const]);
    // Else what is too long is cut without a word; OpenAI refuses it, and another target may take it.
    const json = { model, input: texts, dimensions, truncate: false };
    return ok({ path: '/api/embed', body: Buffer.from(writeJson(json)), losses: [...lost].sort() });
  },
  decodeAnswer: (body, asked) => {
    const view = viewJson(body.toString('utf8'));
    return writeEmbeddings(view?.list('embeddings') ?? [], asked, view?.number('prompt_eval_count'));
  },
};
