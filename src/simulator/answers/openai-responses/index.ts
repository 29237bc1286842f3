import { stringField } from '../../../lib/expect.ts';
import type { Asked, Identity } from '../../asked.ts';
import { answerScript, converse, CREATED } from '../../content/converse.ts';
import { promptTokens } from '../../content/reply.ts';
import type { Dialect } from '../../dialect.ts';
import type { Recipe } from '../../recipe.ts';
import { type Script, jsonScript } from '../../script.ts';
import { type Objection, object } from '../../trouble.ts';
import { refusal } from '../openai-chat/errors.ts';
import { openaiHeaders } from '../openai-chat/headers.ts';
import { answerCompact, answerTrigger, asksToCompact } from './compact.ts';
import { RESPONSES_ERRORS, wrong } from './errors.ts';
import { readResponses } from './read.ts';
import { RESPONSES_VOICE } from './write.ts';

const ONE = /^\/v1\/responses\/(resp_[^/]+)$/;

/** OpenAI's Responses, with what it keeps: `previous_response_id` goes on from an answer of this simulator's. */
export const OPENAI_RESPONSES: Dialect = {
  name: 'openai-responses',
  title: 'OpenAI Responses',
  root: '/v1',
  client: "new OpenAI({ baseURL: '$origin/v1' })",
  operations: [
    {
      method: 'POST',
      path: /^\/v1\/responses$/,
      body: 'json',
      remembers: true,
      modelOptional: true,
      answer: (asked, recipe, identity) =>
        asksToCompact(asked)
          ? answerTrigger(asked, recipe, identity)
          : converse(RESPONSES_VOICE, asked, recipe, identity),
    },
    {
      method: 'POST',
      path: /^\/v1\/responses\/input_tokens$/,
      body: 'json',
      remembers: true,
      answer: answerCount,
    },
    {
      method: 'POST',
      path: /^\/v1\/responses\/compact$/,
      body: 'json',
      remembers: true,
      answer: answerCompact,
    },
    { method: 'GET', path: ONE, body: 'any', remembers: true, answer: answerGet },
    { method: 'DELETE', path: ONE, body: 'any', remembers: true, answer: answerDelete },
  ],
  isAddressed: ({ path }) => path.startsWith('/v1/responses'),
  errors: RESPONSES_ERRORS,
  nowhere: ({ method, path }) => refusal(404, `Invalid URL (${method} ${path})`),
  headers: openaiHeaders,
  hollow: {
    choices: hollow([]),
    content: hollow([
      {
        id: 'msg_empty',
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: '', annotations: [], logprobs: [] }],
      },
    ]),
  },
  broken: { name: 'response.output_text.delta', text: '{"type":"response.output_text.delta","del' },
};

function answerCount(asked: Asked, recipe: Recipe, identity: Identity): Script {
  const read = readResponses(asked, identity);
  if (read.is === 'failed') return object(RESPONSES_ERRORS, read.fault, asked.model);
  const text = read.value.turns.map((turn) => turn.text).join('\n');
  const body = { object: 'response.input_tokens', input_tokens: promptTokens(recipe, text) };
  return answerScript(body, recipe, 1);
}

function answerGet(asked: Asked, _recipe: Recipe, { kept }: Identity): Script {
  const id = idIn(asked);
  const found = kept.get(id);
  return found ? jsonScript(200, found.body) : object(RESPONSES_ERRORS, notFound(id));
}

function answerDelete(asked: Asked, _recipe: Recipe, { kept }: Identity): Script {
  const id = idIn(asked);
  if (!kept.forget(id)) return object(RESPONSES_ERRORS, notFound(id));
  return jsonScript(200, { id, object: 'response', deleted: true });
}

function idIn({ path }: Asked): string {
  return ONE.exec(path)?.[1] ?? '';
}

function notFound(id: string): Objection {
  return wrong(`Response with id '${id}' not found.`, null, null, 404);
}

function hollow(output: readonly unknown[]): Dialect['hollow']['choices'] {
  const response = {
    id: 'resp_empty',
    object: 'response',
    created_at: CREATED,
    status: 'completed',
    model: 'sim',
    output,
    error: null,
    incomplete_details: null,
    usage: null,
  };
  const items = output.map((item, output_index) => ({
    type: 'response.output_item.done',
    output_index,
    item,
  }));
  const events = [
    { type: 'response.created', response: { ...response, output: [], status: 'in_progress' } },
    ...items,
    { type: 'response.completed', response },
  ].map((value, sequence_number) => ({ ...value, sequence_number }));
  return {
    whole: response,
    events: events.map((value) => ({ part: 'noise', name: stringField(value, 'type') ?? '', value })),
  };
}
