import type { Conversation, Loss, Tool } from '../../core/conversation.ts';
import { type JsonOut, Verbatim } from '../../lib/json-write.ts';
import { legalToolName } from '../hub/tool-names.ts';

/** The schema of a tool without arguments: the field may not be left out. */
const NO_ARGUMENTS = '{"type":"object","properties":{}}';

/** The fields of a request that have to do with tools; absent where there are none, which hosts refuse. */
export function encodeTools(
  { tools, toolChoice, parallelCalls }: Conversation,
  losses: Set<Loss>,
): Readonly<Record<string, JsonOut>> {
  if (tools.some(({ cache }) => cache)) losses.add('cache');
  if (tools.length === 0) return {};
  return {
    tools: tools.map(encodeTool),
    tool_choice: toolChoice && encodeChoice(toolChoice, tools),
    parallel_tool_calls: parallelCalls,
  };
}

function encodeTool({ name, description, schema, strict, custom, grammar }: Tool): JsonOut {
  const named = { name: legalToolName(name), description };
  if (custom === true) {
    const format = grammar && { type: 'grammar', syntax: grammar.syntax, definition: grammar.definition };
    return { type: 'custom', ...named, format };
  }
  // Strict is the default here and nowhere else: a schema that was not written for it is refused.
  return {
    type: 'function',
    ...named,
    parameters: new Verbatim(schema ?? NO_ARGUMENTS),
    strict: strict ?? false,
  };
}

function encodeChoice(
  { mode, names }: NonNullable<Conversation['toolChoice']>,
  tools: readonly Tool[],
): JsonOut {
  if (!names || mode === 'none') return mode;
  const chosen = names.map((name) => {
    const isCustom = tools.some((tool) => tool.name === name && tool.custom === true);
    return { type: isCustom ? 'custom' : 'function', name: legalToolName(name) };
  });
  const [only, another] = chosen;
  if (only === undefined) return mode;
  return mode === 'required' && another === undefined ? only : { type: 'allowed_tools', mode, tools: chosen };
}
