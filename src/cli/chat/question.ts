import type { Conversation } from '../../core/conversation.ts';
import type { Format, WireRequest } from '../../core/format.ts';
import type { FormatName } from '../../core/operation.ts';
import type { Quirk } from '../../core/profile.ts';
import { FORMATS } from '../../formats/index.ts';

/** As many tokens as an answer may have: enough to see that it is one, and a fraction of a cent everywhere. */
export const SHORT_ANSWER_TOKENS = 16;

/** A question to a model, in no vendor's words. */
export interface Question {
  readonly text: string;
  readonly model: string;
  readonly stream: boolean;
  readonly maxTokens?: number;
  readonly quirks?: readonly Quirk[];
}

const FORMATS_BY_NAME: Readonly<Partial<Record<FormatName, Format>>> = FORMATS;

/** The format of that name; undefined while gw cannot speak it by itself. */
export function formatNamed(name: FormatName): Format | undefined {
  return FORMATS_BY_NAME[name];
}

/** The question as a request in a format; undefined where gw cannot write one. */
export function writeQuestion(format: Format, question: Question): WireRequest | undefined {
  const { model, quirks = [], stream, text, maxTokens } = question;
  const conversation: Conversation = {
    turns: [{ role: 'user', parts: [{ kind: 'text', text }] }],
    tools: [],
    ...(maxTokens !== undefined && { maxOutput: maxTokens }),
    stream,
    wantsUsage: false,
    losses: [],
  };
  return format.toProvider?.encodeRequest(conversation, {
    provider: 'gw',
    model,
    quirks,
    maxOutput: undefined,
  });
}
