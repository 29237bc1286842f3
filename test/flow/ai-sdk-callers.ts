import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { isStepCount, jsonSchema, type LanguageModel, type ModelMessage, streamText, tool } from 'ai';

import type { CallerFormatName } from '../../src/core/operation.ts';
import { type Caller, KEY, MODEL, MOST_TURNS, resultOf, TOOLS } from './caller.ts';

/** A provider of the AI SDK, which holds the conversation itself. */
function aiSdk(name: string, format: CallerFormatName, model: (origin: string) => LanguageModel): Caller {
  return {
    name,
    format,
    open(origin) {
      const messages: ModelMessage[] = [];
      return {
        async ask(question) {
          messages.push({ role: 'user', content: question });
          const problems: unknown[] = [];
          const result = streamText({
            model: model(origin),
            messages,
            tools: AI_SDK_TOOLS,
            stopWhen: isStepCount(MOST_TURNS),
            maxRetries: 0,
            onError: ({ error }) => void problems.push(error),
          });
          const steps = await result.steps;
          if (problems.length > 0) throw problems[0];
          messages.push(...(await result.responseMessages));
          return steps.map((step) => ({
            text: step.text,
            calls: step.toolCalls.map((call) => ({ name: call.toolName, arguments: call.input })),
            finish: step.finishReason === 'tool-calls' ? 'calls' : step.finishReason,
            output: step.usage.outputTokens ?? -1,
          }));
        },
      };
    },
  };
}

const AI_SDK_TOOLS = Object.fromEntries(
  TOOLS.map(({ name, description, schema }) => [
    name,
    tool({
      description,
      inputSchema: jsonSchema(schema),
      execute: () => Promise.resolve(resultOf(name)),
    }),
  ]),
);

/** Vercel's AI SDK, with each vendor's provider. */
export const AI_SDK_CALLERS: readonly Caller[] = [
  aiSdk('@ai-sdk/openai', 'openai-responses', (origin) =>
    createOpenAI({ baseURL: `${origin}/v1`, apiKey: KEY })(MODEL),
  ),
  aiSdk('@ai-sdk/openai-compatible', 'openai-chat', (origin) =>
    createOpenAICompatible({ name: 'gw', baseURL: `${origin}/v1`, apiKey: KEY, includeUsage: true })(MODEL),
  ),
  aiSdk('@ai-sdk/anthropic', 'anthropic-messages', (origin) =>
    createAnthropic({ baseURL: `${origin}/v1`, apiKey: KEY })(MODEL),
  ),
  aiSdk('@ai-sdk/google', 'gemini', (origin) =>
    createGoogle({ baseURL: `${origin}/v1beta`, apiKey: KEY })(MODEL),
  ),
];
