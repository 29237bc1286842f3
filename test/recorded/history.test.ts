import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CallerFormatName } from '../../src/core/operation.ts';
import { bytesOf, hasRecordings, type RecordedExchange, recordedExchanges } from './exchanges.ts';
import { contentTypeOf, openReplay, type Replay } from './replay.ts';

type Json = Readonly<Record<string, unknown>>;

/** How opaque state of a provider is spelled in its answers and in requests to it. */
const SOURCES: Readonly<Record<string, { readonly apis: readonly string[]; readonly state: RegExp }>> = {
  'openai-responses': { apis: ['openai.responses'], state: /"encrypted_content":\s*"([^"]{40,})"/g },
  'anthropic-messages': { apis: ['anthropic.messages'], state: /"(?:signature|data)":\s*"([^"]{40,})"/g },
  gemini: { apis: ['gemini.generate'], state: /"thoughtSignature":\s*"([^"]{40,})"/g },
};

/** The next turn of a caller: what it was answered, as it came, and a result for every call. */
interface Caller {
  readonly path: string;
  first(): Json;
  next(answer: Json): Json;
}

const TOOL = { type: 'object', properties: {} };
const QUESTION = 'What is the weather?';

const CALLERS: Readonly<Record<string, { readonly format: CallerFormatName; readonly caller: Caller }>> = {
  'openai-chat': { format: 'openai-chat', caller: chatCaller((message) => message) },
  // Libraries that know their fields and keep no others.
  'openai-chat without fields it does not know': {
    format: 'openai-chat',
    caller: chatCaller(({ role, content, tool_calls }) => ({ role, content, tool_calls })),
  },
  'openai-responses': { format: 'openai-responses', caller: responsesCaller() },
  'anthropic-messages': { format: 'anthropic-messages', caller: anthropicCaller() },
  gemini: { format: 'gemini', caller: geminiCaller() },
};

function chatCaller(keep: (message: Json) => Json): Caller {
  const asked = {
    model: 'm',
    messages: [{ role: 'user', content: QUESTION }],
    tools: [{ type: 'function', function: { name: 't', parameters: TOOL } }],
  };
  return {
    path: '/v1/chat/completions',
    first: () => asked,
    next(answer) {
      const message = at(list(answer['choices'])[0]?.['message']);
      const results = list(message['tool_calls']).map(({ id }) => ({
        role: 'tool',
        tool_call_id: id,
        content: 'x',
      }));
      return { ...asked, messages: [...asked.messages, keep(message), ...results] };
    },
  };
}

function responsesCaller(): Caller {
  const asked = {
    model: 'm',
    store: false,
    include: ['reasoning.encrypted_content'],
    input: [{ role: 'user', content: QUESTION }],
    tools: [{ type: 'function', name: 't', parameters: TOOL, strict: false }],
  };
  return {
    path: '/v1/responses',
    first: () => asked,
    next(answer) {
      const output = list(answer['output']);
      const results = output
        .filter(({ type }) => type === 'function_call')
        .map(({ call_id }) => ({ type: 'function_call_output', call_id, output: 'x' }));
      return { ...asked, input: [...asked.input, ...output, ...results] };
    },
  };
}

function anthropicCaller(): Caller {
  const asked = {
    model: 'm',
    max_tokens: 8000,
    thinking: { type: 'enabled', budget_tokens: 4000 },
    messages: [{ role: 'user', content: QUESTION }],
    tools: [{ name: 't', input_schema: TOOL }],
  };
  return {
    path: '/v1/messages',
    first: () => asked,
    next({ content }) {
      const results = list(content)
        .filter(({ type }) => type === 'tool_use')
        .map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'x' }));
      return {
        ...asked,
        messages: [...asked.messages, { role: 'assistant', content }, { role: 'user', content: results }],
      };
    },
  };
}

function geminiCaller(): Caller {
  const asked = {
    contents: [{ role: 'user', parts: [{ text: QUESTION }] }],
    tools: [{ functionDeclarations: [{ name: 't', parametersJsonSchema: TOOL }] }],
  };
  return {
    path: '/v1beta/models/m:generateContent',
    first: () => asked,
    next(answer) {
      const content = at(list(answer['candidates'])[0]?.['content']);
      const results = list(content['parts'])
        .map(({ functionCall }) => at(functionCall))
        .filter(({ name }) => name !== undefined)
        .map(({ id, name }) => ({ functionResponse: { id, name, response: { output: 'x' } } }));
      return { ...asked, contents: [...asked.contents, content, { role: 'user', parts: results }] };
    },
  };
}

/** State of tools that ran at the provider, in parts that no other format has. Without them the turn is taken all the same. */
const RAN_THERE =
  /test_(?:auto_mode_with_function_and_builtin_tools.yaml#1|function_tools_with_builtin_tools.yaml#0|tool_output_with_builtin_tools.yaml#0)$/;

const replays = new Map<string, Replay>();

beforeAll(async () => {
  for (const source of Object.keys(SOURCES)) {
    if (hasRecordings) replays.set(source, await openReplay(source as CallerFormatName));
  }
});

afterAll(async () => {
  for (const replay of replays.values()) await replay.close();
});

for (const [source, { apis, state }] of Object.entries(SOURCES)) {
  const exchanges = hasRecordings
    ? recordedExchanges(...apis).filter((one) => isTurnWithState(one, state))
    : [];
  describe.skipIf(!hasRecordings)(`an answer of ${source} with opaque state, in the next turn`, () => {
    it('is there', () => expect(exchanges.length).toBeGreaterThan(3));

    for (const [name, { format, caller }] of Object.entries(CALLERS)) {
      for (const exchange of exchanges.filter(() => format !== source)) {
        it(`of a caller of ${name} has it again: ${exchange.id}`, async () => {
          const replay = replays.get(source);
          if (!replay) throw new Error('no replay');
          const { path } = caller;
          replay.play(exchange);
          const first = await replay.ask({ path, body: bodyOf(caller.first()) });
          expect(first.status).toBe(200);
          replay.play(exchange);
          const answer = JSON.parse(first.body.toString()) as Json;
          await replay.ask({ path, body: bodyOf(caller.next(answer)) });
          const sent = statesIn(replay.received.body.toString(), state);
          const owed = statesIn(bytesOf(exchange.response).toString(), state);
          if (RAN_THERE.test(exchange.id)) expect(sent).not.toEqual(expect.arrayContaining(owed));
          else expect(sent).toEqual(expect.arrayContaining(owed));
        });
      }
    }
  });
}

/** A whole answer with a call to be answered, and state that the provider wants to see again. */
function isTurnWithState(exchange: RecordedExchange, state: RegExp): boolean {
  const text = bytesOf(exchange.response).toString();
  return (
    exchange.response.status === 200 &&
    /json/.test(contentTypeOf(exchange)) &&
    /"(?:tool_use|function_call|functionCall)"/.test(text) &&
    statesIn(text, state).length > 0
  );
}

function statesIn(text: string, state: RegExp): string[] {
  return [...text.matchAll(state)].map(([, found = '']) => JSON.parse(`"${found}"`) as string);
}

function bodyOf(request: Json): Buffer {
  return Buffer.from(JSON.stringify(request));
}

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(at) : [];
}

function at(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}
