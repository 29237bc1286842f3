import type { Conversation, Loss, Tool, ToolChoice } from '../../core/conversation.ts';
import type { JsonView } from '../../lib/json-view.ts';
import { fieldLoss } from '../hub/field-loss.ts';
import { readCacheMark } from './decode-content.ts';

/** The tools of a request, and which of them may be called; `functions` is how that was said before 2023. */
export function decodeTools(
  request: JsonView,
  losses: Set<Loss>,
): Pick<Conversation, 'tools' | 'toolChoice' | 'parallelCalls'> {
  const old = request.get('tools') === undefined && request.get('functions') !== undefined;
  const tools = old
    ? request.list('functions').flatMap((tool) => readFunction(tool, losses))
    : request.list('tools').flatMap((tool) => readTool(tool, losses));
  const toolChoice = readToolChoice(request.get(old ? 'function_call' : 'tool_choice'), losses);
  // A message of that time has room for one call.
  const parallelCalls = old ? false : request.flag('parallel_tool_calls');
  return {
    tools,
    ...(toolChoice && { toolChoice }),
    ...(parallelCalls !== undefined && { parallelCalls }),
  };
}

function readTool(tool: JsonView, losses: Set<Loss>): Tool[] {
  const type = tool.string('type') ?? 'function';
  const inner = tool.get(type);
  if (type === 'custom' && inner) return readCustom(inner, losses);
  if (type !== 'function' || !inner) {
    losses.add('server-tool');
    return [];
  }
  const cache = readCacheMark(tool);
  return readFunction(inner, losses).map((read) => (cache ? { ...read, cache } : read));
}

function readFunction(declared: JsonView, losses: Set<Loss>): Tool[] {
  const schema = declared.get('parameters');
  const strict = declared.flag('strict');
  return named(declared, losses).map((tool) => ({
    ...tool,
    ...(schema?.kind === 'object' && { schema: schema.text }),
    ...(strict !== undefined && { strict }),
  }));
}

function readCustom(declared: JsonView, losses: Set<Loss>): Tool[] {
  const grammar = declared.get('format')?.get('grammar');
  const syntax = grammar?.string('syntax');
  const definition = grammar?.string('definition');
  const known = syntax !== undefined && definition !== undefined;
  return named(declared, losses).map((tool) => ({
    ...tool,
    custom: true,
    ...(known && { grammar: { syntax, definition } }),
  }));
}

function named(declared: JsonView, losses: Set<Loss>): Tool[] {
  const name = declared.string('name') ?? '';
  const description = declared.string('description');
  if (name !== '') return [{ name, ...(description !== undefined && { description }) }];
  losses.add(fieldLoss('tools'));
  return [];
}

const MODES: ReadonlyMap<string, ToolChoice['mode']> = new Map([
  ['auto', 'auto'],
  ['none', 'none'],
  ['required', 'required'],
  // Mistral's word.
  ['any', 'required'],
]);

function readToolChoice(choice: JsonView | undefined, losses: Set<Loss>): ToolChoice | undefined {
  if (!choice) return undefined;
  const mode = MODES.get(choice.asString() ?? '');
  if (mode) return { mode };
  // `{"name"}` is the way of `function_call`.
  const name = nameOf(choice) ?? choice.string('name');
  if (name !== undefined) return { mode: 'required', names: [name] };
  const allowed = choice.get('allowed_tools');
  const names = allowed?.list('tools').flatMap((tool) => nameOf(tool) ?? []) ?? [];
  if (names.length > 0) return { mode: MODES.get(allowed?.string('mode') ?? '') ?? 'auto', names };
  losses.add('tool-choice');
  return undefined;
}

function nameOf(tool: JsonView): string | undefined {
  return tool.get('function')?.string('name') ?? tool.get('custom')?.string('name');
}
