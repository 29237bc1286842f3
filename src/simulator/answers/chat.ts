import { field, numberField, stringField } from '../../lib/expect.ts';
import type { Asked, Identity } from '../asked.ts';
import { proseTokens, tokensOf } from '../prose.ts';
import { hashText, idFrom } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import { type Script, wholeScript } from '../script.ts';
import { refusal } from './refusal.ts';
import { type Event, streamScript, wholeWaitMs } from './stream.ts';
import {
  type UsageFigures,
  answerTokens,
  promptTokens,
  seedOf,
  serialise,
  textOf,
  usageObject,
} from './text.ts';
import { type ToolCall, chooseTool } from './tools.ts';

// Fixed, so that equal requests get equal bytes. Nothing reads it but people.
export const CREATED = 1_760_000_000;

/** `POST /v1/chat/completions`. */
export function answerChat(asked: Asked, recipe: Recipe, identity: Identity): Script {
  const messages = field(asked.json, 'messages');
  if (!Array.isArray(messages) || messages.length === 0) {
    return refusal(400, "Missing required parameter: 'messages'.", 'missing_required_parameter', 'messages');
  }
  const reply = composeReply(asked, recipe, identity, messages);
  return field(asked.json, 'stream') === true ? streamed(asked, recipe, reply) : whole(recipe, reply);
}

/** Everything an answer says, before it is put into one body or many events. */
interface Reply {
  readonly signature: Readonly<Record<string, unknown>>;
  readonly choices: readonly Choice[];
  readonly prompt: number;
  readonly reasoning: readonly string[];
  readonly cached: number;
}

interface Choice {
  readonly tokens: readonly string[];
  readonly call: ToolCall | undefined;
  readonly finish: string;
}

function composeReply(asked: Asked, recipe: Recipe, identity: Identity, messages: unknown[]): Reply {
  const seed = seedOf(messages, identity);
  const last = messages.at(-1);
  const text = textOf(field(last, 'content'));
  const call = chooseTool(asked, recipe, seed, stringField(last, 'role') === 'user' ? text : undefined);
  const count = Math.max(1, numberField(asked.json, 'n') ?? 1);
  return {
    signature: {
      id: `chatcmpl-${idFrom(seed, 29)}`,
      created: CREATED,
      model: recipe.model ?? asked.model,
      service_tier: 'default',
      system_fingerprint: `fp_${identity.name}`,
    },
    choices: Array.from({ length: count }, (_, index) => choiceOf(asked, recipe, seed + index, text, call)),
    prompt: promptTokens(recipe, messages.map((message) => textOf(field(message, 'content'))).join('\n')),
    reasoning: recipe.reasoningTokens === 0 ? [] : proseTokens(hashText('why', seed), recipe.reasoningTokens),
    cached: recipe.cachedTokens,
  };
}

function choiceOf(
  asked: Asked,
  recipe: Recipe,
  seed: number,
  text: string,
  call: ToolCall | undefined,
): Choice {
  if (call) {
    return {
      tokens: tokensOf(call.arguments),
      call,
      finish: recipe.finishReason ?? (call.forced ? 'stop' : 'tool_calls'),
    };
  }
  const { tokens, cut } = answerTokens(asked, recipe, seed, text);
  return { tokens, call: undefined, finish: recipe.finishReason ?? (cut ? 'length' : 'stop') };
}

function figures(reply: Reply, completion: number): UsageFigures {
  const reasoning = reply.reasoning.length;
  return { prompt: reply.prompt, completion: completion + reasoning, reasoning, cached: reply.cached };
}

function tokenCount(reply: Reply): number {
  return reply.choices.reduce((sum, { tokens }) => sum + tokens.length, 0);
}

function whole(recipe: Recipe, reply: Reply): Script {
  const { id, ...rest } = reply.signature;
  const count = tokenCount(reply);
  const usage = recipe.usage === 'none' ? {} : { usage: usageObject(figures(reply, count), recipe) };
  const choices = reply.choices.map((choice, index) => ({
    index,
    message: messageOf(choice, reply.reasoning),
    logprobs: null,
    finish_reason: choice.finish,
  }));
  const body = serialise({ id, object: 'chat.completion', ...rest, choices, ...usage });
  const longest = Math.max(...reply.choices.map(({ tokens }) => tokens.length)) + reply.reasoning.length;
  return wholeScript(200, 'application/json', Buffer.from(body), { waitMs: wholeWaitMs(recipe, longest) });
}

function messageOf(choice: Choice, reasoning: readonly string[]): unknown {
  const thought = reasoning.length === 0 ? {} : { reasoning_content: reasoning.join('') };
  const { call } = choice;
  if (!call) {
    return { role: 'assistant', content: choice.tokens.join(''), ...thought, refusal: null, annotations: [] };
  }
  const tool = { id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } };
  return { role: 'assistant', content: null, ...thought, tool_calls: [tool], refusal: null };
}

function streamed(asked: Asked, recipe: Recipe, reply: Reply): Script {
  const wanted = field(field(asked.json, 'stream_options'), 'include_usage') === true;
  const chunk = chunkMaker(recipe, reply, wanted && recipe.usage === 'asked');
  const tokens: (readonly Event[])[] = reply.reasoning.map((text) =>
    reply.choices.map((_, index) => chunk('token', index, { reasoning_content: text })),
  );
  const longest = Math.max(...reply.choices.map((choice) => choice.tokens.length));
  for (let at = 0; at < longest; at++) {
    tokens.push(reply.choices.flatMap((choice, index) => tokenEvents(chunk, choice, index, at)));
  }
  const finish = reply.choices.map((choice, index) => chunk('finish', index, {}, choice.finish));
  const opening = reply.choices.map((choice, index) => chunk('opening', index, openingOf(choice)));
  return streamScript(
    { opening, tokens, closing: [...finish, ...usageEvents(recipe, reply, wanted)] },
    recipe,
  );
}

type ChunkMaker = (part: Event['part'], index: number, delta: unknown, finish?: string) => Event;

/** Makes chunks; counts tokens on the way for hosts that report usage with each of them. */
function chunkMaker(recipe: Recipe, reply: Reply, nullUsage: boolean): ChunkMaker {
  let sent = 0;
  const total = tokenCount(reply);
  return (part, index, delta, finish) => {
    if (part === 'token') sent++;
    const choices = [{ index, delta, logprobs: null, finish_reason: finish ?? null }];
    const counted = part === 'finish' ? total : sent;
    const reported = recipe.usage === 'each' || (recipe.usage === 'finish' && part === 'finish');
    const usage = reported
      ? { usage: usageObject(figures(reply, counted), recipe) }
      : nullUsage
        ? { usage: null }
        : {};
    return { part, value: chunkOf(reply, choices, usage) };
  };
}

function chunkOf(reply: Reply, choices: readonly unknown[], usage: object): unknown {
  const { id, ...rest } = reply.signature;
  return { id, object: 'chat.completion.chunk', ...rest, choices, ...usage };
}

function openingOf(choice: Choice): unknown {
  const { call } = choice;
  if (!call) return { role: 'assistant', content: '', refusal: null };
  const opened = { index: 0, id: call.id, type: 'function', function: { name: call.name, arguments: '' } };
  return { role: 'assistant', content: null, tool_calls: [opened] };
}

function tokenEvents(chunk: ChunkMaker, choice: Choice, index: number, at: number): Event[] {
  const token = choice.tokens[at];
  if (token === undefined) return [];
  const delta = choice.call
    ? { tool_calls: [{ index: 0, function: { arguments: token } }] }
    : { content: token };
  return [chunk('token', index, delta)];
}

function usageEvents(recipe: Recipe, reply: Reply, wanted: boolean): Event[] {
  const usage = { usage: usageObject(figures(reply, tokenCount(reply)), recipe) };
  if (recipe.usage === 'asked' && wanted) return [{ part: 'usage', value: chunkOf(reply, [], usage) }];
  if (recipe.usage !== 'later') return [];
  // Seen at OpenRouter: usage in a chunk after the finish reason that still has choices.
  const choices = [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }];
  return [{ part: 'usage', value: chunkOf(reply, choices, usage) }];
}
