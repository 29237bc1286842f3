import type { Loss } from '../../core/conversation.ts';
import type { DirectTranslation } from '../../core/direct.ts';
import { type Fault, fault } from '../../core/fault.ts';
import type { WireRequest } from '../../core/format.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { type JsonOut, writeJson } from '../../lib/json-write.ts';
import { cohereTexts, cohereVectors } from '../cohere-chat/embeddings.ts';
import {
  type EmbeddingPurpose,
  type EmbeddingTexts,
  fixedLength,
  readEmbeddingTexts,
  tooManyTexts,
} from '../hub/embedding-texts.ts';
import { writeEmbeddings } from '../hub/embedding-vectors.ts';
import { invokePath } from './invoke.ts';

type Fields = { readonly [name: string]: JsonOut };

/** How one family of models is asked: Converse has no embeddings, so each has a body of its own. */
interface Family {
  readonly name: RegExp;
  readonly takesPurpose: boolean;
  encode(asked: EmbeddingTexts, model: string): Outcome<Fields, Fault>;
}

/**
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html, model-parameters-embed.html
 * and nova/latest/nova2-userguide/embeddings-schema.html; held to recorded traffic.
 */
const FAMILIES: readonly Family[] = [
  {
    name: /titan-embed-(?:text-v1|g1)/,
    takesPurpose: false,
    encode: ({ texts, dimensions }) => one(texts, fixedLength(dimensions), (inputText) => ({ inputText })),
  },
  {
    name: /titan-embed-text-v2/,
    takesPurpose: false,
    encode: ({ texts, dimensions }) => one(texts, undefined, (inputText) => ({ inputText, dimensions })),
  },
  {
    name: /nova-.*embeddings/,
    takesPurpose: true,
    encode: ({ texts, dimensions, purpose }) =>
      one(texts, undefined, (value) => ({
        taskType: 'SINGLE_EMBEDDING',
        singleEmbeddingParams: {
          embeddingPurpose: NOVA_PURPOSES[purpose ?? 'search_document'],
          text: { value, truncationMode: 'NONE' },
          embeddingDimension: dimensions,
        },
      })),
  },
  { name: /cohere\.embed/, takesPurpose: true, encode: cohereTexts },
];

const NOVA_PURPOSES: Readonly<Record<EmbeddingPurpose, string>> = {
  search_document: 'GENERIC_INDEX',
  search_query: 'GENERIC_RETRIEVAL',
  classification: 'CLASSIFICATION',
  clustering: 'CLUSTERING',
};

/** OpenAI's `/embeddings`, asked of a model at Amazon Bedrock. */
export const BEDROCK_EMBEDDINGS_FROM_OPENAI: DirectTranslation = {
  encodeRequest: (body, { model }) => encode(body, model),
  decodeAnswer: (body, asked) => {
    const view = viewJson(body.toString('utf8'));
    return writeEmbeddings(vectorsOf(view), asked, view?.number('inputTextTokenCount'));
  },
};

function encode(body: Buffer, model: string): Outcome<WireRequest, Fault> {
  const read = readEmbeddingTexts(body);
  if (read.is === 'failed') return read;
  const family = FAMILIES.find(({ name }) => name.test(model));
  if (!family)
    return failed(
      fault('untranslatable', 'gw can ask Titan, Nova and Cohere for embeddings there, no others'),
    );
  const fields = family.encode(read.value, model);
  if (fields.is === 'failed') return fields;
  const losses = new Set<Loss>(read.value.losses);
  if (read.value.purpose !== undefined && !family.takesPurpose) losses.add('field:input_type');
  return ok({
    path: invokePath(model),
    body: Buffer.from(writeJson(fields.value)),
    losses: [...losses].sort(),
  });
}

function one(
  texts: readonly string[],
  wrong: Fault | undefined,
  write: (text: string) => Fields,
): Outcome<Fields, Fault> {
  const why = tooManyTexts(texts, 1) ?? wrong;
  return why ? failed(why) : ok(write(texts[0] ?? ''));
}

/** Titan has one vector, Nova a list of vectors with their kinds, Cohere lists by type or a bare one. */
function vectorsOf(view: JsonView | undefined): readonly (JsonView | undefined)[] {
  const single = view?.get('embedding');
  if (single) return [single];
  return cohereVectors(view).map((vector) => (vector.kind === 'object' ? vector.get('embedding') : vector));
}
