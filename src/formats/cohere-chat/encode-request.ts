import type { Conversation, Loss, Tool } from '../../core/conversation.ts';
import type { TranslationTarget, WireRequest } from '../../core/format.ts';
import { type JsonOut, Verbatim, writeJson } from '../../lib/json-write.ts';
import { wishedBudget } from '../hub/effort.ts';
import { fitTurns } from '../hub/fit.ts';
import { functionTool } from '../hub/function-tool.ts';
import { PLAIN_IDS } from '../hub/ids.ts';
import { legalToolName } from '../hub/tool-names.ts';
import { noteUnsaid } from '../hub/unsaid.ts';
import { encodeMessages } from './encode-messages.ts';

/** The request for one target (https://docs.cohere.com/v2/reference/chat). */
export function encodeRequest(conversation: Conversation, target: TranslationTarget): WireRequest {
  const thinks = target.reasons ?? /reasoning|command-a-plus/.test(target.model);
  const fitted = fitTurns(conversation.turns, {
    format: 'cohere-chat',
    provider: target.provider,
    ids: PLAIN_IDS,
    foreignReasoning: 'text',
    joinsTurns: true,
    lateSystem: 'native',
  });
  const losses = new Set<Loss>(fitted.losses);
  const body = {
    model: target.model,
    messages: encodeMessages(fitted.system, fitted.turns, thinks, losses),
    stream: conversation.stream,
    ...encodeTools(conversation, losses),
    response_format: encodeOutput(conversation, losses),
    thinking: encodeThinking(conversation, thinks, losses),
    max_tokens: conversation.maxOutput,
    ...encodeSampling(conversation, losses),
  };
  if (fitted.turns.at(-1)?.role === 'assistant') losses.add('prefill');
  noteUnsaid(conversation, losses, UNKNOWN);
  return { path: '/chat', body: Buffer.from(writeJson(body)), losses: [...losses].sort() };
}

const UNKNOWN = [
  'candidates',
  'logprobs',
  'logit-bias',
  'user',
  'metadata',
  'tier',
  'verbosity',
  'parallel-calls',
] as const;

/** A tool must be called, or none may be; of some there is a choice only by not telling of the others. */
function encodeTools(
  { tools, toolChoice }: Conversation,
  losses: Set<Loss>,
): { readonly [name: string]: JsonOut } {
  const { mode, names } = toolChoice ?? { mode: 'auto' };
  const offered = names && mode !== 'none' ? tools.filter(({ name }) => names.includes(name)) : tools;
  if (offered.length === 0) return {};
  const isStrict = offered.every(({ strict }) => strict === true);
  if (!isStrict && offered.some(({ strict }) => strict === true)) losses.add('schema');
  return {
    tools: offered.map((tool) => encodeTool(tool, losses)),
    tool_choice: mode === 'none' ? 'NONE' : mode === 'required' ? 'REQUIRED' : undefined,
    strict_tools: isStrict || undefined,
  };
}

function encodeTool(tool: Tool, losses: Set<Loss>): JsonOut {
  const told = functionTool(tool, losses);
  return { type: 'function', function: { ...told, name: legalToolName(told.name) } };
}

/** "The parameter is not supported when used in combinations with the documents or tools parameters." */
function encodeOutput({ output, tools }: Conversation, losses: Set<Loss>): JsonOut {
  if (!output) return undefined;
  if (tools.length > 0) {
    losses.add('json-output');
    return undefined;
  }
  return {
    type: 'json_object',
    json_schema: output.kind === 'schema' ? new Verbatim(output.schema) : undefined,
  };
}

/** Models that think do so unless told not to; the others do not know the field. */
function encodeThinking({ reasoning }: Conversation, thinks: boolean, losses: Set<Loss>): JsonOut {
  const budget = wishedBudget(reasoning);
  if (!reasoning) return undefined;
  if (!thinks) {
    if (budget !== undefined && budget > 0) losses.add('effort');
    return undefined;
  }
  return budget === 0 ? { type: 'disabled' } : { type: 'enabled', token_budget: budget };
}

/** "A list of up to 5 strings" (cohere-typescript, `V2ChatRequest`). */
const MOST_STOPS = 5;

/** `p` goes from 0.01 to 0.99, `k` to 500, penalties from 0 to 1 (cohere-typescript, `V2ChatRequest`). */
function encodeSampling(
  { temperature, topP, topK, seed, stop, presencePenalty, frequencyPenalty }: Conversation,
  losses: Set<Loss>,
): { readonly [name: string]: JsonOut } {
  if (stop && stop.length > MOST_STOPS) losses.add('stop');
  if (topK !== undefined && topK > 500) losses.add('top-k');
  if (isOutside(presencePenalty) || isOutside(frequencyPenalty)) losses.add('penalties');
  return {
    temperature,
    p: topP === undefined ? undefined : clamp(topP, 0.01, 0.99),
    k: topK === undefined ? undefined : clamp(topK, 0, 500),
    seed,
    stop_sequences: stop?.slice(0, MOST_STOPS),
    presence_penalty: presencePenalty === undefined ? undefined : clamp(presencePenalty, 0, 1),
    frequency_penalty: frequencyPenalty === undefined ? undefined : clamp(frequencyPenalty, 0, 1),
  };
}

function isOutside(penalty: number | undefined): boolean {
  return penalty !== undefined && (penalty < 0 || penalty > 1);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
