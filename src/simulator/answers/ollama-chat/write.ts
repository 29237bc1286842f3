import { field } from '../../../lib/expect.ts';
import type { Asked } from '../../asked.ts';
import { CREATED, type Streaming, type Told, type Voice, usageIn } from '../../content/converse.ts';
import { finishIn, firstChoice } from '../../content/reply.ts';
import { type ToolCall, callId } from '../../content/tools.ts';
import type { Event, Timeline } from '../../event.ts';
import { OLLAMA_ERRORS } from './errors.ts';
import { readGenerate, readOllama } from './read.ts';

/** `POST /api/chat`. */
export const OLLAMA_VOICE: Voice = {
  errors: OLLAMA_ERRORS,
  read: readOllama,
  whole: (told) => ({ ...head(told), message: messageOf(told), ...ending(told) }),
  timeline: (told) => timeline(told, (said) => ({ message: { role: 'assistant', content: '', ...said } })),
  streaming,
};

/** `POST /api/generate`. */
export const GENERATE_VOICE: Voice = {
  errors: OLLAMA_ERRORS,
  read: readGenerate,
  whole: (told) => {
    const { reply } = told;
    const thought = reply.thought.length === 0 ? {} : { thinking: reply.thought.join('') };
    return { ...head(told), response: firstChoice(reply).tokens.join(''), ...thought, ...ending(told) };
  },
  timeline: (told) => timeline(told, ({ content, ...said }) => ({ response: content ?? '', ...said })),
  streaming,
};

/** Streamed unless told otherwise. */
function streaming({ json }: Asked): Streaming | undefined {
  return field(json, 'stream') === false
    ? undefined
    : { framing: 'ndjson', contentType: 'application/x-ndjson' };
}

const FINISH: Readonly<Record<string, string>> = { tool_calls: 'stop', content_filter: 'stop' };
const AT = new Date(CREATED * 1000).toISOString();

function head({ model }: Told): object {
  return { model, created_at: AT };
}

function ending({ reply, recipe }: Told): object {
  const { prompt, answer, thought } = reply.figures;
  const counts = { prompt_eval_count: prompt, eval_count: answer + thought };
  return {
    done: true,
    done_reason: finishIn(FINISH, firstChoice(reply).finish),
    total_duration: 1_000_000_000,
    load_duration: 50_000_000,
    ...spread(usageIn('counts', counts, recipe)),
    prompt_eval_duration: 100_000_000,
    eval_duration: 800_000_000,
  };
}

/** Ollama's figures stand among its other fields. */
function spread({ counts }: Record<string, unknown>): object {
  return typeof counts === 'object' && counts !== null ? counts : {};
}

function toolOf(call: ToolCall, index: number): unknown {
  return {
    id: callId(call, 'call_', 8),
    function: { index, name: call.name, arguments: JSON.parse(call.arguments) },
  };
}

function messageOf({ reply }: Told): unknown {
  const { tokens, calls } = firstChoice(reply);
  return {
    role: 'assistant',
    content: tokens.join(''),
    ...(reply.thought.length === 0 ? {} : { thinking: reply.thought.join('') }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(toolOf) }),
  };
}

interface Said {
  readonly content?: string;
  readonly thinking?: string;
  readonly tool_calls?: readonly unknown[];
}

/** A line for each token, one for each call, and the last one with the figures. */
function timeline(told: Told, wrap: (said: Said) => object): Timeline {
  const { reply } = told;
  const { tokens, calls } = firstChoice(reply);
  const line = (said: Said): Event[] => [
    { part: 'token', value: { ...head(told), ...wrap(said), done: false } },
  ];
  return {
    opening: [],
    tokens: [
      ...reply.thought.map((thinking) => line({ content: '', thinking })),
      ...tokens.map((content) => line({ content })),
      ...calls.map((call, index) => line({ content: '', tool_calls: [toolOf(call, index)] })),
    ],
    closing: [{ part: 'done', value: { ...head(told), ...wrap({ content: '' }), ...ending(told) } }],
  };
}
