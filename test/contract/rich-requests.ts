import type { CallerFormatName } from '../../src/core/operation.ts';

const PNG = 'iVBORw0KGgo=';
const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string', enum: ['Oslo'] }, days: { $ref: '#/$defs/days' } },
  required: ['city'],
  $defs: { days: { type: ['integer', 'null'], minimum: 1 } },
  additionalProperties: false,
};

/** An envelope as gw writes it, of another provider's state. */
export const ENVELOPE = Buffer.from(
  `gw1${JSON.stringify([
    {
      on: 'reasoning',
      text: 'Hm.',
      states: [{ format: 'gemini', provider: 'p', kind: 'signature', data: 'x' }],
    },
    { on: 'call', states: [{ format: 'openai-responses', kind: 'item', data: 'fc_1' }] },
  ])}`,
).toString('base64');

/** Requests in which nearly everything occurs that a format has. */
export const RICH_REQUESTS: Readonly<Record<CallerFormatName, readonly unknown[]>> = {
  'openai-chat': [
    {
      model: 'm',
      stream: true,
      stream_options: { include_usage: true },
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'developer', content: [{ type: 'text', text: 'Be kind.' }] },
        {
          role: 'user',
          name: 'joe',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}`, detail: 'low' } },
            { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
            { type: 'input_audio', input_audio: { data: PNG, format: 'wav' } },
            { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${PNG}` } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          reasoning_content: 'Hm.',
          reasoning_details: [{ type: 'reasoning.encrypted', data: ENVELOPE, index: 0 }],
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
            { id: 'call_2', type: 'custom', custom: { name: 'shell', input: 'ls' } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'Sunny.' },
        { role: 'tool', tool_call_id: 'call_2', content: [{ type: 'text', text: 'a b' }] },
        { role: 'assistant', content: 'So it is.', refusal: null, annotations: [] },
        { role: 'user', content: 'Go on.' },
      ],
      tools: [
        {
          type: 'function',
          function: { name: 'weather', description: 'The weather.', parameters: SCHEMA, strict: true },
        },
        {
          type: 'custom',
          custom: {
            name: 'shell',
            format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'x' } },
          },
        },
      ],
      tool_choice: { type: 'function', function: { name: 'weather' } },
      parallel_tool_calls: false,
      response_format: { type: 'json_schema', json_schema: { name: 'a', schema: SCHEMA, strict: true } },
      max_completion_tokens: 100,
      temperature: 0.5,
      top_p: 0.9,
      stop: ['END'],
      seed: 1,
      n: 1,
      logprobs: true,
      top_logprobs: 2,
      logit_bias: { 5: 1 },
      presence_penalty: 0.1,
      frequency_penalty: 0.1,
      reasoning_effort: 'low',
      user: 'u',
      metadata: { a: 'b' },
    },
  ],
  'openai-responses': [
    {
      model: 'm',
      stream: true,
      instructions: 'Be brief.',
      store: false,
      include: ['reasoning.encrypted_content'],
      input: [
        { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Be kind.' }] },
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'What is this?' },
            { type: 'input_image', image_url: `data:image/png;base64,${PNG}`, detail: 'auto' },
            { type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${PNG}` },
          ],
        },
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [{ type: 'summary_text', text: 'Hm.' }],
          encrypted_content: ENVELOPE,
        },
        {
          type: 'function_call',
          id: 'fc_1',
          call_id: 'call_1',
          name: 'weather',
          arguments: '{"city":"Oslo"}',
        },
        { type: 'custom_tool_call', id: 'ctc_1', call_id: 'call_2', name: 'shell', input: 'ls' },
        { type: 'function_call_output', call_id: 'call_1', output: 'Sunny.' },
        { type: 'custom_tool_call_output', call_id: 'call_2', output: [{ type: 'input_text', text: 'a' }] },
        {
          type: 'message',
          id: 'msg_1',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'So it is.', annotations: [] }],
        },
        { role: 'user', content: 'Go on.' },
      ],
      tools: [
        { type: 'function', name: 'weather', description: 'The weather.', parameters: SCHEMA, strict: true },
        { type: 'custom', name: 'shell', format: { type: 'text' } },
        { type: 'web_search' },
        { type: 'namespace', name: 'files', tools: [{ type: 'function', name: 'read', parameters: SCHEMA }] },
      ],
      tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'weather' }] },
      parallel_tool_calls: true,
      text: { format: { type: 'json_schema', name: 'a', schema: SCHEMA, strict: true }, verbosity: 'low' },
      reasoning: { effort: 'high', summary: 'auto' },
      max_output_tokens: 100,
      temperature: 1,
      top_p: 1,
      truncation: 'disabled',
      metadata: { a: 'b' },
      prompt_cache_key: 'k',
      safety_identifier: 'u',
      service_tier: 'auto',
    },
  ],
  'anthropic-messages': [
    {
      model: 'm',
      max_tokens: 4096,
      stream: true,
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?', cache_control: { type: 'ephemeral' } },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
            {
              type: 'document',
              title: 'A',
              source: { type: 'text', media_type: 'text/plain', data: 'Words.' },
            },
            { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature: ENVELOPE },
            { type: 'redacted_thinking', data: ENVELOPE },
            { type: 'text', text: 'Let me see.' },
            { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo', days: 1 } },
            { type: 'tool_use', id: 'toolu_2', name: 'time', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'toolu_1', content: 'Sunny.' },
            {
              type: 'tool_result',
              tool_use_id: 'toolu_2',
              is_error: true,
              content: [
                { type: 'text', text: 'No.' },
                { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
              ],
            },
            { type: 'text', text: 'Go on.' },
          ],
        },
        { role: 'system', content: 'Be quick.' },
      ],
      tools: [
        { name: 'weather', description: 'The weather.', input_schema: SCHEMA, strict: true },
        { name: 'time', input_schema: { type: 'object' }, cache_control: { type: 'ephemeral' } },
        { type: 'web_search_20250305', name: 'web_search' },
      ],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      thinking: { type: 'enabled', budget_tokens: 1024 },
      output_config: { effort: 'medium', format: { type: 'json_schema', schema: SCHEMA } },
      stop_sequences: ['END'],
      temperature: 1,
      top_k: 5,
      metadata: { user_id: 'u' },
      service_tier: 'auto',
    },
  ],
  gemini: [
    {
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        {
          role: 'user',
          parts: [
            { text: 'What is this?' },
            { inlineData: { mimeType: 'image/png', data: PNG } },
            { fileData: { mimeType: 'application/pdf', fileUri: 'https://example.com/a.pdf' } },
          ],
        },
        {
          role: 'model',
          parts: [
            { text: 'Hm.', thought: true, thoughtSignature: ENVELOPE },
            { functionCall: { name: 'weather', args: { city: 'Oslo' } }, thoughtSignature: ENVELOPE },
            { functionCall: { id: 'b', name: 'time', args: {} } },
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { name: 'weather', response: { output: 'Sunny.' } } },
            { functionResponse: { id: 'b', name: 'time', response: { error: 'No.' } } },
          ],
        },
        { role: 'model', parts: [{ text: 'So it is.' }] },
        { role: 'user', parts: [{ text: 'Go on.' }] },
      ],
      tools: [
        {
          functionDeclarations: [
            { name: 'weather', description: 'The weather.', parametersJsonSchema: SCHEMA },
            {
              name: 'time',
              parameters: { type: 'OBJECT', properties: { city: { type: 'STRING', nullable: true } } },
            },
          ],
        },
        { googleSearch: {} },
      ],
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['weather'] } },
      generationConfig: {
        temperature: 1,
        topP: 0.9,
        topK: 5,
        candidateCount: 1,
        maxOutputTokens: 100,
        stopSequences: ['END'],
        seed: 1,
        responseMimeType: 'application/json',
        responseJsonSchema: SCHEMA,
        thinkingConfig: { thinkingBudget: 1024, includeThoughts: true },
      },
      safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }],
      labels: { a: 'b' },
    },
  ],
};
