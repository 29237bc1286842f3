import { field, stringField } from '../../../lib/expect.ts';
import { CREATED, type Told, usageIn } from '../../content/converse.ts';
import { listOf } from '../../content/objections.ts';
import { type Figures, firstChoice } from '../../content/reply.ts';
import { callId } from '../../content/tools.ts';
import { idFrom } from '../../random.ts';
import { seal } from '../../seal.ts';
import { REASONING_SEAL, SEAL_START } from './rules.ts';

/** Where an answer stands. */
export type Stage = 'in_progress' | 'finished';

export function responseId({ reply }: Told): string {
  return `resp_${idFrom(reply.seed, 48)}`;
}

export function responsesUsage({ prompt, cached, answer, thought }: Figures): unknown {
  return {
    input_tokens: prompt,
    input_tokens_details: { cached_tokens: cached },
    output_tokens: answer + thought,
    output_tokens_details: { reasoning_tokens: thought },
    total_tokens: prompt + answer + thought,
  };
}

// What each finish reason makes of the answer.
const INCOMPLETE: Readonly<Record<string, string | undefined>> = {
  stop: undefined,
  tool_calls: undefined,
  length: 'max_output_tokens',
};

/** Why the answer is incomplete; undefined when it is not. */
export function incompleteReason({ reply }: Told): string | undefined {
  const { finish } = firstChoice(reply);
  return finish in INCOMPLETE ? INCOMPLETE[finish] : finish;
}

/** The response object: the answer, and everything of the request that it repeats. */
export function responseOf(told: Told, output: readonly unknown[], stage: Stage): unknown {
  const { asked, recipe, reply, model } = told;
  const { json } = asked;
  const isOver = stage === 'finished';
  const reason = incompleteReason(told);
  const done = reason === undefined ? 'completed' : 'incomplete';
  const usage = isOver ? usageIn('usage', responsesUsage(reply.figures), recipe) : { usage: null };
  return {
    id: responseId(told),
    object: 'response',
    created_at: CREATED,
    status: isOver ? done : 'in_progress',
    background: false,
    completed_at: isOver && reason === undefined ? CREATED : null,
    error: null,
    incomplete_details: isOver && reason !== undefined ? { reason } : null,
    instructions: field(json, 'instructions') ?? null,
    max_output_tokens: field(json, 'max_output_tokens') ?? null,
    max_tool_calls: null,
    model,
    output,
    ...echoOf(json),
    ...usage,
    user: field(json, 'user') ?? null,
    metadata: field(json, 'metadata') ?? {},
  };
}

function echoOf(json: unknown): object {
  const format = field(field(json, 'text'), 'format') ?? { type: 'text' };
  const reasoning = field(json, 'reasoning');
  return {
    parallel_tool_calls: field(json, 'parallel_tool_calls') ?? true,
    frequency_penalty: 0,
    presence_penalty: 0,
    previous_response_id: field(json, 'previous_response_id') ?? null,
    prompt_cache_key: field(json, 'prompt_cache_key') ?? null,
    prompt_cache_retention: null,
    reasoning: {
      effort: field(reasoning, 'effort') ?? null,
      summary: field(reasoning, 'summary') ?? null,
    },
    safety_identifier: null,
    service_tier: 'default',
    store: field(json, 'store') ?? true,
    temperature: field(json, 'temperature') ?? 1,
    text: { format, verbosity: 'medium' },
    tool_choice: field(json, 'tool_choice') ?? 'auto',
    tools: field(json, 'tools') ?? [],
    top_logprobs: 0,
    top_p: field(json, 'top_p') ?? 1,
    truncation: field(json, 'truncation') ?? 'disabled',
  };
}

/** An item of the answer, with the tokens it is streamed in. */
export type Item =
  | {
      readonly is: 'reasoning';
      readonly id: string;
      readonly tokens: readonly string[];
      readonly sealed: string | undefined;
    }
  | { readonly is: 'message'; readonly id: string; readonly tokens: readonly string[] }
  | {
      readonly is: 'call';
      readonly id: string;
      readonly tokens: readonly string[];
      readonly callId: string;
      readonly name: string;
      readonly namespace: string | undefined;
      readonly takesText: boolean;
    };

export function itemsOfReply(told: Told): readonly Item[] {
  const { reply, recipe, identity, asked } = told;
  const { tokens, calls } = firstChoice(reply);
  const items: Item[] = [];
  if (reply.thought.length > 0) {
    const included = listOf(field(asked.json, 'include')).includes('reasoning.encrypted_content');
    const text = reply.thought.join('');
    // A summary only for those who asked for one, or who asked the simulator to think.
    const summary = stringField(field(asked.json, 'reasoning'), 'summary') !== undefined;
    const shown = !recipe.hiddenThought && (summary || recipe.reasoningTokens > 0);
    items.push({
      is: 'reasoning',
      id: `rs_${idFrom(reply.seed + 1, 48)}`,
      tokens: shown ? reply.thought : [],
      sealed: included ? `${SEAL_START}${seal(identity.owner, REASONING_SEAL, text)}` : undefined,
    });
  }
  if (tokens.length > 0) items.push({ is: 'message', id: `msg_${idFrom(reply.seed + 2, 48)}`, tokens });
  for (const call of calls) {
    const { tokens: given, name, namespace, takesText = false } = call;
    // A custom tool's call comes back under `fc_` from nobody: OpenAI refuses it then.
    const ids = { id: callId(call, takesText ? 'ctc_' : 'fc_', 48), callId: callId(call, 'call_', 24) };
    items.push({ is: 'call', ...ids, tokens: given, name, namespace, takesText });
  }
  return items;
}

/** The item as it stands in the answer, empty while it has only begun. */
export function itemBody(
  item: Item,
  hasText: boolean,
  status = hasText ? 'completed' : 'in_progress',
): unknown {
  const text = hasText ? item.tokens.join('') : '';
  switch (item.is) {
    case 'reasoning': {
      const sealed = item.sealed === undefined ? {} : { encrypted_content: item.sealed };
      const summary = text === '' ? [] : [{ type: 'summary_text', text }];
      return { id: item.id, type: 'reasoning', summary, ...sealed };
    }
    case 'message': {
      const content = hasText ? [textPart(text)] : [];
      return { id: item.id, type: 'message', status, role: 'assistant', content };
    }
    case 'call': {
      const { id, callId: call_id, name, namespace, takesText } = item;
      const call = { call_id, name, ...(namespace !== undefined && { namespace }) };
      return takesText
        ? { id, type: 'custom_tool_call', status, input: text, ...call }
        : { id, type: 'function_call', status, arguments: text, ...call };
    }
  }
}

export function textPart(text: string): unknown {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}
