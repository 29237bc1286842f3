import { field, isObject, isString, keysOf, stringField } from '../../../lib/expect.ts';
import type { Identity } from '../../asked.ts';
import { type Objections, listOf } from '../../content/objections.ts';
import { isOwnRedaction, isOwnSignature } from '../anthropic-messages/signature.ts';

const BLOCKS =
  'text image document video audio toolUse toolResult guardContent cachePoint reasoningContent citationsContent searchResult'.split(
    ' ',
  );
const FROM_MODEL = 'The model returned the following errors: ';

/** What Amazon Bedrock would refuse a request for. */
export function* requestObjections(json: unknown, identity: Identity): Objections {
  const messages = field(json, 'messages');
  if (listOf(messages).length === 0 || field(listOf(messages)[0], 'role') !== 'user') {
    yield {
      message:
        'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
    };
  }
  for (const [index, message] of listOf(messages).entries()) {
    yield* messageObjections(message, index, identity);
    if (index > 0 && field(message, 'role') === field(listOf(messages)[index - 1], 'role')) {
      yield {
        message:
          'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.',
      };
    }
  }
  yield* pairingObjections(listOf(messages));
  yield* toolObjections(json);
}

function* messageObjections(message: unknown, index: number, identity: Identity): Objections {
  const role = field(message, 'role');
  if (role !== 'user' && role !== 'assistant') {
    yield {
      message: `1 validation error detected: Value '${String(role)}' at 'messages.${index + 1}.member.role' failed to satisfy constraint: Member must satisfy enum value set: [user, assistant]`,
    };
  }
  const content = listOf(field(message, 'content'));
  if (content.length === 0) {
    yield {
      message: `The content field in the Message object at messages.${index} is empty. Add a ContentBlock object to the content field and try again.`,
    };
  }
  for (const [place, block] of content.entries()) {
    yield* blockObjections(block, `messages.${index}.content.${place}`, identity);
  }
}

function* blockObjections(block: unknown, at: string, identity: Identity): Objections {
  const kinds = isObject(block) ? keysOf(block).filter((kind) => BLOCKS.includes(kind)) : [];
  if (kinds.length !== 1) {
    yield {
      message: `The value at ${at} is not a ContentBlock: exactly one of its members must be set, ${kinds.length} are.`,
    };
  }
  // A line end alone has been seen to pass.
  if (field(block, 'text') === '') {
    yield {
      message: `The text field in the ContentBlock object at ${at} is blank. Add text to the text field, and try again.`,
    };
  }
  const call = field(block, 'toolUse');
  const result = field(block, 'toolResult');
  for (const value of [call, result]) if (value !== undefined) yield* idObjections(value, at);
  if (call !== undefined && !isObject(field(call, 'input'))) {
    yield {
      message: `The format of the value at ${at}.toolUse.input is invalid. Provide a json object for the field and try again.`,
    };
  }
  if (
    result !== undefined &&
    field(result, 'status') === 'error' &&
    listOf(field(result, 'content')).length === 0
  ) {
    yield {
      message: `The content field at ${at}.toolResult cannot be empty when status value is error.`,
    };
  }
  for (const [place, inner] of listOf(field(result, 'content')).entries()) {
    if (field(inner, 'text') === '') {
      yield {
        message: `The text field in the ToolResultContentBlock object at ${at}.toolResult.content.${place} is blank. Add text to the text field, and try again.`,
      };
    }
  }
  yield* thoughtObjections(field(block, 'reasoningContent'), at, identity);
}

function* idObjections(value: unknown, at: string): Objections {
  const id = field(value, 'toolUseId');
  if (isString(id) && /^[a-zA-Z0-9_.:-]{1,64}$/.test(id)) return;
  yield {
    message: `1 validation error detected: Value '${String(id)}' at '${at}.toolUseId' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.:-]+`,
  };
}

function* thoughtObjections(thought: unknown, at: string, identity: Identity): Objections {
  if (thought === undefined) return;
  const shown = field(thought, 'reasoningText');
  const redacted = field(thought, 'redactedContent');
  const isOwn =
    redacted === undefined
      ? isOwnSignature(identity, stringField(shown, 'signature') ?? '', stringField(shown, 'text') ?? '')
      : isString(redacted) && isOwnRedaction(identity, redacted);
  if (!isOwn) yield { message: `${FROM_MODEL}${at}: Invalid \`signature\` in \`thinking\` block` };
}

function* pairingObjections(messages: readonly unknown[]): Objections {
  let open: readonly string[] = [];
  for (const [index, message] of [...messages, {}].entries()) {
    const content = listOf(field(message, 'content'));
    // What a model called on Amazon's side is answered there, in the same turn.
    const answered = field(message, 'role') === 'assistant' ? [] : idsOf(content, 'toolResult');
    const missing = open.filter((id) => !answered.includes(id));
    if (missing.length > 0) {
      yield {
        message: `Expected toolResult blocks at messages.${index}.content for the following Ids: ${missing.join(', ')}`,
      };
    }
    if (answered.length > open.length || answered.some((id) => !open.includes(id))) {
      yield {
        message: `The number of toolResult blocks at messages.${index}.content exceeds the number of toolUse blocks of previous turn.`,
      };
    }
    open = idsOf(content.filter(isOwnCall), 'toolUse');
  }
}

function isOwnCall(block: unknown): boolean {
  return field(field(block, 'toolUse'), 'type') !== 'server_tool_use';
}

function idsOf(content: readonly unknown[], kind: string): readonly string[] {
  return content.flatMap((block) => {
    const found = field(block, kind);
    return found === undefined ? [] : [stringField(found, 'toolUseId') ?? ''];
  });
}

function* toolObjections(json: unknown): Objections {
  const config = field(json, 'toolConfig');
  const blocks = listOf(field(json, 'messages')).flatMap((message) => listOf(field(message, 'content')));
  const speaksOfTools = idsOf(blocks, 'toolUse').length + idsOf(blocks, 'toolResult').length > 0;
  if (config === undefined && speaksOfTools) {
    yield {
      message: 'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
    };
  }
  if (config === undefined) return;
  const tools = listOf(field(config, 'tools'));
  if (tools.length === 0) {
    yield {
      message:
        "1 validation error detected: Value at 'toolConfig.tools' failed to satisfy constraint: Member must have length greater than or equal to 1",
    };
  }
  for (const [index, tool] of tools.entries()) {
    const spec = field(tool, 'toolSpec');
    if (spec === undefined) continue;
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(stringField(spec, 'name') ?? '')) {
      yield {
        message: `1 validation error detected: Value '${String(field(spec, 'name'))}' at 'toolConfig.tools.${index + 1}.member.toolSpec.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+`,
      };
    }
    if (field(field(field(spec, 'inputSchema'), 'json'), 'type') !== 'object') {
      yield {
        message: `The value at toolConfig.tools.${index}.toolSpec.inputSchema.json.type must be one of the following: object.`,
      };
    }
  }
}
