import { converse } from '../../content/converse.ts';
import type { Dialect } from '../../dialect.ts';
import { answerCompletion } from './completions.ts';
import { answerEmbeddings } from './embeddings.ts';
import { OPENAI_ERRORS, refusal } from './errors.ts';
import { openaiHeaders } from './headers.ts';
import { answerModel, answerModels, answerModerations } from './lists.ts';
import { answerEcho, answerImages, answerSpeech, answerTranscription } from './media.ts';
import { answerRerank } from './rerank.ts';
import { CHAT_VOICE } from './write.ts';

const EMPTY = '"id":"chatcmpl-empty","object":"chat.completion","created":1700000000,"model":"sim"';
const NO_CHOICES: unknown = JSON.parse(`{${EMPTY},"choices":[]}`);
const NO_CONTENT: unknown = JSON.parse(
  `{${EMPTY},"choices":[{"index":0,"message":{"role":"assistant","content":""},"delta":{"content":""},"finish_reason":"stop"}]}`,
);

/** OpenAI's chat completions, and what stands beside them: completions, embeddings, media, lists. */
export const OPENAI_CHAT: Dialect = {
  name: 'openai-chat',
  title: 'OpenAI chat',
  root: '/v1',
  client: "new OpenAI({ baseURL: '$origin/v1' })",
  operations: [
    {
      method: 'POST',
      path: /^\/v1\/chat\/completions$/,
      body: 'json',
      answer: (asked, recipe, identity) => converse(CHAT_VOICE, asked, recipe, identity),
    },
    { method: 'POST', path: /^\/v1\/completions$/, body: 'json', answer: answerCompletion },
    { method: 'POST', path: /^\/v1\/embeddings$/, body: 'json', answer: answerEmbeddings },
    { method: 'POST', path: /^\/v1\/rerank$/, body: 'json', answer: answerRerank },
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
    { path: /^\/v1\/echo/, body: 'any', remembers: true, answer: answerEcho },
  ],
  // It gets whatever nobody else claims.
  isAddressed: () => false,
  errors: OPENAI_ERRORS,
  nowhere: ({ method, path }) => refusal(404, `Invalid URL (${method} ${path})`),
  headers: openaiHeaders,
  hollow: {
    choices: { whole: NO_CHOICES, events: [{ part: 'noise', value: NO_CHOICES }] },
    content: { whole: NO_CONTENT, events: [{ part: 'noise', value: NO_CONTENT }] },
  },
  broken: { text: '{"id":"chatcmpl-broken","choices":[{"index":0,"del' },
};
