import { field, isObject, numberField, stringField } from '../../../lib/expect.ts';
import type { Asked, Identity } from '../../asked.ts';
import { answerScript } from '../../content/converse.ts';
import { listOf } from '../../content/objections.ts';
import { rank } from '../../content/ranking.ts';
import { promptTokens } from '../../content/reply.ts';
import type { Recipe } from '../../recipe.ts';
import type { Script } from '../../script.ts';
import { missing } from './errors.ts';

/** `POST /v1/rerank`, which OpenAI itself does not have: as Jina and the hosts that follow it answer. */
export function answerRerank(asked: Asked, recipe: Recipe, identity: Identity): Script {
  const query = stringField(asked.json, 'query');
  const documents = listOf(field(asked.json, 'documents'));
  if (query === undefined) return missing('query');
  if (documents.length === 0) return missing('documents');
  const ranked = rank(query, documents, numberField(asked.json, 'top_n'), identity);
  const isWanted = field(asked.json, 'return_documents') === true;
  const results = ranked.map((one) => ({
    ...one,
    ...(isWanted ? { document: documentOf(documents[one.index]) } : {}),
  }));
  const prompt_tokens = promptTokens(recipe, query + documents.map((one) => JSON.stringify(one)).join(''));
  const usage = { prompt_tokens, total_tokens: prompt_tokens };
  return answerScript({ model: recipe.model ?? asked.model, usage, results }, recipe, 1);
}

function documentOf(document: unknown): unknown {
  return isObject(document) ? document : { text: document };
}
