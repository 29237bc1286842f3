import type { Format } from '../../core/format.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeStream } from './decode-stream.ts';
import { encodeRequest } from './encode-request.ts';
import { classify } from './errors.ts';

/** Ollama's own API (`/api/chat`), beside the OpenAI-compatible one of the same server. Only towards providers. */
export const ollamaChat: Format = {
  name: 'ollama-chat',
  frames: 'ndjson',
  requestHeaders: [],
  toProvider: { encodeRequest, decodeAnswer, decodeStream },
  classify,
};
