import type { CallerFormat } from '../../core/format.ts';
import { judgeAnswer } from './answer.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeRequest } from './decode-request.ts';
import { decodeStream } from './decode-stream.ts';
import { encodeAnswer, encodeTokenCount } from './encode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { encodeStream, PING } from './encode-stream.ts';
import { readEnvelope, renderPath, renderRequest } from './envelope.ts';
import { classify } from './errors.ts';
import { renderError, renderStreamError } from './render-error.ts';
import { restoreState } from './restore-state.ts';
import { resumeStream } from './resume-stream.ts';
import { judgeStream } from './stream.ts';

/** Anthropic's Messages API. */
export const anthropicMessages: CallerFormat = {
  name: 'anthropic-messages',
  frames: 'sse',
  requestHeaders: ['anthropic-version', '2023-06-01'],
  toProvider: { encodeRequest, decodeAnswer, decodeStream },
  toCaller: { decodeRequest, encodeAnswer, encodeStream, encodeTokenCount, restoreState, resumeStream },
  readEnvelope,
  renderRequest,
  renderPath,
  judgeStream,
  judgeAnswer,
  classify,
  renderError,
  renderStreamError,
  keepAlive: Buffer.from(PING),
};
