import { field, isString, numberField } from '../../../lib/expect.ts';
import type { Asked, Identity } from '../../asked.ts';
import { answerScript } from '../../content/converse.ts';
import { promptTokens } from '../../content/reply.ts';
import { unitVector } from '../../content/vector.ts';
import type { Recipe } from '../../recipe.ts';
import type { Script } from '../../script.ts';
import { missing } from './errors.ts';

// What text-embedding-3-small has.
const DIMENSIONS = 1536;

/** `POST /v1/embeddings`: unit vectors, the same one for the same text. */
export function answerEmbeddings(asked: Asked, recipe: Recipe, identity: Identity): Script {
  const input = field(asked.json, 'input');
  if (input === undefined) return missing('input');
  const texts = textsOf(input);
  const dimensions = numberField(asked.json, 'dimensions') ?? DIMENSIONS;
  const base64 = field(asked.json, 'encoding_format') === 'base64';
  const data = texts.map((text, index) => {
    const vector = unitVector(text, identity, dimensions);
    return { object: 'embedding', index, embedding: base64 ? asBase64(vector) : [...vector] };
  });
  const prompt = promptTokens(recipe, texts.join(''));
  const model = recipe.model ?? asked.model;
  const body = { object: 'list', data, model, usage: { prompt_tokens: prompt, total_tokens: prompt } };
  return answerScript(body, recipe, 1);
}

/** One text, several, one list of token numbers, or several of those. */
function textsOf(input: unknown): readonly string[] {
  if (!Array.isArray(input)) return [String(input)];
  if (input.every(isString)) return input;
  return Array.isArray(input[0]) ? input.map(String) : [input.join(' ')];
}

function asBase64(vector: Float32Array): string {
  return Buffer.from(vector.buffer).toString('base64');
}
