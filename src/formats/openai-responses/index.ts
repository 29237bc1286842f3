import type { CallerFormat } from '../../core/format.ts';
import { classify } from '../hub/openai-errors.ts';
import { judgeAnswer } from './answer.ts';
import { readEnvelope, renderRequest } from './envelope.ts';
import { renderError, renderStreamError } from './render-error.ts';
import { judgeStream } from './stream.ts';

/** OpenAI's Responses API, which Codex and the Vercel AI SDK speak. */
export const openaiResponses: CallerFormat = {
  name: 'openai-responses',
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
  // An event, because Codex's idle timer is not reset by comments; OpenAI sends it too, and its SDKs pass it over.
  keepAlive: Buffer.from('event: keepalive\ndata: {"type":"keepalive"}\n\n'),
};
