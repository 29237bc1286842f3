import { field, stringField } from '../../lib/expect.ts';
import type { Asked } from '../asked.ts';
import { hashText, idFrom } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import { valueOfSchema } from '../schema-value.ts';

/** A call of one of the request's tools. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
  /** The request named this very tool; OpenAI then says `stop` as the finish reason, not `tool_calls`. */
  readonly forced: boolean;
}

/**
 * The tool this request makes the simulator call, if any: the one that `tool_choice` names, the first one when a
 * call is required, or the one whose name the last user message mentions ("use a tool" means the first).
 */
export function chooseTool(
  asked: Asked,
  recipe: Recipe,
  seed: number,
  lastMessage: string | undefined,
): ToolCall | undefined {
  const tools = offered(asked.json);
  const choice = field(asked.json, 'tool_choice');
  const first = tools[0];
  if (!first || choice === 'none') return undefined;
  const forced = stringField(field(choice, 'function'), 'name');
  if (forced !== undefined) {
    const tool = tools.find(({ name }) => name === forced);
    return tool && callOf(tool, seed, true);
  }
  if (choice === 'required' || recipe.callTool) return callOf(first, seed, false);
  if (lastMessage === undefined) return undefined;
  const mentioned = tools.find(({ name }) => lastMessage.includes(name));
  if (mentioned) return callOf(mentioned, seed, false);
  return /\b(?:use|call) (?:a|the|your|any) tool/i.test(lastMessage) ? callOf(first, seed, false) : undefined;
}

interface Tool {
  readonly name: string;
  readonly schema: unknown;
}

function offered(request: unknown): readonly Tool[] {
  const tools = field(request, 'tools');
  if (!Array.isArray(tools)) return [];
  return tools.flatMap((tool) => {
    const name = stringField(field(tool, 'function'), 'name');
    return name === undefined ? [] : [{ name, schema: field(field(tool, 'function'), 'parameters') }];
  });
}

function callOf(tool: Tool, seed: number, forced: boolean): ToolCall {
  const schema = tool.schema ?? { type: 'object' };
  return {
    id: `call_${idFrom(hashText(tool.name, seed), 24)}`,
    name: tool.name,
    arguments: JSON.stringify(valueOfSchema(schema, seed)),
    forced,
  };
}
