import type { Conversation, Part, Turn } from '../../../src/core/conversation.ts';
import type { TranslationTarget } from '../../../src/core/format.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';

const { toProvider } = CALLER_FORMATS.gemini;
if (!toProvider) throw new Error('gemini has no codec');
const provider = toProvider;

const TARGET: TranslationTarget = {
  provider: 'google',
  model: 'gemini-2.5-pro',
  quirks: [],
  maxOutput: undefined,
};

/** A conversation of one turn. */
export function conversation(more: Partial<Conversation> = {}): Conversation {
  return {
    turns: [{ role: 'user', parts: [{ kind: 'text', text: 'Hi' }] }],
    tools: [],
    stream: false,
    wantsUsage: true,
    losses: [],
    ...more,
  };
}

/** The request for a Gemini provider, in pieces. */
export function encode(more: Partial<Conversation>, target: Partial<TranslationTarget> = {}) {
  const { path, body, losses } = provider.encodeRequest(conversation(more), { ...TARGET, ...target });
  return { path, losses, text: body.toString(), body: JSON.parse(body.toString()) };
}

/** Turns of a conversation, each a role and its parts. */
export function turns(...parts: readonly (readonly [Turn['role'], ...Part[]])[]): { turns: Turn[] } {
  return { turns: parts.map(([role, ...rest]) => ({ role, parts: rest })) };
}
