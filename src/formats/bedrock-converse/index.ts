import type { Format } from '../../core/format.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeStream } from './decode-stream.ts';
import { encodeRequest } from './encode-request.ts';
import { classify } from './errors.ts';

/** Amazon Bedrock's Converse API, one shape for the models of many vendors. Only towards providers. */
export const bedrockConverse: Format = {
  name: 'bedrock-converse',
  frames: 'aws-event-stream',
  requestHeaders: [],
  toProvider: { encodeRequest, decodeAnswer, decodeStream },
  classify,
};
