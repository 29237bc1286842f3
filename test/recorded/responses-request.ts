import { field, isObject, isString, type JsonObject, stringField } from '../../src/lib/expect.ts';

/** What a request refers to that only its provider has. */
export const ELSEWHERE =
  /"(previous_response_id|conversation|prompt)":|"background": ?true|"item_reference"|"compaction"/;

/**
 * A request of the Responses API in one of the several spellings each thing has, and without what gw leaves out (the
 * provider's own tools, thoughts that cannot be sent back, who the user is) or says of its own accord (`store`).
 */
export function plainRequest(request: JsonObject): unknown {
  const items = inputOf(request).flatMap((item): JsonObject[] => {
    const plain = plainItem(item);
    return plain ? [plain] : [];
  });
  const lead = items.findIndex((item) => !isInstruction(item));
  const leading = items.slice(0, lead === -1 ? items.length : lead);
  const instructions = [stringField(request, 'instructions') ?? '', ...leading.map(textOf)];
  const tools = plainTools(request);
  return {
    instructions: instructions.filter((text) => text !== '').join('\n\n'),
    input: items.slice(leading.length),
    tools,
    choice: tools.length === 0 ? undefined : plainChoice(request['tool_choice']),
    parallel: tools.length === 0 ? undefined : (request['parallel_tool_calls'] ?? undefined),
    reasoning: plainReasoning(request['reasoning']),
    text: plainText(request['text']),
    ...Object.fromEntries(PLAIN_FIELDS.map((name) => [name, request[name] ?? undefined])),
    tier: request['service_tier'] === 'auto' ? undefined : (request['service_tier'] ?? undefined),
  };
}

const PLAIN_FIELDS = ['max_output_tokens', 'temperature', 'top_p', 'metadata', 'prompt_cache_key'];

function inputOf(request: JsonObject): JsonObject[] {
  const { input } = request;
  if (isString(input)) return [{ role: 'user', content: input }];
  return listOf(input).filter(isObject);
}

function plainItem(item: JsonObject): JsonObject | undefined {
  switch (item['type'] ?? 'message') {
    case 'message': {
      const content = plainContent(item['content']);
      return content.length === 0 ? undefined : { role: item['role'], content };
    }
    case 'function_call': {
      const given = item['arguments'] === '' ? '{}' : item['arguments'];
      return { call: item['call_id'], name: flat(item), given };
    }
    case 'custom_tool_call':
      return { call: item['call_id'], name: flat(item), text: item['input'] };
    case 'function_call_output':
    case 'custom_tool_call_output':
      return { result: item['call_id'], output: plainContent(item['output']) };
    case 'reasoning':
      return isString(item['encrypted_content'])
        ? { thought: item['encrypted_content'], id: item['id'], text: thoughtOf(item) }
        : undefined;
    default:
      return undefined;
  }
}

function plainContent(content: unknown): unknown[] {
  const parts: JsonObject[] = isString(content) ? [{ text: content }] : listOf(content).filter(isObject);
  return parts.flatMap(({ type, ...part }): unknown[] => {
    const { prompt_cache_breakpoint: _, annotations: __, logprobs: ___, ...rest } = part;
    if ('file_id' in rest) return [];
    if (isString(rest['text'])) return rest['text'] === '' ? [] : [{ text: rest['text'] }];
    return [{ type, ...rest }];
  });
}

function thoughtOf(item: JsonObject): string {
  const content = listOf(item['content']);
  const parts = content.length > 0 ? content : listOf(item['summary']);
  return parts.map((part) => stringField(part, 'text') ?? '').join('\n\n');
}

function isInstruction(item: JsonObject): boolean {
  return item['role'] === 'system' || item['role'] === 'developer';
}

function textOf(item: JsonObject): string {
  return listOf(item['content'])
    .map((part) => stringField(part, 'text') ?? '')
    .join('\n\n');
}

function plainTools(request: JsonObject): unknown[] {
  const added = inputOf(request).filter(
    ({ type }) => type === 'additional_tools' || type === 'tool_search_output',
  );
  const all = [...listOf(request['tools']), ...added.flatMap((item) => listOf(item['tools']))];
  const opened = all.filter(isObject).flatMap((tool) =>
    tool['type'] === 'namespace'
      ? listOf(tool['tools'])
          .filter(isObject)
          .map((inner) => ({ ...inner, namespace: tool['name'] }))
      : [tool],
  );
  const plain = opened.flatMap((tool) => plainTool(tool) ?? []);
  return plain.filter((tool, index) => plain.findIndex(({ name }) => name === tool.name) === index);
}

function plainTool(tool: JsonObject): { readonly name: string } | undefined {
  if (tool['type'] !== 'function' && tool['type'] !== 'custom') return undefined;
  const isCustom = tool['type'] === 'custom';
  return {
    name: flat(tool),
    ...(isString(tool['description']) && { description: tool['description'] }),
    ...(isCustom
      ? { format: tool['format'] }
      : {
          parameters: tool['parameters'] ?? { type: 'object', properties: {} },
          strict: tool['strict'] ?? false,
        }),
  };
}

function flat(named: JsonObject): string {
  const name = stringField(named, 'name') ?? '';
  const namespace = stringField(named, 'namespace');
  if (namespace === undefined) return name;
  return `${namespace}${namespace.endsWith('_') ? '' : '__'}${name}`;
}

function plainChoice(choice: unknown): unknown {
  if (!isObject(choice)) return choice ?? undefined;
  const tools = listOf(choice['tools']).filter((tool) => stringField(tool, 'name') !== undefined);
  if (choice['type'] === 'allowed_tools') {
    const [only] = tools;
    return choice['mode'] === 'required' && tools.length === 1
      ? plainChoice(only)
      : { mode: choice['mode'], tools };
  }
  return { type: choice['type'], name: choice['name'] };
}

function plainReasoning(reasoning: unknown): unknown {
  const effort = stringField(reasoning, 'effort');
  const summary = stringField(reasoning, 'summary') ?? stringField(reasoning, 'generate_summary');
  if (effort === undefined && summary === undefined) return undefined;
  return { effort, summary: summary !== undefined };
}

function plainText(text: unknown): unknown {
  const format = field(text, 'format');
  const plain = {
    format: isObject(format) && format['type'] !== 'text' ? withoutNulls(format) : undefined,
    verbosity: field(text, 'verbosity') ?? undefined,
  };
  return plain.format === undefined && plain.verbosity === undefined ? undefined : plain;
}

function withoutNulls(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([, found]) => found !== null));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
