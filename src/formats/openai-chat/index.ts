import type { CallerFormat } from '../../core/format.ts';
import { classify } from '../hub/openai-errors.ts';
import { judgeAnswer } from './answer.ts';
import { readEnvelope, renderRequest } from './envelope.ts';
import { renderError, renderStreamError } from './render-error.ts';
import { judgeStream } from './stream.ts';

/** The OpenAI API: chat completions and the operations beside it. */
export const openaiChat: CallerFormat = {
  name: 'openai-chat',
  frames: 'sse',
  requestHeaders: [],
  toProvider: undefined,
  toCaller: undefined,
  readEnvelope,
  renderRequest,
  renderPath: (path) => path,
  judgeStream,
  judgeAnswer,
  classify,
  renderError,
  renderStreamError,
  keepAlive: Buffer.from(': keep-alive\n\n'),
};
