import Anthropic from '@anthropic-ai/sdk';
import { type GenerateContentResponse, GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';

import type { CallerFormatName } from '../../src/core/operation.ts';

/** What an official library made of one answer, in no format's words. */
export interface Reading {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly name: string; readonly arguments: unknown }[];
  /** `stop`, `length`, `calls`, `filter`, `refusal`, `pause`, `context`, or the format's own word. */
  readonly finish: string;
  /** Tokens by gw's own convention; undefined where the answer did not say. */
  readonly input: number | undefined;
  readonly output: number | undefined;
}

const KEY = 'sk-of-the-caller';
const HELLO = 'Tell me something.';

/** Asks at `origin` with the format's official library, streamed or not, and reads the answer. */
export const READERS: Readonly<
  Record<CallerFormatName, (origin: string, stream: boolean) => Promise<Reading>>
> = {
  'openai-chat': readChat,
  'openai-responses': readResponses,
  'anthropic-messages': readMessages,
  gemini: readGemini,
};

async function readChat(origin: string, stream: boolean): Promise<Reading> {
  const client = new OpenAI({ baseURL: `${origin}/v1`, apiKey: KEY, maxRetries: 0 });
  const asked = { model: 'm', messages: [{ role: 'user' as const, content: HELLO }] };
  if (!stream) return chatReading(await client.chat.completions.create(asked));
  // The library's own accumulator refuses what real hosts send (no role, no finish reason); the chunks are read instead.
  const calls = new Map<number, { name: string; text: string }>();
  let [text, reasoning, finish] = ['', '', ''];
  let usage: OpenAI.CompletionUsage | null | undefined;
  const chunks = await client.chat.completions.create({
    ...asked,
    stream: true,
    stream_options: { include_usage: true },
  });
  for await (const chunk of chunks) {
    usage = chunk.usage ?? usage;
    const [choice] = chunk.choices ?? [];
    if (!choice || choice.index !== 0) continue;
    text += textIn(choice.delta?.content);
    reasoning += thoughtOf(choice.delta);
    finish = choice.finish_reason ?? finish;
    const old = choice.delta?.function_call;
    const deltas = choice.delta?.tool_calls ?? (old ? [{ index: 0, function: old }] : []);
    for (const { index, function: called } of deltas) {
      const call = calls.get(index) ?? { name: '', text: '' };
      call.name ||= called?.name ?? '';
      call.text += called?.arguments ?? '';
      calls.set(index, call);
    }
  }
  return {
    text,
    reasoning,
    calls: [...calls.values()].map((call) => ({ name: call.name, arguments: parsed(call.text) })),
    finish: chatFinish(finish, calls.size > 0),
    ...chatTokens(usage),
  };
}

function chatReading(answer: OpenAI.ChatCompletion): Reading {
  const [choice] = answer.choices;
  const calls = (choice?.message.tool_calls ?? []).map((call) =>
    // Mistral leaves the type out.
    call.type === 'custom'
      ? { name: call.custom.name, arguments: call.custom.input }
      : { name: call.function.name, arguments: parsed(call.function.arguments) },
  );
  const old = choice?.message.function_call;
  if (old?.name) calls.push({ name: old.name, arguments: parsed(old.arguments) });
  return {
    text: textIn(choice?.message.content) || (choice?.message.audio?.transcript ?? ''),
    reasoning: thoughtOf(choice?.message),
    calls,
    finish: chatFinish(choice?.finish_reason ?? '', calls.length > 0),
    ...chatTokens(answer.usage),
  };
}

/** Compatible hosts put thoughts beside the content; some under both names, with the same text. */
function thoughtOf(said: unknown): string {
  const {
    reasoning_content: thought,
    reasoning,
    content,
  } = (said ?? {}) as { reasoning_content?: unknown; reasoning?: unknown; content?: unknown };
  if (typeof thought === 'string' && thought !== '') return thought;
  if (typeof reasoning === 'string' && reasoning !== '') return reasoning;
  return chunksIn(content)
    .flatMap((chunk) => chunksIn(chunk.thinking))
    .map(({ text = '' }) => text)
    .join('');
}

/** Mistral says content as a list of chunks where it thinks, and the library passes it on. */
interface Chunk {
  readonly text?: string;
  readonly thinking?: unknown;
}

function chunksIn(content: unknown): readonly Chunk[] {
  return Array.isArray(content) ? (content as readonly Chunk[]) : [];
}

function textIn(content: unknown): string {
  if (typeof content === 'string') return content;
  return chunksIn(content)
    .map(({ text = '' }) => text)
    .join('');
}

function chatFinish(reason: string, hasCalls: boolean): string {
  if (hasCalls && reason !== 'length') return 'calls';
  return reason === 'content_filter' ? 'filter' : reason === 'tool_calls' ? 'stop' : reason;
}

function chatTokens(usage: OpenAI.CompletionUsage | null | undefined): Pick<Reading, 'input' | 'output'> {
  if (!usage) return { input: undefined, output: undefined };
  const reasoning = usage.completion_tokens_details?.reasoning_tokens ?? 0;
  const apart = usage.total_tokens === usage.prompt_tokens + usage.completion_tokens + reasoning;
  return { input: usage.prompt_tokens, output: usage.completion_tokens + (apart ? reasoning : 0) };
}

async function readResponses(origin: string, stream: boolean): Promise<Reading> {
  const client = new OpenAI({ baseURL: `${origin}/v1`, apiKey: KEY, maxRetries: 0 });
  const asked = { model: 'm', input: HELLO };
  const answer = stream
    ? await client.responses.stream(asked).finalResponse()
    : await client.responses.create(asked);
  const calls = answer.output.flatMap((item) => {
    if (item.type === 'function_call') return [{ name: item.name, arguments: parsed(item.arguments) }];
    return item.type === 'custom_tool_call' ? [{ name: item.name, arguments: item.input }] : [];
  });
  const said = answer.output.flatMap((item) => (item.type === 'message' ? item.content : []));
  const reasoning = answer.output.flatMap((item) =>
    item.type === 'reasoning'
      ? [[...(item.content ?? []), ...item.summary].map((part) => part.text).join('\n\n')]
      : [],
  );
  const incomplete = answer.incomplete_details?.reason;
  return {
    text: said.map((part) => (part.type === 'output_text' ? part.text : '')).join(''),
    reasoning: reasoning.join(''),
    calls,
    finish:
      incomplete === 'max_output_tokens'
        ? 'length'
        : calls.length > 0
          ? 'calls'
          : incomplete === 'content_filter'
            ? 'filter'
            : said.some((part) => part.type === 'refusal')
              ? 'refusal'
              : 'stop',
    input: answer.usage?.input_tokens,
    output: answer.usage?.output_tokens,
  };
}

const MESSAGES_FINISH: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'calls',
  pause_turn: 'pause',
  model_context_window_exceeded: 'context',
};

async function readMessages(origin: string, stream: boolean): Promise<Reading> {
  const client = new Anthropic({ baseURL: origin, apiKey: KEY, maxRetries: 0 });
  const asked = { model: 'm', max_tokens: 1000, messages: [{ role: 'user' as const, content: HELLO }] };
  const answer = stream
    ? await client.messages.stream(asked).finalMessage()
    : await client.messages.create(asked);
  const calls = answer.content.flatMap((block) =>
    block.type === 'tool_use' ? [{ name: block.name, arguments: block.input }] : [],
  );
  const { input_tokens, cache_creation_input_tokens, cache_read_input_tokens, output_tokens } = answer.usage;
  return {
    text: answer.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    reasoning: answer.content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    calls,
    finish: MESSAGES_FINISH[answer.stop_reason ?? ''] ?? String(answer.stop_reason),
    input: input_tokens + (cache_creation_input_tokens ?? 0) + (cache_read_input_tokens ?? 0),
    output: output_tokens,
  };
}

async function readGemini(origin: string, stream: boolean): Promise<Reading> {
  const client = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: origin } });
  const asked = { model: 'm', contents: HELLO };
  const answers: GenerateContentResponse[] = [];
  if (stream) {
    for await (const chunk of await client.models.generateContentStream(asked)) answers.push(chunk);
  } else {
    answers.push(await client.models.generateContent(asked));
  }
  const blocked = answers.find((answer) => answer.promptFeedback?.blockReason)?.promptFeedback;
  if (blocked) throw new Error(`blocked: ${String(blocked.blockReason)}`);
  const parts = answers.flatMap((answer) => answer.candidates?.[0]?.content?.parts ?? []);
  const calls = parts.flatMap(({ functionCall }) =>
    functionCall ? [{ name: functionCall.name ?? '', arguments: functionCall.args ?? {} }] : [],
  );
  const finish = answers.findLast((answer) => answer.candidates?.[0]?.finishReason)?.candidates?.[0]
    ?.finishReason;
  const usage = answers.findLast((answer) => answer.usageMetadata)?.usageMetadata;
  return {
    text: parts.map((part) => (part.thought === true ? '' : (part.text ?? ''))).join(''),
    reasoning: parts.map((part) => (part.thought === true ? (part.text ?? '') : '')).join(''),
    calls,
    finish: geminiFinish(JSON.stringify(finish ?? '').replaceAll('"', ''), calls.length > 0),
    input: sum(usage?.promptTokenCount, usage?.toolUsePromptTokenCount),
    output: sum(usage?.candidatesTokenCount, usage?.thoughtsTokenCount),
  };
}

const BLOCKED = /^(SAFETY|RECITATION|BLOCKLIST|PROHIBITED_CONTENT|SPII|IMAGE_SAFETY|LANGUAGE|MODEL_ARMOR)$/;

function geminiFinish(reason: string, hasCalls: boolean): string {
  if (hasCalls && reason !== 'MAX_TOKENS') return 'calls';
  // Some Vertex recordings have the enum's numbers.
  if (reason === 'STOP' || reason === '1') return 'stop';
  if (reason === 'MAX_TOKENS' || reason === '2') return 'length';
  return BLOCKED.test(reason) ? 'filter' : reason;
}

function sum(...numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.filter((number) => number !== undefined);
  return known.length === 0 ? undefined : known.reduce((all, one) => all + one, 0);
}

/** Arguments as the caller's program sees them; text that is no JSON stands for itself, none for no arguments. */
function parsed(text: string | undefined): unknown {
  if (text === undefined || text === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
