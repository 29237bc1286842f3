import type { Format } from '../../core/format.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeStream } from './decode-stream.ts';
import { encodeRequest } from './encode-request.ts';
import { classify } from './errors.ts';

/** Cohere's own chat API, version 2. Only towards providers. */
export const cohereChat: Format = {
  name: 'cohere-chat',
  frames: 'sse',
  requestHeaders: [],
  toProvider: { encodeRequest, decodeAnswer, decodeStream },
  classify,
};
