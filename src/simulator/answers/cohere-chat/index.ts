import { field, isString, numberField, stringField } from '../../../lib/expect.ts';
import type { Asked, Identity } from '../../asked.ts';
import { answerScript, converse } from '../../content/converse.ts';
import { listOf } from '../../content/objections.ts';
import { rank } from '../../content/ranking.ts';
import { promptTokens } from '../../content/reply.ts';
import { unitVector } from '../../content/vector.ts';
import type { Dialect } from '../../dialect.ts';
import { hashText, idFrom } from '../../random.ts';
import type { Recipe } from '../../recipe.ts';
import type { Script } from '../../script.ts';
import { object } from '../../trouble.ts';
import { COHERE_ERRORS } from './errors.ts';
import { COHERE_VOICE } from './write.ts';

// What embed-v4.0 has.
const DIMENSIONS = 1536;

/** Cohere's API, the second version: chat, embeddings, ranking. */
export const COHERE_CHAT: Dialect = {
  name: 'cohere-chat',
  title: 'Cohere',
  root: '/v2',
  client: "new CohereClientV2({ environment: '$origin', token: 'any' })",
  operations: [
    {
      method: 'POST',
      path: /^\/v2\/chat$/,
      body: 'json',
      answer: (asked, recipe, identity) => converse(COHERE_VOICE, asked, recipe, identity),
    },
    { method: 'POST', path: /^\/v2\/embed$/, body: 'json', answer: answerEmbed },
    { method: 'POST', path: /^\/v2\/rerank$/, body: 'json', answer: answerRerank },
  ],
  isAddressed: ({ path }) => path.startsWith('/v2/'),
  errors: COHERE_ERRORS,
  nowhere: () => object(COHERE_ERRORS, { status: 404, message: 'Not Found' }),
  headers: ({ number, limited }) => ({
    'x-debug-trace-id': idFrom(number, 32),
    'x-trial-endpoint-call-limit': '40',
    'x-trial-endpoint-call-remaining': limited ? '0' : '39',
  }),
  hollow: {
    choices: hollow([]),
    content: hollow([{ type: 'text', text: '' }]),
  },
  broken: { name: 'content-delta', text: '{"type":"content-delta","index":0,"del' },
};

function answerEmbed(asked: Asked, recipe: Recipe, identity: Identity): Script {
  const texts = listOf(field(asked.json, 'texts')).filter(isString);
  const inputs = listOf(field(asked.json, 'inputs'));
  if (texts.length === 0 && inputs.length === 0) {
    return object(COHERE_ERRORS, { message: 'invalid request: at least one text or input must be given' });
  }
  if (stringField(asked.json, 'input_type') === undefined) {
    const message = 'invalid request: valid input_type must be provided with the provided model';
    return object(COHERE_ERRORS, { message });
  }
  const all = [...texts, ...inputs.map((input) => JSON.stringify(input))];
  const dimensions = numberField(asked.json, 'output_dimension') ?? DIMENSIONS;
  const vectors = all.map((text) => unitVector(text, identity, dimensions));
  const wanted = listOf(field(asked.json, 'embedding_types')).filter(isString);
  const kinds = wanted.length === 0 ? ['float'] : wanted;
  const embeddings = Object.fromEntries(
    kinds.map((kind) => [kind, vectors.map((vector) => packed(vector, kind))]),
  );
  const input_tokens = promptTokens(recipe, all.join(''));
  const meta = { api_version: { version: '2' }, billed_units: { input_tokens } };
  const id = idFrom(hashText(all.join('\n'), identity.seed), 32);
  return answerScript({ id, texts, embeddings, meta, response_type: 'embeddings_by_type' }, recipe, 1);
}

/** A vector in one of Cohere's kinds: as it is, in bytes, or as text. */
function packed(vector: Float32Array, kind: string): unknown {
  if (kind === 'base64') return Buffer.from(vector.buffer).toString('base64');
  if (kind === 'float') return [...vector];
  return [...vector].map((value) => Math.round(value * 127) + (kind === 'uint8' ? 128 : 0));
}

/** The same order for the same question, the best first. */
function answerRerank(asked: Asked, recipe: Recipe, identity: Identity): Script {
  const query = stringField(asked.json, 'query');
  const documents = listOf(field(asked.json, 'documents'));
  if (query === undefined || query.trim() === '') {
    return object(COHERE_ERRORS, {
      message: 'invalid request: query must not be empty or be only whitespace',
    });
  }
  if (documents.length === 0) {
    return object(COHERE_ERRORS, { message: 'invalid request: list of documents must not be empty' });
  }
  const results = rank(query, documents, numberField(asked.json, 'top_n'), identity);
  const id = idFrom(hashText(query, identity.seed), 32);
  const meta = { api_version: { version: '2' }, billed_units: { search_units: 1 } };
  return answerScript({ id, results, meta }, recipe, 1);
}

function hollow(content: readonly unknown[]): Dialect['hollow']['choices'] {
  const message = { role: 'assistant', content };
  const usage = { tokens: { input_tokens: 1, output_tokens: 0 } };
  const begun = {
    type: 'message-start',
    id: 'empty',
    delta: { message: { role: 'assistant', content: [] } },
  };
  const ended = { type: 'message-end', delta: { finish_reason: 'COMPLETE', usage } };
  return {
    whole: { id: 'empty', message, finish_reason: 'COMPLETE', usage },
    events: [
      { part: 'noise', name: 'message-start', value: begun },
      ...content.map((value, index) => ({
        part: 'noise' as const,
        name: 'content-start',
        value: { type: 'content-start', index, delta: { message: { content: value } } },
      })),
      { part: 'noise', name: 'message-end', value: ended },
    ],
  };
}
