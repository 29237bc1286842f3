import type { Loss } from '../../core/conversation.ts';
import { type Fault, fault } from '../../core/fault.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { fieldLoss } from './field-loss.ts';

/** What texts are compared for. The names are Cohere's, which hosts that follow OpenAI take as `input_type` too. */
export type EmbeddingPurpose = 'search_document' | 'search_query' | 'classification' | 'clustering';

/** A request of OpenAI's `/embeddings`, as far as others can be told of it. */
export interface EmbeddingTexts {
  readonly texts: readonly string[];
  readonly dimensions: number | undefined;
  readonly purpose: EmbeddingPurpose | undefined;
  readonly losses: ReadonlySet<Loss>;
}

/** The words of Voyage (`query`, `document`) and NVIDIA (`query`, `passage`) beside Cohere's. */
const PURPOSES: ReadonlyMap<string, EmbeddingPurpose> = new Map([
  ['search_document', 'search_document'],
  ['document', 'search_document'],
  ['passage', 'search_document'],
  ['search_query', 'search_query'],
  ['query', 'search_query'],
  ['classification', 'classification'],
  ['clustering', 'clustering'],
]);

const KNOWN = new Set(['model', 'input', 'dimensions', 'encoding_format', 'input_type']);

/** Reads a request of OpenAI's `/embeddings`. Tokens cannot be sent elsewhere: they are of OpenAI's own models. */
export function readEmbeddingTexts(body: Buffer): Outcome<EmbeddingTexts, Fault> {
  const view = viewJson(body.toString('utf8'));
  const texts = textsOf(view);
  if (!texts)
    return failed(fault('untranslatable', 'only text can be embedded there, not tokens or pictures'));
  const said = view?.string('input_type');
  const purpose = said === undefined ? undefined : PURPOSES.get(said);
  const losses = new Set<Loss>();
  for (const [name, value] of view?.fields() ?? []) {
    if (value.text === 'null' || KNOWN.has(name)) continue;
    losses.add(name === 'user' ? 'user' : fieldLoss(name));
  }
  if (said !== undefined && purpose === undefined) losses.add('field:input_type');
  return ok({ texts, dimensions: view?.number('dimensions'), purpose, losses });
}

function textsOf(view: JsonView | undefined): readonly string[] | undefined {
  const input = view?.get('input');
  const texts = (input?.kind === 'array' ? input.items() : [input]).map((text) => text?.asString());
  return texts.length > 0 && texts.every((text) => text !== undefined) ? texts : undefined;
}

/** Why these are too many texts for one request; undefined when they are not. The caller's own batches stay whole. */
export function tooManyTexts(texts: readonly unknown[], most: number): Fault | undefined {
  if (texts.length <= most) return undefined;
  const limit = most === 1 ? 'one text' : `${most} texts`;
  return fault(
    'untranslatable',
    `this model embeds at most ${limit} in a request, and this one has ${texts.length}`,
  );
}

/** What is said of a model whose vectors have one length only, where the caller wants another. */
export function fixedLength(dimensions: number | undefined): Fault | undefined {
  if (dimensions === undefined) return undefined;
  return fault(
    'untranslatable',
    'the vectors of this model have one length, and the request asks for another',
  );
}
