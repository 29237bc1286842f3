import Anthropic from '@anthropic-ai/sdk';
import { type Content, type FunctionCall, GoogleGenAI, type Part } from '@google/genai';
import OpenAI from 'openai';

import { type Caller, KEY, MODEL, resultOf, TOOLS, type Turn, untilDone } from './caller.ts';

const openaiChat: Caller = {
  name: 'openai (chat.completions)',
  format: 'openai-chat',
  open(origin) {
    const client = new OpenAI({ baseURL: `${origin}/v1`, apiKey: KEY, maxRetries: 0 });
    const messages: OpenAI.ChatCompletionMessageParam[] = [];
    const turn = async (): Promise<Turn> => {
      const stream = client.chat.completions.stream({
        model: MODEL,
        messages,
        stream_options: { include_usage: true },
        tools: TOOLS.map(({ name, description, schema }) => ({
          type: 'function' as const,
          function: { name, description, parameters: schema },
        })),
      });
      const { choices, usage } = await stream.finalChatCompletion();
      const [choice] = choices;
      if (!choice) throw new Error('no choice');
      messages.push(choice.message);
      const calls = (choice.message.tool_calls ?? []).flatMap((call) =>
        call.type === 'function' ? [call] : [],
      );
      for (const call of calls)
        messages.push({ role: 'tool', tool_call_id: call.id, content: resultOf(call.function.name) });
      const heard = {
        text: choice.message.content ?? '',
        calls: calls.map((call) => ({
          name: call.function.name,
          arguments: JSON.parse(call.function.arguments) as unknown,
        })),
        finish: choice.finish_reason === 'tool_calls' ? 'calls' : choice.finish_reason,
        output: usage?.completion_tokens ?? -1,
      };
      return { heard, goOn: calls.length > 0 };
    };
    return {
      ask(question) {
        messages.push({ role: 'user', content: question });
        return untilDone(turn);
      },
    };
  },
};

const openaiResponses: Caller = {
  name: 'openai (responses)',
  format: 'openai-responses',
  open(origin) {
    const client = new OpenAI({ baseURL: `${origin}/v1`, apiKey: KEY, maxRetries: 0 });
    const input: OpenAI.Responses.ResponseInput = [];
    const turn = async (): Promise<Turn> => {
      const stream = client.responses.stream({
        model: MODEL,
        input,
        store: false,
        include: ['reasoning.encrypted_content'],
        tools: TOOLS.map(({ name, description, schema }) => ({
          type: 'function' as const,
          name,
          description,
          parameters: schema,
          strict: false,
        })),
      });
      const answer = await stream.finalResponse();
      input.push(...(answer.output as OpenAI.Responses.ResponseInputItem[]));
      const calls = answer.output.flatMap((item) => (item.type === 'function_call' ? [item] : []));
      for (const call of calls)
        input.push({ type: 'function_call_output', call_id: call.call_id, output: resultOf(call.name) });
      const heard = {
        text: answer.output_text,
        calls: calls.map((call) => ({ name: call.name, arguments: JSON.parse(call.arguments) as unknown })),
        finish: calls.length > 0 ? 'calls' : answer.status === 'completed' ? 'stop' : String(answer.status),
        output: answer.usage?.output_tokens ?? -1,
      };
      return { heard, goOn: calls.length > 0 };
    };
    return {
      ask(question) {
        input.push({ role: 'user', content: question });
        return untilDone(turn);
      },
    };
  },
};

const anthropic: Caller = {
  name: '@anthropic-ai/sdk',
  format: 'anthropic-messages',
  open(origin) {
    const client = new Anthropic({ baseURL: origin, apiKey: KEY, maxRetries: 0 });
    const messages: Anthropic.MessageParam[] = [];
    const turn = async (): Promise<Turn> => {
      const stream = client.messages.stream({
        model: MODEL,
        max_tokens: 4096,
        messages,
        tools: TOOLS.map(({ name, description, schema }) => ({ name, description, input_schema: schema })),
      });
      const answer = await stream.finalMessage();
      messages.push({ role: 'assistant', content: answer.content });
      const calls = answer.content.flatMap((block) => (block.type === 'tool_use' ? [block] : []));
      if (calls.length > 0) {
        messages.push({
          role: 'user',
          content: calls.map((call) => ({
            type: 'tool_result',
            tool_use_id: call.id,
            content: resultOf(call.name),
          })),
        });
      }
      const texts = answer.content.flatMap((block) => (block.type === 'text' ? [block.text] : []));
      const finish =
        answer.stop_reason === 'tool_use'
          ? 'calls'
          : answer.stop_reason === 'end_turn'
            ? 'stop'
            : String(answer.stop_reason);
      const heard = {
        text: texts.join(''),
        calls: calls.map((call) => ({ name: call.name, arguments: call.input })),
        finish,
        output: answer.usage.output_tokens,
      };
      return { heard, goOn: calls.length > 0 };
    };
    return {
      ask(question) {
        messages.push({ role: 'user', content: question });
        return untilDone(turn);
      },
    };
  },
};

const gemini: Caller = {
  name: '@google/genai',
  format: 'gemini',
  open(origin) {
    const client = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: origin } });
    const contents: Content[] = [];
    const functionDeclarations = TOOLS.map(({ name, description, schema }) => ({
      name,
      description,
      parametersJsonSchema: schema,
    }));
    const turn = async (): Promise<Turn> => {
      const stream = await client.models.generateContentStream({
        model: MODEL,
        contents,
        config: { tools: [{ functionDeclarations }] },
      });
      const parts: Part[] = [];
      let finish = '';
      let output = -1;
      for await (const chunk of stream) {
        const [candidate] = chunk.candidates ?? [];
        parts.push(...(candidate?.content?.parts ?? []));
        finish = candidate?.finishReason ?? finish;
        const { candidatesTokenCount, thoughtsTokenCount = 0 } = chunk.usageMetadata ?? {};
        if (candidatesTokenCount !== undefined) output = candidatesTokenCount + thoughtsTokenCount;
      }
      contents.push({ role: 'model', parts });
      const calls = parts.flatMap(({ functionCall }): FunctionCall[] => (functionCall ? [functionCall] : []));
      if (calls.length > 0) {
        contents.push({
          role: 'user',
          parts: calls.map(({ id, name = '' }) => ({
            functionResponse: {
              name,
              response: { output: resultOf(name) },
              ...(id !== undefined && { id }),
            },
          })),
        });
      }
      const heard = {
        text: parts.map((part) => (part.thought === true ? '' : (part.text ?? ''))).join(''),
        calls: calls.map((call) => ({ name: call.name ?? '', arguments: call.args })),
        finish: finish === 'STOP' ? (calls.length > 0 ? 'calls' : 'stop') : finish,
        output,
      };
      return { heard, goOn: calls.length > 0 };
    };
    return {
      ask(question) {
        contents.push({ role: 'user', parts: [{ text: question }] });
        return untilDone(turn);
      },
    };
  },
};

/** The vendors' own libraries. */
export const SDK_CALLERS: readonly Caller[] = [openaiChat, openaiResponses, anthropic, gemini];
