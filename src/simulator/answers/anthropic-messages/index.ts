import type { Asked, Identity } from '../../asked.ts';
import { answerScript, converse } from '../../content/converse.ts';
import { promptTokens } from '../../content/reply.ts';
import type { Dialect } from '../../dialect.ts';
import type { Recipe } from '../../recipe.ts';
import { type Script, jsonScript } from '../../script.ts';
import { object } from '../../trouble.ts';
import { ANTHROPIC_ERRORS } from './errors.ts';
import { readCount } from './read.ts';
import { MESSAGES_VOICE } from './write.ts';

const VERSION = 'anthropic-version';
const SINCE = '2025-10-09T00:00:00Z';

/** Anthropic's Messages; the same at Google's Vertex, where the model stands in the address. */
export const ANTHROPIC_MESSAGES: Dialect = {
  name: 'anthropic-messages',
  title: 'Anthropic Messages',
  root: '/v1',
  client: "new Anthropic({ baseURL: '$origin' })",
  operations: [
    { method: 'POST', path: /^\/v1\/messages$/, body: 'json', answer: answerMessages },
    {
      method: 'POST',
      path: /\/publishers\/anthropic\/models\/[^/]+:(?:streamRawPredict|rawPredict)$/,
      body: 'json',
      answer: answerMessages,
    },
    { method: 'POST', path: /^\/v1\/messages\/count_tokens$/, body: 'json', answer: answerCount },
    { method: 'GET', path: /^\/v1\/models$/, body: 'any', header: VERSION, answer: answerModels },
    { method: 'GET', path: /^\/v1\/models\/.+$/, body: 'any', header: VERSION, answer: answerModel },
  ],
  isAddressed: ({ headers, path }) => headers[VERSION] !== undefined || path.startsWith('/v1/messages'),
  errors: ANTHROPIC_ERRORS,
  nowhere: () => object(ANTHROPIC_ERRORS, { status: 404, message: 'Not Found' }),
  headers: ({ number, now, limited }) => {
    const reset = `${new Date(now).toISOString().slice(0, 19)}Z`;
    return {
      'request-id': `req_sim_${number}`,
      'anthropic-ratelimit-requests-limit': '4000',
      'anthropic-ratelimit-requests-remaining': limited ? '0' : '3999',
      'anthropic-ratelimit-requests-reset': reset,
    };
  },
  hollow: {
    choices: hollow([]),
    content: hollow([{ type: 'text', text: '' }]),
  },
  broken: { name: 'content_block_delta', text: '{"type":"content_block_delta","index":0,"del' },
};

function answerMessages(asked: Asked, recipe: Recipe, identity: Identity): Script {
  return converse(MESSAGES_VOICE, asked, recipe, identity);
}

function answerCount(asked: Asked, recipe: Recipe, identity: Identity): Script {
  const read = readCount(asked, identity);
  if (read.is === 'failed') return object(ANTHROPIC_ERRORS, read.fault);
  const text = read.value.turns.map((turn) => turn.text).join('\n');
  return answerScript({ input_tokens: promptTokens(recipe, text) }, recipe, 1);
}

function answerModels(_asked: Asked, _recipe: Recipe, { models }: Identity): Script {
  const [first = null] = models;
  return jsonScript(200, {
    data: models.map(modelOf),
    has_more: false,
    first_id: first,
    last_id: models.at(-1) ?? null,
  });
}

function answerModel(asked: Asked, _recipe: Recipe, { models }: Identity): Script {
  const id = decodeURIComponent(asked.path.slice(asked.path.lastIndexOf('/') + 1));
  return models.includes(id) ? jsonScript(200, modelOf(id)) : object(ANTHROPIC_ERRORS, { kind: 'model' }, id);
}

function modelOf(id: string): unknown {
  return { type: 'model', id, display_name: id, created_at: SINCE };
}

function hollow(content: readonly unknown[]): Dialect['hollow']['choices'] {
  const usage = { input_tokens: 1, output_tokens: 0 };
  const message = { id: 'msg_empty', type: 'message', role: 'assistant', model: 'sim', stop_sequence: null };
  const blocks = content.flatMap((block, index) => [
    { type: 'content_block_start', index, content_block: block },
    { type: 'content_block_stop', index },
  ]);
  const events = [
    { type: 'message_start', message: { ...message, content: [], stop_reason: null, usage } },
    ...blocks,
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage },
    { type: 'message_stop' },
  ];
  return {
    whole: { ...message, content, stop_reason: 'end_turn', usage },
    events: events.map((value) => ({ part: 'noise', name: value.type, value })),
  };
}
