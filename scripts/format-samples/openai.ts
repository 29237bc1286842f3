import type { JsonObject } from '../../src/lib/expect.ts';
import { type FormatSamples, PAGE, PNG, say, SCHEMA } from './sample.ts';

/** What callers of OpenAI's formats can say. */
export const OPENAI_SAMPLES = {
  'openai-chat': {
    plain: { model: 'm', messages: [{ role: 'user', content: 'Hello' }] },
    samples: [
      say('an instruction', { messages: [{ role: 'developer', content: 'Be kind' }, chatUser('Hello')] }),
      say('an instruction later on', {
        messages: [chatUser('Hello'), { role: 'system', content: 'Be brief' }, chatUser('Go on')],
      }),
      say('a picture', chatPart({ type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } })),
      say('a picture by address', chatPart({ type: 'image_url', image_url: { url: `${PAGE}.png` } })),
      say('sound', chatPart({ type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } })),
      say(
        'a PDF',
        chatPart({
          type: 'file',
          file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
        }),
      ),
      say('a file kept at the provider', chatPart({ type: 'file', file: { file_id: 'file-1' } })),
      say('tools, calls and results', { messages: chatCalls('{"city":"Oslo"}'), tools: [chatTool()] }),
      say('arguments that are no JSON', { messages: chatCalls('{"city"'), tools: [chatTool()] }),
      say('a tool held to its schema', { tools: [chatTool({ strict: true })] }),
      say('one call at a time', { tools: [chatTool()], parallel_tool_calls: false }),
      say('a tool that must be called', {
        tools: [chatTool()],
        tool_choice: { type: 'function', function: { name: 'weather' } },
      }),
      say('a tool that takes text', { tools: [{ type: 'custom', custom: { name: 'shell' } }] }),
      say('an answer that is JSON', { response_format: { type: 'json_object' } }),
      say('an answer by a schema', {
        response_format: { type: 'json_schema', json_schema: { name: 'a', schema: SCHEMA, strict: true } },
      }),
      say('how hard to think', { reasoning_effort: 'high' }),
      say('temperature', { temperature: 0.5 }),
      say('a temperature above 1', { temperature: 1.5 }),
      say('`top_p`', { top_p: 0.5 }),
      say('penalties', { presence_penalty: 0.5, frequency_penalty: 0.5 }),
      say('a seed', { seed: 7 }),
      say('stop sequences', { stop: ['END'] }),
      say('two answers', { n: 2 }),
      say('probabilities', { logprobs: true, top_logprobs: 2 }),
      say('bias of tokens', { logit_bias: { '50256': -100 } }),
      say('how much to say', { verbosity: 'low' }),
      say('who the user is', { user: 'u-1' }),
      say('metadata', { metadata: { team: 'a' } }),
      say('the service tier', { service_tier: 'flex' }),
      say('a predicted answer', { prediction: { type: 'content', content: 'Hi' } }),
    ],
  },
  'openai-responses': {
    plain: { model: 'm', input: 'Hello' },
    samples: [
      say('an instruction', { instructions: 'Be kind' }),
      say('a picture', responsesPart({ type: 'input_image', image_url: `data:image/png;base64,${PNG}` })),
      say('a picture by address', responsesPart({ type: 'input_image', image_url: `${PAGE}.png` })),
      say(
        'a PDF',
        responsesPart({
          type: 'input_file',
          filename: 'a.pdf',
          file_data: 'data:application/pdf;base64,JVBERi0=',
        }),
      ),
      say('a file kept at the provider', responsesPart({ type: 'input_file', file_id: 'file-1' })),
      say('earlier encrypted thoughts', {
        input: [
          { type: 'message', role: 'user', content: 'Hello' },
          { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAA' },
          { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hi' }] },
          { type: 'message', role: 'user', content: 'Go on' },
        ],
      }),
      say('tools, calls and results', {
        input: [
          { type: 'message', role: 'user', content: 'Hello' },
          { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{"city":"Oslo"}' },
          { type: 'function_call_output', call_id: 'call_1', output: 'rain' },
        ],
        tools: [{ type: 'function', name: 'weather', parameters: SCHEMA }],
      }),
      say('a tool held to its schema', {
        tools: [{ type: 'function', name: 'weather', parameters: SCHEMA, strict: true }],
      }),
      say('a tool that takes text', { tools: [{ type: 'custom', name: 'shell' }] }),
      say('web search at the provider', { tools: [{ type: 'web_search' }] }),
      say('one call at a time', {
        tools: [{ type: 'function', name: 'weather', parameters: SCHEMA }],
        parallel_tool_calls: false,
      }),
      say('an answer that is JSON', { text: { format: { type: 'json_object' } } }),
      say('an answer by a schema', {
        text: { format: { type: 'json_schema', name: 'a', schema: SCHEMA, strict: true } },
      }),
      say('how hard to think', { reasoning: { effort: 'high', summary: 'auto' } }),
      say('temperature', { temperature: 0.5 }),
      say('`top_p`', { top_p: 0.5 }),
      say('probabilities', { top_logprobs: 2 }),
      say('how much to say', { text: { verbosity: 'low' } }),
      say('who the user is', { safety_identifier: 'u-1' }),
      say('metadata', { metadata: { team: 'a' } }),
      say('the service tier', { service_tier: 'flex' }),
      say('a stored prompt', { prompt: { id: 'pmpt_1' } }),
    ],
  },
} as const satisfies Readonly<Record<string, FormatSamples>>;

function chatUser(content: string): JsonObject {
  return { role: 'user', content };
}

function chatPart(part: JsonObject): JsonObject {
  return { messages: [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, part] }] };
}

function chatTool(more: JsonObject = {}): JsonObject {
  return { type: 'function', function: { name: 'weather', parameters: SCHEMA, ...more } };
}

function chatCalls(text: string): JsonObject[] {
  const call = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: text } };
  return [
    chatUser('Hello'),
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: 'call_1', content: 'rain' },
  ];
}

function responsesPart(part: JsonObject): JsonObject {
  const content = [{ type: 'input_text', text: 'What is this?' }, part];
  return { input: [{ type: 'message', role: 'user', content }] };
}
