import type { CallerFormat } from '../../core/format.ts';
import { classify } from '../hub/openai-errors.ts';
import { judgeAnswer } from './answer.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeRequest } from './decode-request.ts';
import { decodeStream } from './decode-stream.ts';
import { encodeAnswer, encodeTokenCount, encoderFor } from './encode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { readEnvelope, renderRequest } from './envelope.ts';
import { recallItems } from './kept-items.ts';
import { renderError, renderStreamError } from './render-error.ts';
import { restoreState } from './restore-state.ts';
import { resumeStream } from './resume-stream.ts';
import { resume } from './resume.ts';
import { judgeStream } from './stream.ts';

/** OpenAI's Responses API, which Codex and the Vercel AI SDK speak. */
export const openaiResponses: CallerFormat = {
  name: 'openai-responses',
  frames: 'sse',
  requestHeaders: [],
  toProvider: { encodeRequest, decodeAnswer, decodeStream },
  toCaller: {
    decodeRequest,
    encodeAnswer,
    encodeStream: encoderFor,
    encodeTokenCount,
    restoreState,
    resumeStream,
    recallItems,
    resume,
  },
  readEnvelope,
  renderRequest,
  renderPath: (path) => path,
  judgeStream,
  judgeAnswer,
  classify,
  renderError,
  renderStreamError,
  // An event, because Codex's idle timer is not reset by comments; OpenAI sends it too, and its SDKs pass it over.
  keepAlive: Buffer.from('event: keepalive\ndata: {"type":"keepalive"}\n\n'),
};
