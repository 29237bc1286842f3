import type { CallerFormat } from '../../core/format.ts';
import { classify } from '../hub/openai-errors.ts';
import { judgeAnswer } from './answer.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeRequest } from './decode-request.ts';
import { decodeStream } from './decode-stream.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { encodeStream } from './encode-stream.ts';
import { readEnvelope, renderRequest } from './envelope.ts';
import { renderError, renderStreamError } from './render-error.ts';
import { restoreState } from './restore-state.ts';
import { resumeStream } from './resume-stream.ts';
import { judgeStream } from './stream.ts';

/** The OpenAI API: chat completions and the operations beside it. */
export const openaiChat: CallerFormat = {
  name: 'openai-chat',
  frames: 'sse',
  requestHeaders: [],
  toProvider: { encodeRequest, decodeAnswer, decodeStream },
  toCaller: { decodeRequest, encodeAnswer, encodeStream, restoreState, resumeStream },
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
