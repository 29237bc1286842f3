import { estimateTokens } from '../../formats/index.ts';
import type { Exchange } from '../exchange.ts';
import { type Memories, readConversation } from '../translation.ts';

// Bytes of a request for each token of its prompt, with what JSON puts around the words.
const BYTES_PER_TOKEN = 4;
// Above it bytes say little: pictures and files are many of them and few tokens. Then the request is read.
const READ_ABOVE_BYTES = 64 * 1024;

/** About how many tokens the prompt has, from its size alone: costs nothing, and is too much where there are pictures. */
export function roughTokens({ body }: Exchange): number {
  return Math.ceil(Math.min(body.length, READ_ABOVE_BYTES) / BYTES_PER_TOKEN);
}

/** The same, by reading requests that are large enough for that to matter. */
export function promptTokens(exchange: Exchange, memories: Memories): number {
  const { body, format, operation } = exchange;
  const codec = format.toCaller;
  if (body.length <= READ_ABOVE_BYTES) return roughTokens(exchange);
  if (operation !== 'chat' || !codec) return Math.ceil(body.length / BYTES_PER_TOKEN);
  const conversation = readConversation(exchange, codec, memories);
  return conversation.is === 'ok'
    ? estimateTokens(conversation.value)
    : Math.ceil(body.length / BYTES_PER_TOKEN);
}
