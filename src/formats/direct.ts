import type { DirectTranslation } from '../core/format.ts';
import type { CallerFormatName, FormatName, Operation } from '../core/operation.ts';
import { GEMINI_EMBEDDINGS_FROM_OPENAI, OPENAI_EMBEDDINGS_FROM_GEMINI } from './gemini/embeddings.ts';

interface DirectRow {
  readonly operation: Operation;
  readonly caller: CallerFormatName;
  readonly provider: FormatName;
  readonly translation: DirectTranslation;
}

/** The small operations that gw translates, and between whom. */
const ROWS: readonly DirectRow[] = [
  {
    operation: 'embeddings',
    caller: 'openai-chat',
    provider: 'gemini',
    translation: GEMINI_EMBEDDINGS_FROM_OPENAI,
  },
  {
    operation: 'embeddings',
    caller: 'gemini',
    provider: 'openai-chat',
    translation: OPENAI_EMBEDDINGS_FROM_GEMINI,
  },
];

/** How this operation of a caller is asked of a provider of another format; undefined when it is not. */
export function directTranslation(
  operation: Operation,
  caller: CallerFormatName,
  provider: FormatName,
): DirectTranslation | undefined {
  return ROWS.find((row) => row.operation === operation && row.caller === caller && row.provider === provider)
    ?.translation;
}
