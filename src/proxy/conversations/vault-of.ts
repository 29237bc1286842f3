import { nameConversation } from '../balance/conversation-name.ts';
import type { Exchange } from '../exchange.ts';
import type { ConversationVault, StateVault } from './state-vault.ts';

/** What the vault has of the conversation this exchange belongs to, whichever route and model its turns go to. */
export function vaultOf(exchange: Exchange, vault: StateVault): ConversationVault {
  return vault.of(() => {
    exchange.conversationName ??= nameConversation(exchange);
    const name = exchange.conversationName?.name ?? '';
    return name.slice(name.lastIndexOf('\n') + 1);
  });
}
