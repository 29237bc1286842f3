import type { Citation } from '../../core/conversation.ts';
import { isString, type JsonObject, stringField } from '../../lib/expect.ts';

/**
 * Sources of an answer as a whole, beside its choices: `search_results` and, older, bare addresses in `citations`
 * (https://docs.perplexity.ai/api-reference/chat-completions-post; xAI's live search had the second too). Streams repeat them.
 */
export function readSources({ search_results: found, citations }: JsonObject): Citation[] {
  const list: readonly unknown[] = Array.isArray(found) ? found : [];
  const read = list.flatMap((result): Citation[] => {
    const url = stringField(result, 'url') ?? '';
    const title = stringField(result, 'title') ?? '';
    return url === '' ? [] : [{ url, ...(title !== '' && { title }) }];
  });
  if (read.length > 0 || !Array.isArray(citations)) return read;
  return citations.filter(isString).flatMap((url) => (/^https?:/.test(url) ? [{ url }] : []));
}
