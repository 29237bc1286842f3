import type { CallerFormat, Format } from '../core/format.ts';
import type { CallerFormatName, FormatName } from '../core/operation.ts';
import { anthropicMessages } from './anthropic-messages/index.ts';
import { bedrockConverse } from './bedrock-converse/index.ts';
import { cohereChat } from './cohere-chat/index.ts';
import { gemini } from './gemini/index.ts';
import { ollamaChat } from './ollama-chat/index.ts';
import { openaiChat } from './openai-chat/index.ts';
import { openaiResponses } from './openai-responses/index.ts';

export { directTranslation, whyUntranslated } from './direct.ts';
export { canShow } from './hub/answer-media.ts';
export { ENVELOPE_START } from './hub/carry.ts';
export { continuedConversation, type Prefill, prefillOf, prefillText } from './hub/continuing.ts';
export { estimateTokens } from './hub/estimate.ts';
export { callerId } from './hub/ids.ts';

/** The wire dialects callers may speak. A new one is a folder and a line here. */
export const CALLER_FORMATS = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
} as const satisfies Readonly<Record<CallerFormatName, CallerFormat>>;

/** Every wire dialect gw speaks; the further ones only towards providers. */
export const FORMATS = {
  ...CALLER_FORMATS,
  'bedrock-converse': bedrockConverse,
  'cohere-chat': cohereChat,
  'ollama-chat': ollamaChat,
} as const satisfies Readonly<Record<FormatName, Format>>;
