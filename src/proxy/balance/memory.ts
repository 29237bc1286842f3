import { ConversationHomes } from '../conversations/conversation-homes.ts';
import { Wheels } from './wheels.ts';

/** What choosing among targets goes by from request to request; a reload changes nothing about it. */
export function balanceMemory(): { readonly wheels: Wheels; readonly conversations: ConversationHomes } {
  return { wheels: new Wheels(), conversations: new ConversationHomes() };
}
