import type { LossCode } from '../../core/conversation.ts';
import { field, stringField } from '../../lib/expect.ts';
import { readCitation } from './citations.ts';

/**
 * Items that are read, or are state and not steps; every other is something a tool of the provider did or asks for
 * (`web_search_call`, `mcp_call`, ...; platform.openai.com/docs/api-reference/responses/object).
 */
const READ: ReadonlySet<string> = new Set([
  'message',
  'reasoning',
  'function_call',
  'custom_tool_call',
  'compaction',
  '',
]);

/** What an item has and no part of an answer can hold. */
export function unreadIn(item: unknown): LossCode[] {
  const type = stringField(item, 'type') ?? '';
  if (type === 'message') return listIn(item, 'content').flatMap(unreadContent);
  const isDrawn = type === 'image_generation_call' && (stringField(item, 'result') ?? '') !== '';
  return READ.has(type) || isDrawn ? [] : ['server-steps'];
}

/** What an annotation is, when it names no address: a file of the provider's, or in its container. */
export function unreadAnnotation(annotation: unknown): LossCode[] {
  return readCitation(annotation) === undefined ? ['citations'] : [];
}

/** Of a message's texts the sources, and what is no text. */
function unreadContent(content: unknown): LossCode[] {
  if (stringField(content, 'type') === 'output_audio') return ['answer-media'];
  return listIn(content, 'annotations').flatMap(unreadAnnotation);
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const list = field(value, name);
  return Array.isArray(list) ? list : [];
}
