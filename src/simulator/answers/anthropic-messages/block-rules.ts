import { field, isObject, isString, stringField } from '../../../lib/expect.ts';
import type { Identity } from '../../asked.ts';
import { type Objections, listOf } from '../../content/objections.ts';
import { isOwnRedaction, isOwnSignature } from './signature.ts';

const ID = /^[a-zA-Z0-9_-]+$/;

const BLOCKS = new Set(
  `text image document search_result thinking redacted_thinking tool_use tool_result server_tool_use mcp_tool_use
  mcp_tool_result container_upload compaction web_search_tool_result web_fetch_tool_result
  code_execution_tool_result bash_code_execution_tool_result text_editor_code_execution_tool_result
  tool_search_tool_result advisor_tool_result tool_reference fallback`.split(/\s+/),
);

/** Texts that are empty, or end where a final one may not. */
export function* emptyObjections(messages: readonly unknown[]): Objections {
  for (const [index, message] of messages.entries()) {
    const content = field(message, 'content');
    const isFinalAnswer = index === messages.length - 1 && field(message, 'role') === 'assistant';
    if (content === undefined) yield { message: `messages.${index}.content: Field required` };
    if (!isString(content) && !Array.isArray(content)) {
      yield { message: `messages.${index}.content: Input should be a valid array` };
    }
    const isEmpty = content === '' || (Array.isArray(content) && content.length === 0);
    if (isEmpty && !isFinalAnswer) {
      yield {
        message: `messages.${index}: all messages must have non-empty content except for the optional final assistant message`,
      };
    }
    for (const block of listOf(content)) yield* textObjections(block);
    const last = listOf(content).at(-1);
    const ending = isString(content) ? content : stringField(last, 'text');
    if (isFinalAnswer && ending !== undefined && /\s$/.test(ending)) {
      yield { message: 'messages: final assistant content cannot end with trailing whitespace' };
    }
  }
}

function* textObjections(block: unknown): Objections {
  const kind = stringField(block, 'type');
  if (kind === 'tool_result') {
    for (const inner of listOf(field(block, 'content'))) yield* textObjections(inner);
  }
  if (kind !== 'text') return;
  const text = field(block, 'text');
  if (text === '') yield { message: 'messages: text content blocks must be non-empty' };
  if (isString(text) && text.trim() === '') {
    yield { message: 'messages: text content blocks must contain non-whitespace text' };
  }
}

/** What is wrong with the blocks of one message, each by itself. */
export function* blockObjections(message: unknown, index: number, identity: Identity): Objections {
  const role = field(message, 'role');
  for (const [at, block] of listOf(field(message, 'content')).entries()) {
    const place = `messages.${index}.content.${at}`;
    const kind = stringField(block, 'type');
    if (kind === undefined) yield { message: `${place}.type: Field required` };
    else if (!BLOCKS.has(kind)) {
      const tags = [...BLOCKS].map((tag) => `'${tag}'`).join(', ');
      yield {
        message: `${place}: Input tag '${kind}' found using 'type' does not match any of the expected tags: ${tags}`,
      };
    }
    if (role === 'assistant' && kind === 'tool_result') {
      yield { message: `messages.${index}: \`tool_result\` blocks can only be in \`user\` messages` };
    }
    if (role === 'user' && (kind === 'tool_use' || kind === 'thinking' || kind === 'redacted_thinking')) {
      yield { message: `messages.${index}: \`${kind}\` blocks can only be in \`assistant\` messages` };
    }
    yield* kindObjections(kind, block, place, identity);
  }
}

function* kindObjections(
  kind: string | undefined,
  block: unknown,
  place: string,
  identity: Identity,
): Objections {
  switch (kind ?? '') {
    case 'text':
      if (!isString(field(block, 'text'))) yield { message: `${place}.text.text: Field required` };
      break;
    case 'tool_use':
      yield* idObjections(field(block, 'id'), `${place}.tool_use.id`);
      if (!isString(field(block, 'name'))) yield { message: `${place}.tool_use.name: Field required` };
      if (!isObject(field(block, 'input'))) {
        yield { message: `${place}.tool_use.input: Input should be a valid dictionary` };
      }
      break;
    case 'tool_result':
      yield* idObjections(field(block, 'tool_use_id'), `${place}.tool_result.tool_use_id`);
      break;
    case 'thinking': {
      const signature = stringField(block, 'signature');
      if (signature === undefined) yield { message: `${place}.thinking.signature: Field required` };
      else if (!isOwnSignature(identity, signature, stringField(block, 'thinking') ?? '')) {
        yield { message: `${place}: Invalid \`signature\` in \`thinking\` block` };
      }
      break;
    }
    case 'redacted_thinking':
      if (!isOwnRedaction(identity, stringField(block, 'data') ?? '')) {
        yield { message: `${place}: Invalid \`data\` in \`redacted_thinking\` block` };
      }
      break;
  }
}

function* idObjections(id: unknown, place: string): Objections {
  if (!isString(id)) yield { message: `${place}: Field required` };
  else if (!ID.test(id)) yield { message: `${place}: String should match pattern '^[a-zA-Z0-9_-]+$'` };
  else if (id.length > 64) yield { message: `${place}: String should have at most 64 characters` };
}
