import type { Loss, Tool } from '../../core/conversation.ts';
import { Verbatim } from '../../lib/json-write.ts';
import { functionOf } from './custom-tool.ts';
import { toolSchema } from './tool-schema.ts';

/** A tool as providers take it that know functions with a schema and nothing else. */
export interface FunctionTool {
  readonly name: string;
  readonly description: string | undefined;
  readonly parameters: Verbatim;
}

/** The tool for such a provider; what it cannot be told is added to `losses`. */
export function functionTool(tool: Tool, losses: Set<Loss>): FunctionTool {
  if (tool.custom === true) losses.add('custom-tool');
  if (tool.cache) losses.add('cache');
  const { name, description, schema } = functionOf(tool);
  const fitted = toolSchema(schema);
  if (fitted.lossy) losses.add('schema');
  return { name, description, parameters: new Verbatim(fitted.schema) };
}
