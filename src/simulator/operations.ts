import { answerChat } from './answers/chat.ts';
import { answerCompletion } from './answers/completions.ts';
import { answerEmbeddings } from './answers/embeddings.ts';
import { answerModel, answerModels, answerModerations } from './answers/lists.ts';
import { answerEcho, answerImages, answerSpeech, answerTranscription } from './answers/media.ts';
import { refusal } from './answers/refusal.ts';
import type { Asked, Identity } from './asked.ts';
import type { Recipe } from './recipe.ts';
import type { Script } from './script.ts';

interface Operation {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  readonly body: 'json' | 'form' | 'any';
  readonly answer: (asked: Asked, recipe: Recipe, identity: Identity) => Script;
}

/** What the simulated provider can do. */
const OPERATIONS: readonly Operation[] = [
  { method: 'POST', path: /^\/v1\/chat\/completions$/, body: 'json', answer: answerChat },
  { method: 'POST', path: /^\/v1\/completions$/, body: 'json', answer: answerCompletion },
  { method: 'POST', path: /^\/v1\/embeddings$/, body: 'json', answer: answerEmbeddings },
  { method: 'POST', path: /^\/v1\/moderations$/, body: 'any', answer: answerModerations },
  { method: 'POST', path: /^\/v1\/images\/generations$/, body: 'json', answer: answerImages },
  { method: 'POST', path: /^\/v1\/images\/(?:edits|variations)$/, body: 'form', answer: answerImages },
  { method: 'POST', path: /^\/v1\/audio\/speech$/, body: 'json', answer: answerSpeech },
  {
    method: 'POST',
    path: /^\/v1\/audio\/trans(?:criptions|lations)$/,
    body: 'form',
    answer: answerTranscription,
  },
  { method: 'GET', path: /^\/v1\/models$/, body: 'any', answer: answerModels },
  { method: 'GET', path: /^\/v1\/models\/.+$/, body: 'any', answer: answerModel },
];

/** The answer to a request, before any fault changes it. `strict` providers refuse models they do not list. */
export function answer(asked: Asked, recipe: Recipe, identity: Identity, strict: boolean): Script {
  if (asked.path.startsWith('/v1/echo')) return answerEcho(asked);
  const operation = OPERATIONS.find(({ method, path }) => method === asked.method && path.test(asked.path));
  if (!operation) return refusal(404, `Invalid URL (${asked.method} ${asked.path})`);
  if (operation.body === 'json' && asked.json === undefined) {
    return refusal(400, 'We could not parse the JSON body of your request.');
  }
  if (operation.body !== 'any' && asked.model === '' && asked.modelFault === undefined) {
    return refusal(400, 'you must provide a model parameter');
  }
  if (strict && operation.body !== 'any' && !identity.models.includes(asked.model)) {
    const text = `The model \`${asked.model}\` does not exist or you do not have access to it.`;
    return refusal(404, text, 'model_not_found');
  }
  return operation.answer(asked, recipe, identity);
}
