import Anthropic from '@anthropic-ai/sdk';
import { type Content, GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';

import { type Asker, FUNCTIONS, KEY, parsed, SCHEMA, TOOL_NAMES } from './simulator-asker.ts';

const chat: Asker = {
  format: 'openai-chat',
  finishes: { stop: 'stop', limit: 'length', calls: 'tool_calls' },
  counts: { cachedInInput: true, thoughtInOutput: true },
  async ask(origin, { model = 'm', system, question, stream, limit, tools }) {
    const client = new OpenAI({ baseURL: `${origin}/v1`, apiKey: KEY, maxRetries: 0 });
    const body: OpenAI.ChatCompletionCreateParamsNonStreaming = {
      model,
      messages: [
        ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
        { role: 'user', content: question },
      ],
      ...(limit === undefined ? {} : { max_completion_tokens: limit }),
      ...(tools ? { tools: FUNCTIONS } : {}),
    };
    const thoughts: string[] = [];
    const answer = stream
      ? await client.chat.completions
          .stream({ ...body, stream: true, stream_options: { include_usage: true } })
          .on('chunk', (chunk) => {
            const delta = chunk.choices[0]?.delta as { reasoning_content?: string } | undefined;
            thoughts.push(delta?.reasoning_content ?? '');
          })
          .finalChatCompletion()
      : await client.chat.completions.create(body);
    const [choice] = answer.choices;
    const message: (OpenAI.ChatCompletionMessage & { reasoning_content?: string }) | undefined =
      choice?.message;
    return {
      text: message?.content ?? '',
      thought: stream ? thoughts.join('') : (message?.reasoning_content ?? ''),
      calls: (message?.tool_calls ?? []).flatMap((call) =>
        call.type === 'function'
          ? [{ name: call.function.name, input: parsed(call.function.arguments) }]
          : [],
      ),
      finish: choice?.finish_reason,
      usage: {
        input: answer.usage?.prompt_tokens,
        output: answer.usage?.completion_tokens,
        cached: answer.usage?.prompt_tokens_details?.cached_tokens,
      },
    };
  },
};

const responses: Asker = {
  format: 'openai-responses',
  finishes: { stop: 'completed', limit: 'max_output_tokens', calls: 'completed' },
  counts: { cachedInInput: true, thoughtInOutput: true },
  async ask(origin, { model = 'm', system, question, stream, limit, tools, think }) {
    const client = new OpenAI({ baseURL: `${origin}/v1`, apiKey: KEY, maxRetries: 0 });
    const body: OpenAI.Responses.ResponseCreateParamsNonStreaming = {
      model,
      input: question,
      ...(system === undefined ? {} : { instructions: system }),
      ...(limit === undefined ? {} : { max_output_tokens: limit }),
      ...(think ? { reasoning: { effort: 'low', summary: 'auto' } } : {}),
      ...(tools
        ? {
            tools: TOOL_NAMES.map((name) => ({
              type: 'function' as const,
              name,
              parameters: SCHEMA,
              strict: false,
            })),
          }
        : {}),
    };
    const answer = stream
      ? await client.responses.stream(body as Parameters<typeof client.responses.stream>[0]).finalResponse()
      : await client.responses.create(body);
    return {
      text: answer.output_text,
      thought: answer.output
        .flatMap((item) => (item.type === 'reasoning' ? item.summary : []))
        .map(({ text }) => text)
        .join(''),
      calls: answer.output.flatMap((item) =>
        item.type === 'function_call' ? [{ name: item.name, input: parsed(item.arguments) }] : [],
      ),
      // The library returns the answer as it stands when a stream just ends.
      finish:
        answer.status === 'in_progress' ? undefined : (answer.incomplete_details?.reason ?? answer.status),
      usage: {
        input: answer.usage?.input_tokens,
        output: answer.usage?.output_tokens,
        cached: answer.usage?.input_tokens_details.cached_tokens,
      },
    };
  },
};

const anthropic: Asker = {
  format: 'anthropic-messages',
  finishes: { stop: 'end_turn', limit: 'max_tokens', calls: 'tool_use' },
  counts: { cachedInInput: false, thoughtInOutput: true },
  async ask(origin, { model = 'm', system, question, stream, limit = 4096, tools, think }) {
    const client = new Anthropic({ baseURL: origin, apiKey: KEY, maxRetries: 0 });
    const body: Anthropic.MessageCreateParamsNonStreaming = {
      model,
      max_tokens: limit,
      messages: [{ role: 'user', content: question }],
      ...(system === undefined ? {} : { system }),
      ...(think ? { thinking: { type: 'enabled', budget_tokens: 1024 } } : {}),
      ...(tools ? { tools: TOOL_NAMES.map((name) => ({ name, input_schema: SCHEMA })) } : {}),
    };
    const answer = stream
      ? await client.messages.stream(body).finalMessage()
      : await client.messages.create(body);
    return {
      text: answer.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join(''),
      thought: answer.content
        .flatMap((block) => (block.type === 'thinking' ? [block.thinking] : []))
        .join(''),
      calls: answer.content.flatMap((block) =>
        block.type === 'tool_use' ? [{ name: block.name, input: block.input }] : [],
      ),
      finish: answer.stop_reason,
      usage: {
        input: answer.usage.input_tokens,
        output: answer.usage.output_tokens,
        cached: answer.usage.cache_read_input_tokens ?? undefined,
      },
    };
  },
};

const gemini: Asker = {
  format: 'gemini',
  finishes: { stop: 'STOP', limit: 'MAX_TOKENS', calls: 'STOP' },
  counts: { cachedInInput: true, thoughtInOutput: false },
  async ask(origin, { model = 'm', system, question, stream, limit, tools, think }) {
    const client = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: origin } });
    const asked = {
      model,
      contents: [{ role: 'user', parts: [{ text: question }] }] satisfies Content[],
      config: {
        ...(system === undefined ? {} : { systemInstruction: system }),
        ...(limit === undefined ? {} : { maxOutputTokens: limit }),
        ...(think ? { thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 } } : {}),
        ...(tools
          ? {
              tools: [
                { functionDeclarations: TOOL_NAMES.map((name) => ({ name, parametersJsonSchema: SCHEMA })) },
              ],
            }
          : {}),
      },
    };
    const chunks = [];
    if (stream)
      for await (const chunk of await client.models.generateContentStream(asked)) chunks.push(chunk);
    else chunks.push(await client.models.generateContent(asked));
    const parts = chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
    const usage = chunks.at(-1)?.usageMetadata;
    const textOf = (thought: boolean): string =>
      parts.flatMap((part) => ((part.thought ?? false) === thought ? [part.text ?? ''] : [])).join('');
    return {
      text: textOf(false),
      thought: textOf(true),
      calls: parts.flatMap(({ functionCall }) =>
        functionCall ? [{ name: functionCall.name ?? '', input: functionCall.args }] : [],
      ),
      finish: chunks.at(-1)?.candidates?.[0]?.finishReason,
      usage: {
        input: usage?.promptTokenCount,
        output: usage?.candidatesTokenCount,
        cached: usage?.cachedContentTokenCount ?? 0,
      },
    };
  },
};

/** Clients of the formats whose vendors have a library here. */
export const SDK_ASKERS: readonly Asker[] = [chat, responses, anthropic, gemini];
