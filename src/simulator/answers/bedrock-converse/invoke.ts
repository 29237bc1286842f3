import { field, isString, numberField, stringField } from '../../../lib/expect.ts';
import type { Asked, Identity } from '../../asked.ts';
import { answerScript } from '../../content/converse.ts';
import { listOf } from '../../content/objections.ts';
import { solidPng } from '../../content/picture.ts';
import { rank } from '../../content/ranking.ts';
import { promptTokens } from '../../content/reply.ts';
import { unitVector } from '../../content/vector.ts';
import { hashText, idFrom } from '../../random.ts';
import type { Recipe } from '../../recipe.ts';
import type { Script } from '../../script.ts';
import { object } from '../../trouble.ts';
import { BEDROCK_ERRORS } from './errors.ts';

/** What Titan, Nova and Cohere's models have when nothing else is asked for. */
const DIMENSIONS = { titan: 1024, nova: 3072, cohere: 1536 } as const;

/** `InvokeModel`, of models that embed, rank or draw: each family's own body is told by its fields. */
export function answerInvoke(asked: Asked, recipe: Recipe, identity: Identity): Script {
  const { json } = asked;
  const text = stringField(json, 'inputText');
  const single = field(json, 'singleEmbeddingParams');
  const query = stringField(json, 'query');
  if (field(json, 'taskType') === 'TEXT_IMAGE') return amazonPictures(json, recipe, identity);
  if (field(json, 'mode') === 'text-to-image') return stabilityPicture(json, recipe, identity);
  if (text !== undefined) return titan(text, asked, recipe, identity);
  if (single !== undefined) return nova(single, recipe, identity);
  if (query !== undefined) return ranking(query, asked, recipe, identity);
  return cohere(asked, recipe, identity);
}

function titan(text: string, { json }: Asked, recipe: Recipe, identity: Identity): Script {
  const length = numberField(json, 'dimensions') ?? DIMENSIONS.titan;
  const embedding = [...unitVector(text, identity, length)];
  return answerScript({ embedding, inputTextTokenCount: promptTokens(recipe, text) }, recipe, 1);
}

function nova(asked: unknown, recipe: Recipe, identity: Identity): Script {
  const text = stringField(field(asked, 'text'), 'value');
  if (text === undefined || stringField(asked, 'embeddingPurpose') === undefined) return malformed();
  const length = numberField(asked, 'embeddingDimension') ?? DIMENSIONS.nova;
  const embedding = [...unitVector(text, identity, length)];
  return answerScript({ embeddings: [{ embeddingType: 'TEXT', embedding }] }, recipe, 1);
}

function cohere({ json }: Asked, recipe: Recipe, identity: Identity): Script {
  const texts = listOf(field(json, 'texts')).filter(isString);
  if (texts.length === 0 || stringField(json, 'input_type') === undefined) return malformed();
  const length = numberField(json, 'output_dimension') ?? DIMENSIONS.cohere;
  const float = texts.map((text) => [...unitVector(text, identity, length)]);
  const id = idFrom(hashText(texts.join('\n'), identity.seed), 32);
  const body = { embeddings: { float }, id, response_type: 'embeddings_by_type', texts };
  return answerScript(body, recipe, 1);
}

function ranking(query: string, { json }: Asked, recipe: Recipe, identity: Identity): Script {
  const documents = listOf(field(json, 'documents'));
  if (documents.length === 0 || !documents.every(isString)) return malformed();
  const results = rank(query, documents, numberField(json, 'top_n'), identity);
  return answerScript({ results }, recipe, 1);
}

function amazonPictures(json: unknown, recipe: Recipe, identity: Identity): Script {
  const text = stringField(field(json, 'textToImageParams'), 'text') ?? '';
  const config = field(json, 'imageGenerationConfig');
  const count = numberField(config, 'numberOfImages') ?? 1;
  const quality = field(config, 'quality') ?? 'standard';
  const sides = [numberField(config, 'width') ?? 1024, numberField(config, 'height') ?? 1024];
  if (text === '' || text.length > 1024 || count < 1 || count > 5) return malformed();
  if (quality !== 'standard' && quality !== 'premium') return malformed();
  if (sides.some((side) => side < 320 || side > 4096 || side % 16 !== 0)) return malformed();
  const seed = hashText(text, identity.seed);
  const images = Array.from({ length: count }, (_, index) => solidPng(seed + index).toString('base64'));
  return answerScript({ images, error: null }, recipe, 1);
}

function stabilityPicture(json: unknown, recipe: Recipe, identity: Identity): Script {
  const prompt = stringField(json, 'prompt') ?? '';
  if (prompt === '' || !/^\d+:\d+$/.test(stringField(json, 'aspect_ratio') ?? '1:1')) return malformed();
  const seed = hashText(prompt, identity.seed);
  const images = [solidPng(seed).toString('base64')];
  return answerScript({ seeds: [seed], finish_reasons: [null], images }, recipe, 1);
}

function malformed(): Script {
  return object(BEDROCK_ERRORS, { kind: 'bad-request' });
}
