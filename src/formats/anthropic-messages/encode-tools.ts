import type { CallPart, Conversation, Loss, Tool, Turn } from '../../core/conversation.ts';
import { type JsonOut, Verbatim } from '../../lib/json-write.ts';
import { enforcedSchema } from '../hub/claude-schema.ts';
import type { Claude } from '../hub/claude.ts';
import { functionOf } from '../hub/custom-tool.ts';
import type { FittedSchema } from '../hub/schema-text.ts';
import { legalToolName } from '../hub/tool-names.ts';
import { toolSchema } from '../hub/tool-schema.ts';
import type { CacheMarks } from './cache-marks.ts';

/** The tool by which a model answers in a given shape when it knows no other way; its call is the answer's text. */
export const ANSWER_TOOL = 'gw_answer_as_json';

/** Anthropic enforces the arguments of at most so many tools. */
const MOST_STRICT = 20;

/** What a request says of tools. */
export interface EncodedTools {
  readonly tools: readonly JsonOut[];
  readonly choice: JsonOut;
  /** The model must call a tool, which it cannot while it thinks within a budget. */
  readonly isForced: boolean;
}

/** @param answerTool Given when the answer's shape is asked for by a tool. */
export function encodeTools(
  conversation: Conversation,
  turns: readonly Turn[],
  claude: Claude,
  parts: { readonly marks: CacheMarks; readonly losses: Set<Loss>; readonly answerTool: JsonOut },
): EncodedTools {
  const { marks, losses, answerTool } = parts;
  const named = narrow(conversation, losses);
  const strict = new StrictTools(claude);
  const tools: JsonOut[] = named.map((tool) => encodeTool(tool, strict, marks, losses));
  if (tools.length === 0 && answerTool === undefined) {
    const known = knownTools(turns);
    return { tools: known, choice: known.length > 0 ? { type: 'none' } : undefined, isForced: false };
  }
  const wished: EncodedTools =
    answerTool === undefined
      ? { tools, ...encodeChoice(conversation, named) }
      : {
          tools: [...tools, answerTool],
          choice: { type: 'any', disable_parallel_tool_use: true },
          isForced: true,
        };
  if (!wished.isForced || claude.forcedTools) return wished;
  losses.add('tool-choice');
  return { ...wished, choice: unforced(wished.choice), isForced: false };
}

function encodeChoice(
  { toolChoice, parallelCalls }: Conversation,
  tools: readonly Tool[],
): Pick<EncodedTools, 'choice' | 'isForced'> {
  const { mode, names } = toolChoice ?? { mode: 'auto' };
  const only = parallelCalls === false ? { disable_parallel_tool_use: true } : undefined;
  if (mode === 'none') return { choice: { type: 'none' }, isForced: false };
  if (mode === 'auto') return { choice: only && { type: 'auto', ...only }, isForced: false };
  const single = names?.length === 1 ? tools.find(({ name }) => name === names[0]) : undefined;
  const choice = single ? { type: 'tool', name: legalToolName(single.name) } : { type: 'any' };
  return { choice: { ...choice, ...only }, isForced: true };
}

/** The choice when the model cannot be forced: it may. */
function unforced(choice: JsonOut): JsonOut {
  const isSingle = typeof choice === 'object' && choice !== null && 'disable_parallel_tool_use' in choice;
  return isSingle ? { type: 'auto', disable_parallel_tool_use: true } : undefined;
}

/** There is a choice of one tool, of all or of none; of some there is one only by not telling of the others. */
function narrow({ tools, toolChoice }: Conversation, losses: Set<Loss>): readonly Tool[] {
  const names = toolChoice?.names;
  if (!names || toolChoice.mode === 'none') return tools;
  const isSingle = names.length === 1 && toolChoice.mode === 'required';
  if (isSingle && tools.some(({ name }) => name === names[0])) return tools;
  const named = tools.filter(({ name }) => names.includes(name));
  if (named.length > 0 || tools.length === 0) return named;
  losses.add('tool-choice');
  return tools;
}

class StrictTools {
  readonly #claude: Claude;
  #count = 0;

  constructor(claude: Claude) {
    this.#claude = claude;
  }

  /** The schema of a tool whose arguments can be enforced, all of them; undefined for others. */
  take({ strict, schema }: Tool): FittedSchema | undefined {
    if (strict !== true || schema === undefined) return undefined;
    const enforced =
      this.#claude.structured && this.#count < MOST_STRICT ? enforcedSchema(schema) : undefined;
    if (!enforced || enforced.lossy) return undefined;
    this.#count++;
    return enforced;
  }
}

function encodeTool(tool: Tool, strict: StrictTools, marks: CacheMarks, losses: Set<Loss>): JsonOut {
  if (tool.custom === true) losses.add('custom-tool');
  const { name, description, schema } = functionOf(tool);
  const enforced = strict.take(tool);
  const fitted = enforced ?? toolSchema(schema);
  if (fitted.lossy || (tool.strict === true && !enforced)) losses.add('schema');
  return {
    name: legalToolName(name),
    description,
    input_schema: new Verbatim(fitted.schema),
    strict: enforced !== undefined || undefined,
    cache_control: marks.take(tool.cache),
  };
}

/**
 * A request whose history has calls must define tools; a caller who no longer gives any (for a summary at the end, for
 * instance) does not want them called. Only their names are known.
 */
function knownTools(turns: readonly Turn[]): readonly JsonOut[] {
  const calls = turns.flatMap(({ parts }) => parts).filter((part): part is CallPart => part.kind === 'call');
  const names = new Set(calls.map(({ name }) => legalToolName(name)));
  return [...names].map((name) => ({ name, input_schema: new Verbatim(toolSchema(undefined).schema) }));
}
