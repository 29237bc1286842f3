import { field } from '../../../lib/expect.ts';
import { SSE, type Told, type Voice, usageIn } from '../../content/converse.ts';
import { type Figures, finishIn, firstChoice } from '../../content/reply.ts';
import { type ToolCall, callId } from '../../content/tools.ts';
import { type Event, type Timeline, timelineOf } from '../../event.ts';
import { idFrom } from '../../random.ts';
import { COHERE_ERRORS } from './errors.ts';
import { readCohere } from './read.ts';

/** `POST /v2/chat`. */
export const COHERE_VOICE: Voice = {
  errors: COHERE_ERRORS,
  read: readCohere,
  whole,
  timeline,
  streaming: ({ json }) => (field(json, 'stream') === true ? SSE : undefined),
};

const FINISH: Readonly<Record<string, string>> = {
  stop: 'COMPLETE',
  length: 'MAX_TOKENS',
  tool_calls: 'TOOL_CALL',
  content_filter: 'ERROR_TOXIC',
};

function usageOf({ prompt, cached, answer, thought }: Figures): unknown {
  const tokens = { input_tokens: prompt, output_tokens: answer + thought };
  return { billed_units: tokens, tokens, cached_tokens: cached };
}

function idOf({ reply }: Told): string {
  return idFrom(reply.seed, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function toolId(call: ToolCall): string {
  return callId(call, `${call.name}_`, 12);
}

/** What is said before tools are called is their plan. */
function parts(told: Told): { plan: readonly string[]; text: readonly string[]; calls: readonly ToolCall[] } {
  const { tokens, calls } = firstChoice(told.reply);
  return calls.length === 0 ? { plan: [], text: tokens, calls } : { plan: tokens, text: [], calls };
}

function whole(told: Told): unknown {
  const { reply, recipe } = told;
  const { plan, text, calls } = parts(told);
  const thought = reply.thought.join('');
  const content = [
    ...(thought === '' ? [] : [{ type: 'thinking', thinking: thought }]),
    ...(text.length === 0 ? [] : [{ type: 'text', text: text.join('') }]),
  ];
  const tools = calls.map((call) => ({
    id: toolId(call),
    type: 'function',
    function: { name: call.name, arguments: call.arguments },
  }));
  return {
    id: idOf(told),
    message: {
      role: 'assistant',
      ...(content.length === 0 ? {} : { content }),
      ...(plan.length === 0 ? {} : { tool_plan: plan.join('') }),
      ...(tools.length === 0 ? {} : { tool_calls: tools }),
    },
    finish_reason: finishIn(FINISH, firstChoice(reply).finish),
    ...usageIn('usage', usageOf(reply.figures), recipe),
  };
}

function timeline(told: Told): Timeline {
  const { reply, recipe } = told;
  const { plan, text, calls } = parts(told);
  const empty = { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] };
  const events: Event[] = [named('opening', 'message-start', { id: idOf(told), delta: { message: empty } })];
  let index = 0;
  const block = (type: 'thinking' | 'text', tokens: readonly string[]): void => {
    if (tokens.length === 0) return;
    const at = index++;
    events.push(named('opening', 'content-start', { index: at, ...content({ type, [type]: '' }) }));
    for (const token of tokens) {
      events.push(named('token', 'content-delta', { index: at, ...content({ [type]: token }) }));
    }
    events.push(named('closing', 'content-end', { index: at }));
  };
  block('thinking', reply.thought);
  block('text', text);
  for (const token of plan) {
    events.push(named('token', 'tool-plan-delta', { delta: { message: { tool_plan: token } } }));
  }
  calls.forEach((call, at) => events.push(...callEvents(call, at)));
  const usage = usageIn('usage', usageOf(reply.figures), recipe);
  const delta = { finish_reason: finishIn(FINISH, firstChoice(reply).finish), ...usage };
  events.push(named('done', 'message-end', { delta }));
  return timelineOf(events);
}

function callEvents(call: ToolCall, index: number): readonly Event[] {
  const opened = { id: toolId(call), type: 'function', function: { name: call.name, arguments: '' } };
  return [
    named('opening', 'tool-call-start', { index, delta: { message: { tool_calls: opened } } }),
    ...call.tokens.map((text) =>
      named('token', 'tool-call-delta', {
        index,
        delta: { message: { tool_calls: { function: { arguments: text } } } },
      }),
    ),
    named('closing', 'tool-call-end', { index }),
  ];
}

function content(value: object): object {
  return { delta: { message: { content: value } } };
}

function named(part: Event['part'], type: string, rest: object): Event {
  return { part, name: type, value: { type, ...rest } };
}
