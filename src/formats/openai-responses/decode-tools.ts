import type { Conversation, Loss, Tool, ToolChoice } from '../../core/conversation.ts';
import type { JsonView } from '../../lib/json-view.ts';
import { type DeclaredTool, declaredTools, flatName } from './namespaces.ts';

/** The tools of a request, and which of them may be called. */
export function decodeTools(
  request: JsonView,
  losses: Set<Loss>,
): Pick<Conversation, 'tools' | 'toolChoice' | 'parallelCalls'> {
  const tools = declaredTools(request).flatMap((declared) => readTool(declared, losses) ?? []);
  const toolChoice = readToolChoice(request.get('tool_choice'), losses);
  const parallelCalls = request.flag('parallel_tool_calls');
  return {
    tools,
    ...(toolChoice && { toolChoice }),
    ...(parallelCalls !== undefined && { parallelCalls }),
  };
}

function readTool({ flat, tool }: DeclaredTool, losses: Set<Loss>): Tool | undefined {
  const type = tool.string('type');
  if ((type !== 'function' && type !== 'custom') || flat === '') {
    losses.add('server-tool');
    return undefined;
  }
  const description = tool.string('description');
  const named = { name: flat, ...(description !== undefined && { description }) };
  if (type === 'custom') {
    const grammar = readGrammar(tool.get('format'));
    return { ...named, custom: true, ...(grammar && { grammar }) };
  }
  const schema = tool.get('parameters');
  const strict = tool.flag('strict');
  return {
    ...named,
    ...(schema?.kind === 'object' && { schema: schema.text }),
    ...(strict !== undefined && { strict }),
  };
}

function readGrammar(format: JsonView | undefined): Tool['grammar'] {
  const syntax = format?.string('syntax');
  const definition = format?.string('definition');
  return syntax !== undefined && definition !== undefined ? { syntax, definition } : undefined;
}

const MODES: Readonly<Record<string, ToolChoice['mode']>> = {
  auto: 'auto',
  none: 'none',
  required: 'required',
};

function readToolChoice(choice: JsonView | undefined, losses: Set<Loss>): ToolChoice | undefined {
  if (!choice) return undefined;
  const word = choice.asString();
  const mode = word === undefined ? undefined : modeOf(word);
  if (mode) return { mode };
  const type = choice.string('type');
  const named = nameOf(choice);
  if ((type === 'function' || type === 'custom') && named !== undefined)
    return { mode: 'required', names: [named] };
  const names = choice.list('tools').flatMap((tool) => nameOf(tool) ?? []);
  if (type === 'allowed_tools' && names.length > 0)
    return { mode: modeOf(choice.string('mode') ?? '') ?? 'auto', names };
  losses.add('tool-choice');
  return undefined;
}

function modeOf(word: string): ToolChoice['mode'] | undefined {
  return Object.hasOwn(MODES, word) ? MODES[word] : undefined;
}

function nameOf(tool: JsonView): string | undefined {
  const name = tool.string('name');
  if (name === undefined) return undefined;
  const namespace = tool.string('namespace');
  return flatName({ name, ...(namespace !== undefined && { namespace }) });
}
