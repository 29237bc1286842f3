import type { DirectTranslation } from '../../core/direct.ts';
import { ok } from '../../core/outcome.ts';
import { viewJson } from '../../lib/json-view.ts';
import { Verbatim, writeJson } from '../../lib/json-write.ts';
import { readRanking, writeRanking } from '../hub/ranking.ts';

/** Ranking, asked of a provider of this format (https://docs.cohere.com/v2/reference/rerank). */
export const COHERE_RANKING: DirectTranslation = {
  encodeRequest: (body, { model }) => {
    const read = readRanking(body);
    if (read.is === 'failed') return read;
    const { query, documents, most: top_n, tokensPerDocument: max_tokens_per_doc, losses } = read.value;
    const json = { model, query, documents, top_n, max_tokens_per_doc };
    return ok({ path: '/rerank', body: Buffer.from(writeJson(json)), losses: [...losses].sort() });
  },
  decodeAnswer: (body, asked) => {
    const view = viewJson(body.toString('utf8'));
    // Searches are billed, not tokens: its own clients read that in `meta`.
    const [id, meta] = ['id', 'meta'].map((name) => view?.get(name)?.text);
    const more = {
      ...(id !== undefined && { id: new Verbatim(id) }),
      ...(meta !== undefined && { meta: new Verbatim(meta) }),
    };
    return writeRanking(view?.list('results') ?? [], asked, { more });
  },
};
