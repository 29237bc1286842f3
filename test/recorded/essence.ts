/** What a request asks, in words that are no format's. Written apart from the codecs, to be compared with what they write. */
export interface Essence {
  readonly system: string;
  /** Who says what, neighbouring parts of one speaker together. Ids are left out; what belongs together is in order. */
  readonly turns: readonly string[];
  readonly tools: readonly string[];
  readonly choice: string;
  readonly limit: unknown;
}

type Json = Readonly<Record<string, unknown>>;
type Said = readonly [role: string, parts: readonly string[]];

/** The essence of a request in the wire format that this API is recorded in. */
export function essenceOf(api: string, request: unknown): Essence {
  const read = READERS.find(([prefix]) => api.startsWith(prefix))?.[1];
  if (!read) throw new Error(`nobody reads ${api}`);
  return read(at(request));
}

const READERS: readonly (readonly [string, (request: Json) => Essence])[] = [
  ['openai.chat', chat],
  ['openai.responses', responses],
  ['anthropic', anthropic],
  ['gemini', gemini],
  ['bedrock.converse', converse],
  ['cohere', chat],
];

function chat(request: Json): Essence {
  const messages = list(request['messages']);
  const isSystem = ({ role }: Json): boolean => role === 'system' || role === 'developer';
  return {
    system: messages
      .filter(isSystem)
      .flatMap(({ content }) => texts(content))
      .join('\n'),
    turns: joined(
      messages
        .filter((message) => !isSystem(message))
        .map((message) =>
          message['role'] === 'tool'
            ? ['user', [result(texts(message['content']).join('\n'))]]
            : [
                word(message['role']),
                [
                  ...texts(message['content']),
                  ...list(message['tool_calls']).map((call) =>
                    called(at(call['function'])['name'], JSON.parse(word(at(call['function'])['arguments']))),
                  ),
                ],
              ],
        ),
    ),
    tools: list(request['tools'])
      .map((tool) => at(tool['function']))
      .map(({ name, description, parameters }) => tool(name, description, parameters)),
    choice: choice(word(at(at(request['tool_choice'])['function'])['name']) || request['tool_choice']),
    limit: request['max_completion_tokens'] ?? request['max_tokens'],
  };
}

function responses(request: Json): Essence {
  const input = list(request['input']);
  const isSystem = ({ role }: Json): boolean => role === 'system' || role === 'developer';
  const instructions = word(request['instructions']);
  return {
    system: [
      ...(instructions === '' ? [] : [instructions]),
      ...input.filter(isSystem).flatMap(({ content }) => texts(content)),
    ].join('\n'),
    turns: joined(
      input
        .filter((item) => !isSystem(item))
        .map((item): Said => {
          if (item['type'] === 'function_call')
            return ['assistant', [called(item['name'], JSON.parse(word(item['arguments'])))]];
          if (item['type'] === 'function_call_output')
            return ['user', [result(texts(item['output']).join('\n'))]];
          return [word(item['role']), item['type'] === 'reasoning' ? [] : texts(item['content'])];
        }),
    ),
    tools: list(request['tools']).map(({ name, description, parameters }) =>
      tool(name, description, parameters),
    ),
    choice: choice(word(at(request['tool_choice'])['name']) || request['tool_choice']),
    limit: request['max_output_tokens'],
  };
}

function anthropic(request: Json): Essence {
  const chosen = at(request['tool_choice']);
  return {
    system: texts(request['system']).join('\n'),
    turns: joined(
      list(request['messages']).map(({ role, content }) => [
        word(role),
        typeof content === 'string' ? [content] : list(content).flatMap(anthropicPart),
      ]),
    ),
    tools: list(request['tools']).map((one) => tool(one['name'], one['description'], one['input_schema'])),
    choice: choice(chosen['type'] === 'tool' ? chosen['name'] : chosen['type']),
    limit: request['max_tokens'],
  };
}

function anthropicPart(part: Json): readonly string[] {
  if (part['type'] === 'text') return [word(part['text'])];
  if (part['type'] === 'tool_use') return [called(part['name'], part['input'])];
  if (part['type'] === 'tool_result') return [result(texts(part['content']).join('\n'))];
  return [];
}

function gemini(request: Json): Essence {
  const config = at(at(request['toolConfig'])['functionCallingConfig']);
  const [only, ...others] = Array.isArray(config['allowedFunctionNames'])
    ? config['allowedFunctionNames']
    : [];
  return {
    system: texts(at(request['systemInstruction'])['parts']).join('\n'),
    turns: joined(
      list(request['contents']).map(({ role, parts }) => [
        role === 'model' ? 'assistant' : 'user',
        list(parts).flatMap(geminiPart),
      ]),
    ),
    tools: list(request['tools'])
      .flatMap((one) => list(one['functionDeclarations']))
      .map(({ name, description, parameters, ...more }) =>
        tool(name, description, parameters ?? more['parametersJsonSchema'] ?? more['parameters_json_schema']),
      ),
    choice: choice(only !== undefined && others.length === 0 ? only : config['mode']),
    limit: at(request['generationConfig'])['maxOutputTokens'],
  };
}

function geminiPart(part: Json): readonly string[] {
  const call = at(part['functionCall']);
  const answer = at(part['functionResponse'])['response'];
  if (part['functionCall']) return [called(call['name'], call['args'] ?? {})];
  if (part['functionResponse']) return [result(word(Object.values(at(answer))[0]))];
  return part['thought'] === true || word(part['text']) === '' ? [] : [word(part['text'])];
}

function converse(request: Json): Essence {
  const config = at(request['toolConfig']);
  const chosen = at(config['toolChoice']);
  return {
    system: texts(request['system']).join('\n'),
    turns: joined(
      list(request['messages']).map(({ role, content }) => [word(role), list(content).flatMap(conversePart)]),
    ),
    tools: list(config['tools'])
      .map((one) => at(one['toolSpec']))
      .map(({ name, description, inputSchema }) => tool(name, description, at(inputSchema)['json'])),
    choice: choice(at(chosen['tool'])['name'] ?? Object.keys(chosen)[0]),
    limit: at(request['inferenceConfig'])['maxTokens'],
  };
}

function conversePart(part: Json): readonly string[] {
  const call = at(part['toolUse']);
  if (part['toolUse']) return [called(call['name'], call['input'])];
  if (part['toolResult']) {
    const [said] = list(at(part['toolResult'])['content']);
    return [result(word(said?.['text']) || JSON.stringify(said?.['json']))];
  }
  return word(part['text']) === '' ? [] : [word(part['text'])];
}

/** Models are told in these words what to do with tools; to say nothing is to leave it to them. */
function choice(value: unknown): string {
  const spelled = word(value).toLowerCase();
  if (spelled === '' || spelled === 'auto') return 'auto';
  return ['any', 'required'].includes(spelled) ? 'some' : spelled;
}

function tool(name: unknown, description: unknown, schema: unknown): string {
  return `${word(name)}: ${word(description)} ${JSON.stringify(plainSchema(schema ?? { type: 'object', properties: {} }))}`;
}

/** The same schema in one spelling: sorted, types in lower case, without what says what goes without saying. */
function plainSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainSchema);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, one]) => !(name === 'additionalProperties' && one === false) && name !== 'strict')
      .filter(([name, one]) => !(name === 'title' && typeof one === 'string'))
      .map(([name, one]) => [name, name === 'type' ? word(one).toLowerCase() : plainSchema(one)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function called(name: unknown, args: unknown): string {
  return `call ${word(name)} ${JSON.stringify(plainSchema(args))}`;
}

function result(text: string): string {
  return `result ${text}`;
}

function joined(said: readonly Said[]): string[] {
  const turns: [string, string[]][] = [];
  for (const [role, parts] of said) {
    const last = turns.at(-1);
    if (last?.[0] === role) last[1].push(...parts);
    else turns.push([role, [...parts]]);
  }
  return turns.map(([role, parts]) => `${role}: ${parts.join(' | ')}`);
}

function texts(content: unknown): string[] {
  if (typeof content === 'string') return content === '' ? [] : [content];
  return list(content).flatMap(({ text }) => (typeof text === 'string' && text !== '' ? [text] : []));
}

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(at) : [];
}

function at(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
