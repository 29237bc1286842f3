import { field } from '../../../lib/expect.ts';
import type { Asked, Identity } from '../../asked.ts';
import { answerScript, converse } from '../../content/converse.ts';
import { promptTokens } from '../../content/reply.ts';
import type { Dialect } from '../../dialect.ts';
import { idFrom } from '../../random.ts';
import type { Recipe } from '../../recipe.ts';
import type { Script } from '../../script.ts';
import { object } from '../../trouble.ts';
import { BEDROCK_ERRORS } from './errors.ts';
import { answerInvoke } from './invoke.ts';
import { questionOf } from './read.ts';
import { CONVERSE_VOICE } from './write.ts';

/** Amazon Bedrock's Converse. Signatures of requests are read for whose they are, not checked. */
export const BEDROCK_CONVERSE: Dialect = {
  name: 'bedrock-converse',
  title: 'Bedrock Converse',
  root: '',
  client: "new BedrockRuntimeClient({ endpoint: '$origin', region: 'us-east-1' })",
  operations: [
    { method: 'POST', path: /^\/model\/.+\/converse(?:-stream)?$/, body: 'json', answer: answerConverse },
    { method: 'POST', path: /^\/model\/.+\/count-tokens$/, body: 'json', answer: answerCount },
    { method: 'POST', path: /^\/model\/.+\/invoke$/, body: 'json', answer: answerInvoke },
  ],
  isAddressed: ({ path }) => path.startsWith('/model/'),
  errors: BEDROCK_ERRORS,
  nowhere: () =>
    object(BEDROCK_ERRORS, { status: 404, type: 'UnknownOperationException', message: 'Not Found' }),
  headers: ({ number }) => ({ 'x-amzn-requestid': requestId(number) }),
  hollow: {
    choices: hollow([]),
    content: hollow([{ text: '' }]),
  },
  broken: { name: 'contentBlockDelta', text: '{"contentBlockIndex":0,"del' },
};

function answerConverse(asked: Asked, recipe: Recipe, identity: Identity): Script {
  return converse(CONVERSE_VOICE, asked, recipe, identity);
}

function answerCount(asked: Asked, recipe: Recipe): Script {
  const question = questionOf(field(field(asked.json, 'input'), 'converse'));
  const text = question.turns.map((turn) => turn.text).join('\n');
  return answerScript({ inputTokens: promptTokens(recipe, text) }, recipe, 1);
}

function requestId(number: number): string {
  return idFrom(number, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function hollow(content: readonly unknown[]): Dialect['hollow']['choices'] {
  const usage = { inputTokens: 1, outputTokens: 0, totalTokens: 1 };
  return {
    whole: { output: { message: { role: 'assistant', content } }, stopReason: 'end_turn', usage },
    events: [
      { part: 'noise', name: 'messageStart', value: { role: 'assistant' } },
      ...content.map((delta, contentBlockIndex) => ({
        part: 'noise' as const,
        name: 'contentBlockDelta',
        value: { contentBlockIndex, delta },
      })),
      { part: 'noise', name: 'messageStop', value: { stopReason: 'end_turn' } },
      { part: 'noise', name: 'metadata', value: { usage } },
    ],
  };
}
