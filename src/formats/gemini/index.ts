import type { CallerFormat } from '../../core/format.ts';
import { judgeAnswer } from './answer.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeRequest } from './decode-request.ts';
import { decodeStream } from './decode-stream.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { encodeStream } from './encode-stream.ts';
import { encodeTokenCount } from './encode-token-count.ts';
import { readEnvelope, renderRequest } from './envelope.ts';
import { classify } from './errors.ts';
import { reframe } from './framing.ts';
import { retarget } from './path.ts';
import { renderError, renderStreamError } from './render-error.ts';
import { restoreState } from './restore-state.ts';
import { resumeStream } from './resume-stream.ts';
import { judgeStream } from './stream.ts';

/** Google's Gemini API (`generateContent` and what is beside it), at Google AI and at Vertex AI. */
export const gemini: CallerFormat = {
  name: 'gemini',
  frames: 'sse',
  requestHeaders: [],
  toProvider: { encodeRequest, decodeAnswer, decodeStream },
  toCaller: { decodeRequest, encodeAnswer, encodeStream, encodeTokenCount, restoreState, resumeStream },
  readEnvelope,
  renderRequest,
  renderPath: (path, _envelope, { model, quirks }) => retarget(path, model, quirks),
  judgeStream,
  judgeAnswer,
  classify,
  renderError,
  renderStreamError,
  // Gemini CLI has an older SDK, which passes errors in events over. It asks again when it reads ECONNRESET, and gives up
  // when the other side closed (`RETRYABLE_NETWORK_CODES` in its packages/core/src/utils/retry.ts).
  breaksByReset: true,
  keepAlive: Buffer.from(': keep-alive\n\n'),
  reframe,
};
