import type { Conversation } from '../../../src/core/conversation.ts';
import type { Fault } from '../../../src/core/fault.ts';
import type {
  CallerCodec,
  CarriedState,
  ProviderCodec,
  TranslationTarget,
} from '../../../src/core/format.ts';
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

export type Recall = (id: string) => readonly CarriedState[] | undefined;

export function outcome(body: unknown, recall: Recall = () => undefined): Outcome<Conversation, Fault> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return toCaller.decodeRequest(Buffer.from(text), { model: 'm', stream: false, recall });
}

export function decode(body: object, recall?: Recall): Conversation {
  const decoded = outcome({ model: 'm', ...body }, recall);
  if (decoded.is === 'failed') throw new Error(decoded.fault.message);
  return decoded.value;
}

export const user = { role: 'user', content: 'hi' };
