import type { CallPart, Conversation, Loss, Tool, Turn } from '../../core/conversation.ts';
import { type JsonOut, Verbatim } from '../../lib/json-write.ts';
import { enforcedSchema } from '../hub/claude-schema.ts';
import { functionOf } from '../hub/custom-tool.ts';
import { legalToolName } from '../hub/tool-names.ts';
import { toolSchema } from '../hub/tool-schema.ts';
import type { CachePoints } from './cache-points.ts';
import type { Block } from './encode-media.ts';
import type { BedrockModel } from './models.ts';

/** What a request says of tools. */
export interface EncodedTools {
  readonly config: JsonOut;
  /** The model must call a tool, which Claude's cannot while they think. */
  readonly isForced: boolean;
  /** Tools stand there only because the history has calls; the model is to be told not to call them. */
  readonly isForbidden: boolean;
}

/**
 * There is no choice of no tool, and calls in the history without tools are refused ("The toolConfig field must be
 * defined when using toolUse and toolResult content blocks"): the model is told instead.
 */
export function encodeTools(
  conversation: Conversation,
  turns: readonly Turn[],
  parts: { readonly model: BedrockModel; readonly points: CachePoints; readonly losses: Set<Loss> },
): EncodedTools {
  const { toolChoice } = conversation;
  const called = knownTools(turns);
  const isForbidden = conversation.tools.length === 0 || toolChoice?.mode === 'none';
  if (isForbidden && called.length === 0) return { config: undefined, isForced: false, isForbidden: false };
  const offered = narrow(conversation, parts.losses);
  const tools = offered.length > 0 ? offered.flatMap((tool) => encodeTool(tool, parts)) : called;
  if (isForbidden) parts.losses.add('tool-choice');
  const choice = isForbidden ? undefined : encodeChoice(conversation, offered, parts);
  return {
    config: { tools, toolChoice: choice },
    isForced: choice !== undefined,
    isForbidden,
  };
}

/** Nothing said is `auto`, and not every model takes the word. */
function encodeChoice(
  { toolChoice }: Conversation,
  tools: readonly Tool[],
  { model, losses }: { readonly model: BedrockModel; readonly losses: Set<Loss> },
): Block | undefined {
  if (toolChoice?.mode !== 'required') return undefined;
  if (!model.forcedTools) {
    losses.add('tool-choice');
    return undefined;
  }
  const { names } = toolChoice;
  const single = names?.length === 1 ? tools.find(({ name }) => name === names[0]) : undefined;
  return single ? { tool: { name: legalToolName(single.name) } } : { any: {} };
}

/** There is a choice of one tool or of all; of some there is one only by not telling of the others. */
function narrow({ tools, toolChoice }: Conversation, losses: Set<Loss>): readonly Tool[] {
  const names = toolChoice?.names;
  if (!names || toolChoice.mode === 'none') return tools;
  const isSingle = names.length === 1 && toolChoice.mode === 'required';
  if (isSingle && tools.some(({ name }) => name === names[0])) return tools;
  const named = tools.filter(({ name }) => names.includes(name));
  if (named.length > 0) return named;
  losses.add('tool-choice');
  return tools;
}

function encodeTool(
  tool: Tool,
  {
    model,
    points,
    losses,
  }: { readonly model: BedrockModel; readonly points: CachePoints; readonly losses: Set<Loss> },
): readonly Block[] {
  if (tool.custom === true) losses.add('custom-tool');
  const { name, description, schema } = functionOf(tool);
  const enforced =
    tool.strict === true && schema !== undefined && model.structured ? enforcedSchema(schema) : undefined;
  const isStrict = enforced !== undefined && !enforced.lossy;
  const fitted = isStrict ? enforced : toolSchema(schema);
  if (fitted.lossy || (tool.strict === true && !isStrict)) losses.add('schema');
  const toolSpec = {
    name: legalToolName(name),
    description: description?.trim() === '' ? undefined : description,
    inputSchema: { json: new Verbatim(fitted.schema) },
    strict: isStrict || undefined,
  };
  return [{ toolSpec }, ...points.after(tool.cache, 'tools')];
}

/** Of tools that the caller no longer gives only the names are known. */
function knownTools(turns: readonly Turn[]): readonly Block[] {
  const calls = turns.flatMap(({ parts }) => parts).filter((part): part is CallPart => part.kind === 'call');
  const names = new Set(calls.map(({ name }) => legalToolName(name)));
  return [...names].map((name) => ({
    toolSpec: { name, inputSchema: { json: new Verbatim(toolSchema(undefined).schema) } },
  }));
}
