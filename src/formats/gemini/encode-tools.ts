import type { Conversation, Loss, Tool } from '../../core/conversation.ts';
import type { Quirk } from '../../core/profile.ts';
import { isObject, parseJson } from '../../lib/expect.ts';
import { type JsonOut, Verbatim } from '../../lib/json-write.ts';
import { functionOf } from '../hub/custom-tool.ts';
import { schemaFor } from '../hub/schema.ts';

/** The tools, as one list of declarations. */
export function encodeTools(tools: readonly Tool[], quirks: readonly Quirk[], losses: Set<Loss>): JsonOut {
  if (tools.length === 0) return undefined;
  const isOpenApi = quirks.includes('openapi-schemas');
  return [{ functionDeclarations: tools.map((tool) => declare(tool, isOpenApi, losses)) }];
}

/**
 * JSON Schema goes out as it came in: `parametersJsonSchema` takes all of it (what the AI SDK and pydantic-ai send, in
 * recorded traffic too). The older `parameters` takes a part of it, and refuses what it does not know.
 */
function declare(given: Tool, isOpenApi: boolean, losses: Set<Loss>): JsonOut {
  if (given.custom === true) losses.add('custom-tool');
  if (given.cache) losses.add('cache');
  const { name, description, schema } = functionOf(given);
  if (schema === undefined || takesNothing(schema)) return { name, description };
  if (!isOpenApi) return { name, description, parametersJsonSchema: new Verbatim(schema) };
  const fitted = schemaFor('gemini', schema);
  if (fitted.lossy) losses.add('schema');
  return { name, description, parameters: new Verbatim(fitted.schema) };
}

/** "properties: should be non-empty for OBJECT type" (the API's own refusal): no arguments are declared by leaving them out. */
function takesNothing(schema: string): boolean {
  if (schema.length > 200) return false;
  const value = parseJson(schema);
  if (!isObject(value)) return true;
  const { properties } = value;
  const isBare = Object.keys(value).every((name) =>
    ['type', 'properties', 'required', 'additionalProperties', '$schema', 'title', 'description'].includes(
      name,
    ),
  );
  return (
    isBare &&
    value['additionalProperties'] !== true &&
    (properties === undefined || (isObject(properties) && Object.keys(properties).length === 0))
  );
}

const MODES = { none: 'NONE', required: 'ANY' } as const;

/**
 * Names narrow down `ANY` and `VALIDATED` only (js-genai, `FunctionCallingConfig`); the latter leaves the model free to
 * answer in text, and holds it to the schemas, which is what strict tools want.
 */
export function encodeToolChoice(conversation: Conversation, losses: Set<Loss>): JsonOut {
  const { tools, toolChoice, parallelCalls } = conversation;
  if (tools.length === 0) return undefined;
  if (parallelCalls === false) losses.add('parallel-calls');
  const isStrict = tools.some(({ strict }) => strict === true);
  const names = toolChoice?.names;
  const mode = toolChoice?.mode ?? 'auto';
  if (mode !== 'auto') return calling(MODES[mode], mode === 'none' ? undefined : names);
  if (names) return calling('VALIDATED', names);
  if (isStrict) return calling('VALIDATED', undefined);
  return toolChoice ? calling('AUTO', undefined) : undefined;
}

function calling(mode: string, allowedFunctionNames: readonly string[] | undefined): JsonOut {
  return { functionCallingConfig: { mode, allowedFunctionNames } };
}
