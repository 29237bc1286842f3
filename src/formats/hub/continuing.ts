import type { Conversation, Part, Turn } from '../../core/conversation.ts';
import type { TranslationTarget } from '../../core/format.ts';
import type { FormatName } from '../../core/operation.ts';
import type { ContinuedHow } from '../../core/trail.ts';
import { claudeOf } from './claude.ts';

/** Whether a model takes up its own answer where a last message of the assistant leaves it. */
export type Prefill = 'accepts' | 'refuses' | 'unknown';

type Rule = (target: TranslationTarget) => Prefill;

const claude: Rule = (target) => {
  const { isClaude, prefill } = claudeOf(target);
  return isClaude ? said(prefill) : 'unknown';
};

/**
 * What is known of it. `unknown` is tried, and what comes of that remembered.
 *
 * Sources: Claude from 4.6 on answers "This model does not support assistant message prefill." Gemini answers "Requests
 * ending with a model turn are not supported." from 3.5 on, and takes it before (pipecat-ai/pipecat#5821). Ollama goes
 * on by itself (ollama/ollama#6778). OpenAI's models take it for a message and begin another. Mistral wants `prefix`
 * (docs.mistral.ai, AssistantMessage), Moonshot and Alibaba `partial` (platform.kimi.ai/docs/api/partial,
 * alibabacloud.com/help/en/model-studio/user-guide/partial-mode).
 */
const RULES: Readonly<Record<FormatName, Rule>> = {
  'anthropic-messages': claude,
  // Of the models there only Claude was seen to.
  'bedrock-converse': (target) => (claude(target) === 'accepts' ? 'accepts' : 'refuses'),
  'openai-responses': () => 'refuses',
  'ollama-chat': () => 'accepts',
  'cohere-chat': () => 'unknown',
  gemini: ({ model }) => {
    if (/gemini-(2\.|3-|3\.1-|pro-latest)/.test(model)) return 'accepts';
    return model.includes('gemini-') ? 'refuses' : 'unknown';
  },
  'openai-chat': (target) => {
    if (target.quirks.includes('prefill-prefix') || target.quirks.includes('prefill-partial'))
      return 'accepts';
    if (/(^|\/)(gpt-(?!oss)|chatgpt-|o\d|codex-)/.test(target.model)) return 'refuses';
    return claude(target);
  },
};

/** Whether this model goes on from a prefilled answer, as far as that is known beforehand. */
export function prefillOf(format: FormatName, target: TranslationTarget): Prefill {
  return RULES[format](target);
}

function said(takes: boolean): Prefill {
  return takes ? 'accepts' : 'refuses';
}

/** The Responses API refuses less. */
const LEAST_OUTPUT = 16;
// OpenAI's own rule of thumb for English.
const CHARACTERS_PER_TOKEN = 4;

const GO_ON =
  'Your last message was cut off in the middle. Continue exactly from where it stops, at the very next character. ' +
  'Do not repeat any of it, do not begin anew, and say nothing about this.';

/** The request that has a model go on after `text`, which the caller has already. */
export function continuedConversation(
  conversation: Conversation,
  text: string,
  how: ContinuedHow,
): Conversation {
  if (how === 'replay' || text === '') return conversation;
  const told = how === 'prefill' ? prefillText(text) : text;
  const turns = withAnswer(conversation.turns, told);
  const { maxOutput } = conversation;
  const left =
    maxOutput === undefined ? undefined : maxOutput - Math.ceil(text.length / CHARACTERS_PER_TOKEN);
  return {
    ...conversation,
    turns: how === 'prefill' ? turns : [...turns, { role: 'user', parts: [{ kind: 'text', text: GO_ON }] }],
    ...(left !== undefined && { maxOutput: Math.max(LEAST_OUTPUT, left) }),
  };
}

/**
 * What of a text is given as the beginning of an answer: the space at its end is refused by some ("final assistant
 * content cannot end with trailing whitespace") and confuses others, whose words begin with one.
 */
export function prefillText(text: string): string {
  return text.trimEnd();
}

/** A caller may have begun the answer itself: then it is one text. */
function withAnswer(turns: readonly Turn[], text: string): readonly Turn[] {
  const last = turns.at(-1);
  const begun = last?.role === 'assistant' ? last.parts.at(-1) : undefined;
  const added: Part = { kind: 'text', text };
  if (last?.role !== 'assistant') return [...turns, { role: 'assistant', parts: [added] }];
  const parts =
    begun?.kind === 'text' && begun.opaque === undefined
      ? [...last.parts.slice(0, -1), { ...begun, text: begun.text + text }]
      : [...last.parts, added];
  return [...turns.slice(0, -1), { ...last, parts }];
}
