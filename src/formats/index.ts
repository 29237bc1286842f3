import type { Format } from '../core/format.ts';
import type { FormatName } from '../core/operation.ts';
import { openaiChat } from './openai-chat/index.ts';

/** Every wire dialect gw speaks. A new one is a folder and a line here. */
export const FORMATS: Readonly<Record<FormatName, Format>> = {
  'openai-chat': openaiChat,
};
