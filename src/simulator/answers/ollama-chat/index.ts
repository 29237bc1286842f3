import { field, isString, numberField } from '../../../lib/expect.ts';
import type { Asked, Identity } from '../../asked.ts';
import { answerScript, converse, CREATED } from '../../content/converse.ts';
import { promptTokens } from '../../content/reply.ts';
import { unitVector } from '../../content/vector.ts';
import type { Dialect } from '../../dialect.ts';
import type { Recipe } from '../../recipe.ts';
import { type Script, jsonScript } from '../../script.ts';
import { object } from '../../trouble.ts';
import { OLLAMA_ERRORS } from './errors.ts';
import { GENERATE_VOICE, OLLAMA_VOICE } from './write.ts';

// What nomic-embed-text has.
const DIMENSIONS = 768;
const AT = new Date(CREATED * 1000).toISOString();

/** Ollama's own API. */
export const OLLAMA_CHAT: Dialect = {
  name: 'ollama-chat',
  title: 'Ollama',
  root: '/api',
  client: "new Ollama({ host: '$origin' })",
  operations: [
    {
      method: 'POST',
      path: /^\/api\/chat$/,
      body: 'json',
      answer: (asked, recipe, identity) => converse(OLLAMA_VOICE, asked, recipe, identity),
    },
    {
      method: 'POST',
      path: /^\/api\/generate$/,
      body: 'json',
      answer: (asked, recipe, identity) => converse(GENERATE_VOICE, asked, recipe, identity),
    },
    { method: 'POST', path: /^\/api\/embed$/, body: 'json', answer: answerEmbed },
    { method: 'GET', path: /^\/api\/tags$/, body: 'any', answer: answerTags },
    {
      method: 'GET',
      path: /^\/api\/version$/,
      body: 'any',
      answer: () => jsonScript(200, { version: '0.12.0' }),
    },
  ],
  isAddressed: ({ path }) => path.startsWith('/api/'),
  errors: OLLAMA_ERRORS,
  nowhere: () => object(OLLAMA_ERRORS, { status: 404, message: '404 page not found' }),
  headers: () => ({}),
  hollow: {
    choices: hollow({}),
    content: hollow({ message: { role: 'assistant', content: '' } }),
  },
  broken: { text: '{"model":"sim","message":{"role":"assistant","cont' },
};

function answerEmbed(asked: Asked, recipe: Recipe, identity: Identity): Script {
  const input = field(asked.json, 'input');
  const texts: readonly unknown[] = Array.isArray(input) ? input : [input];
  if (!texts.every(isString)) return object(OLLAMA_ERRORS, { message: 'invalid input type' });
  const dimensions = numberField(asked.json, 'dimensions') ?? DIMENSIONS;
  const embeddings = texts.map((text) => [...unitVector(text, identity, dimensions)]);
  const body = {
    model: recipe.model ?? asked.model,
    embeddings,
    total_duration: 14_000_000,
    load_duration: 1_000_000,
    prompt_eval_count: promptTokens(recipe, texts.join('')),
  };
  return answerScript(body, recipe, 1);
}

function answerTags(_asked: Asked, _recipe: Recipe, { models }: Identity): Script {
  const details = { format: 'gguf', family: 'sim', parameter_size: '7B', quantization_level: 'Q4_K_M' };
  return jsonScript(200, {
    models: models.map((name) => ({
      name,
      model: name,
      modified_at: AT,
      size: 4_000_000_000,
      digest: name,
      details,
    })),
  });
}

function hollow(said: object): Dialect['hollow']['choices'] {
  const whole = { model: 'sim', created_at: AT, ...said, done: true, done_reason: 'stop' };
  return { whole, events: [{ part: 'noise', value: whole }] };
}
