import type { CallerFormat } from '../../core/format.ts';
import { judgeAnswer } from './answer.ts';
import { readEnvelope, renderRequest } from './envelope.ts';
import { classify } from './errors.ts';
import { reframe } from './framing.ts';
import { retarget } from './path.ts';
import { renderError, renderStreamError } from './render-error.ts';
import { judgeStream } from './stream.ts';

/** Google's Gemini API (`generateContent` and what is beside it), at Google AI and at Vertex AI. */
export const gemini: CallerFormat = {
  name: 'gemini',
  frames: 'sse',
  requestHeaders: [],
  toProvider: undefined,
  toCaller: undefined,
  readEnvelope,
  renderRequest,
  renderPath: (path, _envelope, { model, quirks }) => retarget(path, model, quirks),
  judgeStream,
  judgeAnswer,
  classify,
  renderError,
  renderStreamError,
  keepAlive: Buffer.from(': keep-alive\n\n'),
  reframe,
};
