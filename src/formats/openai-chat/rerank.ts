import type { DirectTranslation } from '../../core/direct.ts';
import { ok } from '../../core/outcome.ts';
import { viewJson } from '../../lib/json-view.ts';
import { writeJson } from '../../lib/json-write.ts';
import { readRanking, writeRanking } from '../hub/ranking.ts';

/**
 * Ranking, asked of a host that says `top_k` for `top_n` and answers in `data`
 * (https://docs.voyageai.com/reference/reranker-api).
 */
export const TOP_K_RANKING: DirectTranslation = {
  encodeRequest: (body, { model }) => {
    const read = readRanking(body);
    if (read.is === 'failed') return read;
    const { query, documents, most: top_k, tokensPerDocument, losses } = read.value;
    const lost =
      tokensPerDocument === undefined ? losses : new Set([...losses, 'field:max_tokens_per_doc' as const]);
    const json = { model, query, documents, top_k };
    return ok({ path: '/rerank', body: Buffer.from(writeJson(json)), losses: [...lost].sort() });
  },
  decodeAnswer: (body, asked) => {
    const view = viewJson(body.toString('utf8'));
    const input = view?.get('usage')?.number('total_tokens');
    return writeRanking(view?.list('data') ?? [], asked, {
      usage: input === undefined ? undefined : { input },
    });
  },
};
