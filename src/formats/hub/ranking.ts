import type { Loss } from '../../core/conversation.ts';
import type { AskedDirectly, DirectAnswer } from '../../core/direct.ts';
import { type Fault, fault } from '../../core/fault.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import type { Usage } from '../../core/usage.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { type JsonOut, Verbatim, writeJson } from '../../lib/json-write.ts';
import { fieldLoss } from './field-loss.ts';

/** A request to rank documents, as Cohere, Jina and the hosts that follow them spell it. */
export interface Ranking {
  readonly query: string;
  readonly documents: readonly string[];
  /** How many of the best are wanted; all when absent. */
  readonly most: number | undefined;
  readonly tokensPerDocument: number | undefined;
  readonly losses: ReadonlySet<Loss>;
}

const KNOWN = new Set([
  'model',
  'query',
  'documents',
  'top_n',
  'max_tokens_per_doc',
  // gw gives the documents back itself.
  'return_documents',
]);

/** Reads a request to rank documents. */
export function readRanking(body: Buffer): Outcome<Ranking, Fault> {
  const view = viewJson(body.toString('utf8'));
  const query = view?.string('query');
  const documents = view?.list('documents').map(textOf) ?? [];
  if (query === undefined || documents.length === 0 || !documents.every((text) => text !== undefined))
    return failed(fault('untranslatable', 'only a query and documents of text can be ranked there'));
  const losses = new Set<Loss>();
  for (const [name, value] of view?.fields() ?? [])
    if (value.text !== 'null' && !KNOWN.has(name)) losses.add(fieldLoss(name));
  const most = view?.number('top_n');
  return ok({ query, documents, most, tokensPerDocument: view?.number('max_tokens_per_doc'), losses });
}

/** A document is a text, or an object with nothing but one. */
function textOf(document: JsonView): string | undefined {
  if (document.kind !== 'object') return document.asString();
  return document.fields().size === 1 ? document.string('text') : undefined;
}

/** What an answer tells beside the order of the documents. */
export interface RankingNotes {
  readonly usage?: Usage | undefined;
  /** Further fields that callers of this API may know. */
  readonly more?: { readonly [name: string]: JsonOut };
}

/** A ranking as callers get it: scores as they were written, documents from the request where they are wanted. */
export function writeRanking(
  results: readonly JsonView[],
  asked: AskedDirectly,
  { usage, more }: RankingNotes,
): Outcome<DirectAnswer, Fault> {
  const request = viewJson(asked.request.toString('utf8'));
  const documents = request?.list('documents') ?? [];
  const isWanted = request?.flag('return_documents') === true;
  const ranked = results.map((result) => readResult(result, documents));
  if (ranked.length === 0 || !ranked.every((result) => result !== undefined))
    return failed(fault('upstream_garbled', 'the answer has no ranking, or one of other documents'));
  const tokens = usage?.input;
  const answer = {
    model: asked.model,
    results: ranked.map(({ index, score, document }) => ({
      index,
      relevance_score: score,
      document: isWanted ? document : undefined,
    })),
    usage: tokens === undefined ? undefined : { prompt_tokens: tokens, total_tokens: tokens },
    ...more,
  };
  return ok({ body: Buffer.from(writeJson(answer)), usage });
}

interface Ranked {
  readonly index: number;
  readonly score: Verbatim;
  readonly document: Verbatim | { readonly text: Verbatim };
}

function readResult(result: JsonView, documents: readonly JsonView[]): Ranked | undefined {
  const index = result.number('index');
  const score = result.get('relevance_score');
  const document = index === undefined ? undefined : documents[index];
  if (index === undefined || !document || score?.kind !== 'number') return undefined;
  const given = new Verbatim(document.text);
  return {
    index,
    score: new Verbatim(score.text),
    document: document.kind === 'object' ? given : { text: given },
  };
}
