import { field } from '../../../lib/expect.ts';
import { CREATED, SSE, type Told, type Voice, usageIn } from '../../content/converse.ts';
import { type Choice, type Figures, tokenCount } from '../../content/reply.ts';
import { type ToolCall, callId } from '../../content/tools.ts';
import type { Event, Timeline } from '../../event.ts';
import { idFrom } from '../../random.ts';
import { OPENAI_ERRORS } from './errors.ts';
import { readChat } from './read.ts';

/** `POST /v1/chat/completions`. */
export const CHAT_VOICE: Voice = {
  errors: OPENAI_ERRORS,
  read: readChat,
  whole,
  timeline,
  streaming: ({ json }) => (field(json, 'stream') === true ? { ...SSE, end: 'data: [DONE]\n\n' } : undefined),
};

/** Token figures as OpenAI adds them up. */
export function openaiUsage({ prompt, cached, answer, thought }: Figures): unknown {
  return {
    prompt_tokens: prompt,
    completion_tokens: answer + thought,
    total_tokens: prompt + answer + thought,
    prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: thought, audio_tokens: 0 },
  };
}

function signatureOf({ reply, model, identity }: Told): Record<string, unknown> {
  return {
    created: CREATED,
    model,
    service_tier: 'default',
    system_fingerprint: `fp_${identity.name}`,
    id: `chatcmpl-${idFrom(reply.seed, 29)}`,
  };
}

/** OpenAI says `stop`, not `tool_calls`, when the request named the tool. */
function finishOf({ question, recipe }: Told, choice: Choice): string {
  const forced = choice.calls.length > 0 && question.choice.is === 'named';
  return forced && recipe.finishReason === undefined ? 'stop' : choice.finish;
}

function idOf(told: Told, call: ToolCall): string {
  return told.identity.chatRules === 'mistral' ? callId(call, '', 9) : callId(call, 'call_', 24);
}

function whole(told: Told): unknown {
  const { id, ...rest } = signatureOf(told);
  const { reply, recipe } = told;
  const choices = reply.choices.map((choice, index) => ({
    index,
    message: messageOf(told, choice),
    logprobs: null,
    finish_reason: finishOf(told, choice),
  }));
  const usage = usageIn('usage', openaiUsage(reply.figures), recipe);
  return { id, object: 'chat.completion', ...rest, choices, ...usage };
}

function messageOf(told: Told, { tokens, calls }: Choice): unknown {
  const { thought } = told.reply;
  const reasoning = thought.length === 0 ? {} : { reasoning_content: thought.join('') };
  const content = tokens.join('');
  if (calls.length === 0) return { role: 'assistant', content, ...reasoning, refusal: null, annotations: [] };
  const tools = calls.map((call) => ({
    id: idOf(told, call),
    type: 'function',
    function: { name: call.name, arguments: call.arguments },
  }));
  return { role: 'assistant', content: content || null, ...reasoning, tool_calls: tools, refusal: null };
}

function timeline(told: Told): Timeline {
  const { reply, recipe, asked } = told;
  const wanted = field(field(asked.json, 'stream_options'), 'include_usage') === true;
  const chunk = chunkMaker(told, wanted && recipe.usage === 'asked');
  const tokens: (readonly Event[])[] = reply.thought.map((text) =>
    reply.choices.map((_, index) => chunk('token', index, { reasoning_content: text })),
  );
  const written = reply.choices.map((choice, index) => choiceEvents(told, chunk, choice, index));
  const longest = Math.max(...written.map(({ length }) => length));
  for (let at = 0; at < longest; at++) tokens.push(written.flatMap((events) => events[at] ?? []));
  const finish = reply.choices.map((choice, index) => chunk('finish', index, {}, finishOf(told, choice)));
  const opening = reply.choices.map((choice, index) => chunk('opening', index, openingOf(told, choice)));
  return { opening, tokens, closing: [...finish, ...usageEvents(told, wanted)] };
}

type ChunkMaker = (part: Event['part'], index: number, delta: unknown, finish?: string) => Event;

/** Makes chunks; counts tokens on the way for hosts that report usage with each of them. */
function chunkMaker(told: Told, nullUsage: boolean): ChunkMaker {
  const { recipe, reply } = told;
  let sent = 0;
  return (part, index, delta, finish) => {
    if (part === 'token') sent++;
    const choices = [{ index, delta, logprobs: null, finish_reason: finish ?? null }];
    const answer = part === 'finish' ? reply.figures.answer : sent;
    const reported = recipe.usage === 'each' || (recipe.usage === 'finish' && part === 'finish');
    const silent = nullUsage ? { usage: null } : {};
    const usage = reported ? usageIn('usage', openaiUsage({ ...reply.figures, answer }), recipe) : silent;
    return { part, value: chunkOf(told, choices, usage) };
  };
}

function chunkOf(told: Told, choices: readonly unknown[], usage: object): unknown {
  const { id, ...rest } = signatureOf(told);
  return { id, object: 'chat.completion.chunk', ...rest, choices, ...usage };
}

function openingOf(told: Told, { tokens, calls }: Choice): unknown {
  const [call] = calls;
  if (!call) return { role: 'assistant', content: '', refusal: null };
  if (tokens.length > 0) return { role: 'assistant', content: '', refusal: null };
  return { role: 'assistant', content: null, tool_calls: [openedCall(told, call, 0)] };
}

function openedCall(told: Told, call: ToolCall, index: number): unknown {
  return { index, id: idOf(told, call), type: 'function', function: { name: call.name, arguments: '' } };
}

/** The events of each token in turn; the first token of a call comes with what opens the call. */
function choiceEvents(told: Told, chunk: ChunkMaker, choice: Choice, index: number): (readonly Event[])[] {
  const written: (readonly Event[])[] = choice.tokens.map((content) => [chunk('token', index, { content })]);
  choice.calls.forEach((call, order) => {
    const opensElsewhere = order === 0 && choice.tokens.length === 0;
    call.tokens.forEach((text, at) => {
      const delta = { tool_calls: [{ index: order, function: { arguments: text } }] };
      const token = chunk('token', index, delta);
      const opens = at === 0 && !opensElsewhere;
      const opened = { tool_calls: [openedCall(told, call, order)] };
      written.push(opens ? [chunk('opening', index, opened), token] : [token]);
    });
  });
  return written;
}

function usageEvents(told: Told, wanted: boolean): Event[] {
  const { recipe, reply } = told;
  const answer = reply.choices.reduce((sum, choice) => sum + tokenCount(choice), 0);
  const usage = usageIn('usage', openaiUsage({ ...reply.figures, answer }), recipe);
  if (recipe.usage === 'asked' && wanted) return [{ part: 'usage', value: chunkOf(told, [], usage) }];
  if (recipe.usage !== 'later') return [];
  // Seen at OpenRouter: usage in a chunk after the finish reason that still has choices.
  const choices = [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }];
  return [{ part: 'usage', value: chunkOf(told, choices, usage) }];
}
