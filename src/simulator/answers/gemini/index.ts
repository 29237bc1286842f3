import { field, numberField } from '../../../lib/expect.ts';
import type { Asked, Identity } from '../../asked.ts';
import { answerScript, converse } from '../../content/converse.ts';
import { listOf } from '../../content/objections.ts';
import { textOf } from '../../content/question.ts';
import { promptTokens } from '../../content/reply.ts';
import { unitVector } from '../../content/vector.ts';
import type { Dialect } from '../../dialect.ts';
import type { Recipe } from '../../recipe.ts';
import { type Script, jsonScript } from '../../script.ts';
import { object } from '../../trouble.ts';
import { GEMINI_ERRORS } from './errors.ts';
import { either } from './fields.ts';
import { answerMedia, answerPredict, wantsMedia } from './media.ts';
import { countedText, readGemini } from './read.ts';
import { GEMINI_VOICE } from './write.ts';

// What gemini-embedding-001 has.
const DIMENSIONS = 3072;
const KEY = 'x-goog-api-key';
const METHODS = ['generateContent', 'streamGenerateContent', 'countTokens', 'embedContent'];

/** Google's Gemini; the same at Vertex, where the address is longer. */
export const GEMINI: Dialect = {
  name: 'gemini',
  title: 'Gemini',
  root: '/v1beta',
  client: "new GoogleGenAI({ apiKey: 'any', httpOptions: { baseUrl: '$origin' } })",
  operations: [
    {
      method: 'POST',
      path: methodPath('(?:generateContent|streamGenerateContent)'),
      body: 'json',
      answer: answerContent,
    },
    { method: 'POST', path: methodPath('countTokens'), body: 'json', answer: answerCount },
    { method: 'POST', path: methodPath('embedContent'), body: 'json', answer: answerEmbed },
    { method: 'POST', path: methodPath('batchEmbedContents'), body: 'json', answer: answerEmbedMany },
    { method: 'POST', path: methodPath('predict'), body: 'json', answer: answerPredict },
    // The newer libraries say v1, where OpenAI's list is too; only Google's key tells them apart.
    { method: 'GET', path: /^\/v1\/models$/, body: 'any', header: KEY, answer: answerModels },
    { method: 'GET', path: /^\/v1\/models\/[^/:]+$/, body: 'any', header: KEY, answer: answerModel },
    { method: 'GET', path: /^\/v1beta\/models$/, body: 'any', answer: answerModels },
    { method: 'GET', path: /^\/v1beta\/models\/[^/:]+$/, body: 'any', answer: answerModel },
  ],
  isAddressed: ({ path }) => /^\/v1beta|\/models\/.+:[a-zA-Z]+$/.test(path),
  errors: GEMINI_ERRORS,
  nowhere: () => object(GEMINI_ERRORS, { status: 404, message: 'Requested entity was not found.' }),
  headers: () => ({ server: 'scaffolding on HTTPServer2' }),
  hollow: { choices: hollow([]), content: hollow([candidate('')]) },
  broken: { text: '{"candidates":[{"content":{"parts":[{"te' },
};

function methodPath(methods: string): RegExp {
  return new RegExp(`^/v1(?:beta\\d*|alpha)?/(?:.*/)?(?:models|tunedModels)/.+:${methods}$`);
}

function answerContent(asked: Asked, recipe: Recipe, identity: Identity): Script {
  if (!wantsMedia(asked)) return converse(GEMINI_VOICE, asked, recipe, identity);
  const read = readGemini(asked, identity);
  if (read.is === 'failed') return object(GEMINI_ERRORS, read.fault, asked.model);
  return answerMedia(asked, recipe, identity);
}

function answerCount(asked: Asked, recipe: Recipe): Script {
  const totalTokens = promptTokens(recipe, countedText(asked));
  const promptTokensDetails = [{ modality: 'TEXT', tokenCount: totalTokens }];
  return answerScript({ totalTokens, promptTokensDetails }, recipe, 1);
}

function answerEmbed(asked: Asked, recipe: Recipe, identity: Identity): Script {
  if (field(asked.json, 'content') === undefined) return noContent('EmbedContentRequest.content');
  return answerScript({ embedding: embedding(asked.json, identity) }, recipe, 1);
}

function answerEmbedMany(asked: Asked, recipe: Recipe, identity: Identity): Script {
  const requests = listOf(field(asked.json, 'requests'));
  if (requests.length === 0) return noContent('BatchEmbedContentsRequest.requests');
  return answerScript({ embeddings: requests.map((one) => embedding(one, identity)) }, recipe, 1);
}

function embedding(request: unknown, identity: Identity): unknown {
  const text = textOf(field(field(request, 'content'), 'parts'));
  const wanted = either(request, 'outputDimensionality');
  const dimensions = numberField({ wanted }, 'wanted') ?? DIMENSIONS;
  return { values: [...unitVector(text, identity, dimensions)] };
}

function noContent(what: string): Script {
  return object(GEMINI_ERRORS, { message: `* ${what}: ${what.split('.')[1] ?? ''} is not specified\n` });
}

function answerModels(_asked: Asked, _recipe: Recipe, { models }: Identity): Script {
  return jsonScript(200, { models: models.map(modelOf) });
}

function answerModel(asked: Asked, _recipe: Recipe, { models }: Identity): Script {
  const id = decodeURIComponent(asked.path.slice(asked.path.lastIndexOf('/') + 1));
  return models.includes(id) ? jsonScript(200, modelOf(id)) : object(GEMINI_ERRORS, { kind: 'model' }, id);
}

function modelOf(id: string): unknown {
  return {
    name: `models/${id}`,
    version: '001',
    displayName: id,
    inputTokenLimit: 1_048_576,
    outputTokenLimit: 65_536,
    supportedGenerationMethods: METHODS,
  };
}

function candidate(text: string): unknown {
  return { content: { parts: [{ text }], role: 'model' }, finishReason: 'STOP', index: 0 };
}

function hollow(candidates: readonly unknown[]): Dialect['hollow']['choices'] {
  const whole = {
    ...(candidates.length === 0 ? {} : { candidates }),
    usageMetadata: { promptTokenCount: 1, totalTokenCount: 1 },
    modelVersion: 'sim',
    responseId: 'empty',
  };
  return { whole, events: [{ part: 'noise', value: whole }] };
}
