import type { JsonObject } from '../../src/lib/expect.ts';
import { type FormatSamples, PAGE, PNG, say, SCHEMA } from './sample.ts';

/** What callers of Anthropic's and Google's formats can say. */
export const OTHER_SAMPLES = {
  'anthropic-messages': {
    plain: { model: 'm', max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] },
    samples: [
      say('an instruction', { system: [{ type: 'text', text: 'Be kind' }] }),
      say('marks of what to cache', {
        system: [{ type: 'text', text: 'Be kind', cache_control: { type: 'ephemeral' } }],
      }),
      say(
        'a picture',
        anthropicPart({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } }),
      ),
      say(
        'a picture by address',
        anthropicPart({ type: 'image', source: { type: 'url', url: `${PAGE}.png` } }),
      ),
      say(
        'a PDF',
        anthropicPart({
          type: 'document',
          source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
        }),
      ),
      say(
        'a file kept at the provider',
        anthropicPart({ type: 'document', source: { type: 'file', file_id: 'file_1' } }),
      ),
      say('tools, calls and results', {
        tools: [anthropicTool()],
        messages: anthropicCalls([{ type: 'text', text: 'rain' }]),
      }),
      say('a picture in a result', {
        tools: [anthropicTool()],
        messages: anthropicCalls([
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
        ]),
      }),
      say('one call at a time', {
        tools: [anthropicTool()],
        tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      }),
      say('a tool that must be called', {
        tools: [anthropicTool()],
        tool_choice: { type: 'tool', name: 'weather' },
      }),
      say('web search at the provider', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }),
      say('thinking', { max_tokens: 9000, thinking: { type: 'enabled', budget_tokens: 4000 } }),
      say('earlier signed thoughts', {
        messages: [
          { role: 'user', content: 'Hello' },
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'A greeting', signature: 'EqMB' },
              { type: 'text', text: 'Hi' },
            ],
          },
          { role: 'user', content: 'Go on' },
        ],
      }),
      say('the beginning of the answer', {
        messages: [
          { role: 'user', content: 'Hello' },
          { role: 'assistant', content: 'Well,' },
        ],
      }),
      say('an answer by a schema', { output_config: { format: { type: 'json_schema', schema: SCHEMA } } }),
      say('how hard to think', { output_config: { effort: 'high' } }),
      say('temperature', { temperature: 0.5 }),
      say('`top_p`', { top_p: 0.5 }),
      say('`top_k`', { top_k: 5 }),
      say('stop sequences', { stop_sequences: ['END'] }),
      say('who the user is', { metadata: { user_id: 'u-1' } }),
      say('the service tier', { service_tier: 'standard_only' }),
      say('context management', { context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } }),
    ],
  },
  gemini: {
    plain: { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] },
    samples: [
      say('an instruction', { systemInstruction: { parts: [{ text: 'Be kind' }] } }),
      say('a picture', geminiPart({ inlineData: { mimeType: 'image/png', data: PNG } })),
      say('sound', geminiPart({ inlineData: { mimeType: 'audio/wav', data: 'UklGRg==' } })),
      say('video', geminiPart({ inlineData: { mimeType: 'video/mp4', data: 'AAAA' } })),
      say('a PDF', geminiPart({ inlineData: { mimeType: 'application/pdf', data: 'JVBERi0=' } })),
      say(
        'a file kept at the provider',
        geminiPart({
          fileData: {
            mimeType: 'application/pdf',
            fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/a',
          },
        }),
      ),
      say('tools, calls and results', {
        contents: geminiCalls({}),
        tools: [{ functionDeclarations: [{ name: 'weather', parametersJsonSchema: SCHEMA }] }],
      }),
      say('earlier signed thoughts', {
        contents: geminiCalls({ thoughtSignature: 'CiQB' }),
        tools: [{ functionDeclarations: [{ name: 'weather', parametersJsonSchema: SCHEMA }] }],
      }),
      say('a tool that must be called', {
        tools: [{ functionDeclarations: [{ name: 'weather', parametersJsonSchema: SCHEMA }] }],
        toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['weather'] } },
      }),
      say('web search at the provider', { tools: [{ googleSearch: {} }] }),
      say('an answer that is JSON', config({ responseMimeType: 'application/json' })),
      say(
        'an answer by a schema',
        config({ responseMimeType: 'application/json', responseJsonSchema: SCHEMA }),
      ),
      say('thinking', config({ thinkingConfig: { thinkingBudget: 4000, includeThoughts: true } })),
      say('temperature', config({ temperature: 0.5 })),
      say('a temperature above 1', config({ temperature: 1.5 })),
      say('`topP`', config({ topP: 0.5 })),
      say('`topK`', config({ topK: 5 })),
      say('penalties', config({ presencePenalty: 0.5, frequencyPenalty: 0.5 })),
      say('a seed', config({ seed: 7 })),
      say('stop sequences', config({ stopSequences: ['END'] })),
      say('two answers', config({ candidateCount: 2 })),
      say('probabilities', config({ responseLogprobs: true, logprobs: 2 })),
      say('safety settings', {
        safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
      }),
      say('cached content', { cachedContent: 'cachedContents/a' }),
    ],
  },
} as const satisfies Readonly<Record<string, FormatSamples>>;

function anthropicPart(part: JsonObject): JsonObject {
  return { messages: [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, part] }] };
}

function anthropicTool(): JsonObject {
  return { name: 'weather', input_schema: SCHEMA };
}

function anthropicCalls(content: readonly JsonObject[]): JsonObject[] {
  const call = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } };
  return [
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: [call] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content }] },
  ];
}

function geminiPart(part: JsonObject): JsonObject {
  return { contents: [{ role: 'user', parts: [{ text: 'What is this?' }, part] }] };
}

function geminiCalls(more: JsonObject): JsonObject[] {
  return [
    { role: 'user', parts: [{ text: 'Hello' }] },
    { role: 'model', parts: [{ functionCall: { name: 'weather', args: { city: 'Oslo' } }, ...more }] },
    { role: 'user', parts: [{ functionResponse: { name: 'weather', response: { output: 'rain' } } }] },
  ];
}

function config(generationConfig: JsonObject): JsonObject {
  return { generationConfig };
}
