import type { Format } from '../../core/format.ts';
import { judgeAnswer } from './answer.ts';
import { readEnvelope, renderRequest } from './envelope.ts';
import { classify } from './errors.ts';
import { renderError, renderStreamError } from './render-error.ts';
import { judgeStream } from './stream.ts';

/** The OpenAI API: chat completions and the operations beside it. */
export const openaiChat: Format = {
  name: 'openai-chat',
  readEnvelope,
  renderRequest,
  judgeStream,
  judgeAnswer,
  classify,
  renderError,
  renderStreamError,
  keepAlive: Buffer.from(': keep-alive\n\n'),
};
