import type { Conversation, Tool, ToolChoice } from '../../core/conversation.ts';
import { type JsonOut, Verbatim } from '../../lib/json-write.ts';
import { functionOf } from '../hub/custom-tool.ts';
import { legalToolName } from '../hub/tool-names.ts';
import { cacheControl, type Telling } from './encode-content.ts';

/** Hosts demand a schema; a tool that takes nothing has this one. */
const NO_ARGUMENTS = '{"type":"object","properties":{}}';

/** Tools and the choice among them. OpenAI refuses a choice where there is nothing to choose. */
export function encodeTools(
  { tools, toolChoice, parallelCalls }: Conversation,
  telling: Telling,
): { readonly [name: string]: JsonOut } {
  const offered = allowed(tools, toolChoice);
  if (offered.length === 0) return {};
  return {
    tools: offered.map((tool) => encodeTool(tool, telling)),
    tool_choice: encodeChoice(toolChoice, telling),
    parallel_tool_calls: parallelCalls,
  };
}

/** Only OpenAI knows `allowed_tools`; elsewhere a tool that may not be called is not offered. */
function allowed(tools: readonly Tool[], choice: ToolChoice | undefined): readonly Tool[] {
  const names = choice?.names;
  if (!names || isOne(choice)) return tools;
  return tools.filter(({ name }) => names.includes(name));
}

function isOne(choice: ToolChoice): boolean {
  return choice.mode === 'required' && choice.names?.length === 1;
}

function encodeTool(tool: Tool, telling: Telling): JsonOut {
  if (tool.custom === true) telling.losses.add('custom-tool');
  const { name, description, schema, strict, cache } = functionOf(tool);
  return {
    type: 'function',
    function: {
      name: legalToolName(name),
      description,
      parameters: new Verbatim(schema ?? NO_ARGUMENTS),
      strict,
    },
    cache_control: cacheControl(cache, telling),
  };
}

function encodeChoice(choice: ToolChoice | undefined, { quirks }: Telling): JsonOut {
  if (!choice) return undefined;
  const [name] = choice.names ?? [];
  if (isOne(choice) && name !== undefined)
    return { type: 'function', function: { name: legalToolName(name) } };
  return choice.mode === 'required' && quirks.includes('tool-choice-any') ? 'any' : choice.mode;
}
