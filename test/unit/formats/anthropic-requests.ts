import type { Conversation, Part, Tool, Turn } from '../../../src/core/conversation.ts';
import type { TranslationTarget, WireRequest } from '../../../src/core/format.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';

const { toProvider } = CALLER_FORMATS['anthropic-messages'];

const TARGET: TranslationTarget = {
  provider: 'anthropic',
  model: 'claude-opus-4-8',
  quirks: [],
  maxOutput: undefined,
};

export interface Made {
  readonly body: Record<string, unknown>;
  readonly text: string;
  readonly path: string;
  readonly losses: readonly string[];
}

function conversation(more: Partial<Conversation>): Conversation {
  return {
    turns: [user('Hi')],
    tools: [],
    stream: false,
    wantsUsage: true,
    losses: [],
    ...more,
  };
}

export function encode(more: Partial<Conversation>, target: Partial<TranslationTarget> = {}): Made {
  const made = toProvider?.encodeRequest(conversation(more), { ...TARGET, ...target }) ?? NOTHING;
  const text = made.body.toString();
  return {
    body: JSON.parse(text) as Record<string, unknown>,
    text,
    path: made.path,
    losses: [...made.losses].sort(),
  };
}

const NOTHING: WireRequest = { path: '', body: Buffer.from('{}'), losses: [] };
export const text = (words: string): Part => ({ kind: 'text', text: words });
export const user = (...parts: readonly (string | Part)[]): Turn => turn('user', parts);
export const assistant = (...parts: readonly (string | Part)[]): Turn => turn('assistant', parts);
export const turn = (role: Turn['role'], parts: readonly (string | Part)[]): Turn => ({
  role,
  parts: parts.map((part) => (typeof part === 'string' ? text(part) : part)),
});
export const call = (id: string, given = '{}', name = 'f'): Part => ({
  kind: 'call',
  id,
  name,
  arguments: given,
});
export const result = (id: string, words = 'ok'): Part => ({
  kind: 'result',
  id,
  content: [{ kind: 'text', text: words }],
});
export const thought = (sealed: string): Part => ({
  kind: 'reasoning',
  text: 'hm',
  opaque: [{ format: 'anthropic-messages', provider: 'anthropic', kind: 'signature', data: sealed }],
});
export const TOOL: Tool = { name: 'f', description: 'does it', schema: '{"type":"object","properties":{}}' };
