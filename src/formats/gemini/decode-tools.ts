import type { Loss, Tool, ToolChoice } from '../../core/conversation.ts';
import type { JsonView } from '../../lib/json-view.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { camel, pick, pickList, pickString } from './names.ts';

/** The caller's own tools; Google's (search, code execution, …) are a loss. */
export function decodeTools(body: JsonView, losses: Set<Loss>): Tool[] {
  const tools: Tool[] = [];
  for (const entry of pickList(body, 'tools')) {
    for (const [name, value] of entry.fields()) {
      if (camel(name) !== 'functionDeclarations') losses.add('server-tool');
      else tools.push(...listOf(value).flatMap((declaration) => decodeTool(declaration, losses) ?? []));
    }
  }
  return tools;
}

function decodeTool(declaration: JsonView, losses: Set<Loss>): Tool | undefined {
  const name = declaration.string('name');
  if (name === undefined) return undefined;
  const description = declaration.string('description');
  const schema = pick(declaration, 'parametersJsonSchema')?.text ?? schemaOf(declaration.get('parameters'));
  for (const said of ['response', 'responseJsonSchema', 'behavior']) {
    if (pick(declaration, said)) losses.add(`field:${said}`);
  }
  return {
    name,
    ...(description !== undefined && { description }),
    ...(schema !== undefined && { schema }),
  };
}

function schemaOf(parameters: JsonView | undefined): string | undefined {
  return parameters && jsonSchemaOf(parameters);
}

function listOf(value: JsonView): readonly JsonView[] {
  return value.kind === 'array' ? value.items() : [value];
}

const MODES: Readonly<Record<string, ToolChoice['mode']>> = {
  AUTO: 'auto',
  // Calls or text, and calls only as declared: what the other formats call strict.
  VALIDATED: 'auto',
  ANY: 'required',
  NONE: 'none',
};

/** Which tools may or must be called. */
export function decodeToolChoice(body: JsonView, losses: Set<Loss>): ToolChoice | undefined {
  const config = pick(body, 'toolConfig');
  for (const [name, value] of config?.fields() ?? []) {
    if (camel(name) !== 'functionCallingConfig' && value.text !== 'false') losses.add(`field:${camel(name)}`);
  }
  const calling = pick(config, 'functionCallingConfig');
  const mode = MODES[pickString(calling, 'mode')?.toUpperCase() ?? ''];
  const names = pickList(calling, 'allowedFunctionNames').flatMap((name) => name.asString() ?? []);
  if (mode === undefined) return undefined;
  return { mode, ...(names.length > 0 && { names }) };
}
