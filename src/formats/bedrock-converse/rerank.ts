import type { DirectTranslation } from '../../core/direct.ts';
import { fault } from '../../core/fault.ts';
import { failed, ok } from '../../core/outcome.ts';
import { viewJson } from '../../lib/json-view.ts';
import { writeJson } from '../../lib/json-write.ts';
import { readRanking, writeRanking } from '../hub/ranking.ts';
import { invokePath } from './invoke.ts';

/** Ranking, asked of Cohere's models at Amazon Bedrock (https://docs.aws.amazon.com/bedrock/latest/userguide/rerank-use.html). */
export const BEDROCK_RANKING: DirectTranslation = {
  encodeRequest: (body, { model }) => {
    const read = readRanking(body);
    if (read.is === 'failed') return read;
    if (!/cohere\.rerank/.test(model))
      return failed(fault('untranslatable', "gw can have documents ranked there by Cohere's models only"));
    const { query, documents, most: top_n, tokensPerDocument: max_tokens_per_doc, losses } = read.value;
    const json = { query, documents, top_n, max_tokens_per_doc, api_version: 2 };
    return ok({ path: invokePath(model), body: Buffer.from(writeJson(json)), losses: [...losses].sort() });
  },
  decodeAnswer: (body, asked) =>
    writeRanking(viewJson(body.toString('utf8'))?.list('results') ?? [], asked, {}),
};
