import type { CallerCodec } from '../../core/format.ts';
import { estimateTokens } from '../../formats/index.ts';
import type { Exchange } from '../exchange.ts';
import type { Reply } from '../reply.ts';
import type { Stage } from '../stage.ts';
import { type Memories, readConversation } from '../translation.ts';

/**
 * Agents ask how long their prompt is and stop when nobody says. A provider of the caller's format is asked; when none
 * can or none answers, gw estimates, and says in a header that it did.
 */
export function estimateTokenCount(memories: Memories): Stage {
  return (next) => async (exchange) => {
    const reply = await next(exchange);
    const codec = exchange.format.toCaller;
    if (exchange.operation !== 'count-tokens' || reply.is !== 'refused' || !codec || !isAsked(exchange))
      return reply;
    return estimate(exchange, codec, memories) ?? reply;
  };
}

/** A request that could not be read, or that must not be served, is refused whatever it asks. */
function isAsked({ envelope, over }: Exchange): boolean {
  return envelope !== undefined && !over;
}

function estimate(exchange: Exchange, codec: CallerCodec, memories: Memories): Reply | undefined {
  const conversation = readConversation(exchange, codec, memories);
  if (conversation.is === 'failed' || !codec.encodeTokenCount) return undefined;
  return {
    is: 'answer',
    status: 200,
    headers: ['content-type', 'application/json', 'x-gw-estimated', 'true'],
    body: codec.encodeTokenCount(estimateTokens(conversation.value)),
  };
}
