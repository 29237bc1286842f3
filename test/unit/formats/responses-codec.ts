import type { Conversation } from '../../../src/core/conversation.ts';
import type { Fault } from '../../../src/core/fault.ts';
import type { CallerCodec, ItemRecall, ProviderCodec, TranslationTarget } from '../../../src/core/format.ts';
import type { Outcome } from '../../../src/core/outcome.ts';
import { openaiResponses } from '../../../src/formats/openai-responses/index.ts';

/** Both halves of the codec, which are there. */
export const toCaller: CallerCodec = present(openaiResponses.toCaller);
export const toProvider: ProviderCodec = present(openaiResponses.toProvider);

export const TARGET: TranslationTarget = { provider: 'here', model: 'm', quirks: [], maxOutput: undefined };

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the format has no codec');
  return value;
}

export function outcome(
  body: unknown,
  recallItem: ItemRecall = () => undefined,
): Outcome<Conversation, Fault> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const asked = { model: 'm', stream: false, recall: () => undefined, recallItem };
  return toCaller.decodeRequest(Buffer.from(text), asked);
}

export function decode(body: object, recallItem?: ItemRecall): Conversation {
  const decoded = outcome({ model: 'm', ...body }, recallItem);
  if (decoded.is === 'failed') throw new Error(decoded.fault.message);
  return decoded.value;
}

export const user = { role: 'user', content: 'hi' };
