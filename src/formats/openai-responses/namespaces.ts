import type { JsonView } from '../../lib/json-view.ts';
import { legalId, PLAIN_IDS } from '../hub/ids.ts';

/** A tool as this format names it: tools may stand in a namespace, which no other format has. */
export interface ToolName {
  readonly name: string;
  readonly namespace?: string;
}

/** A tool the caller declares, with the name other formats know it by. */
export interface DeclaredTool extends ToolName {
  readonly flat: string;
  readonly tool: JsonView;
}

/** The namespace of tools without one, as Codex spells it out. */
const DEFAULT_NAMESPACE = 'functions';

/** One name for both; other formats take 64 characters (their own error messages). */
export function flatName({ name, namespace }: ToolName): string {
  if (namespace === undefined || namespace === '' || namespace === DEFAULT_NAMESPACE) return name;
  const joint = namespace.endsWith('_') ? '' : '__';
  return legalId(`${namespace}${joint}${name}`, PLAIN_IDS);
}

/**
 * Every tool a request declares: in `tools`, in items that add tools on the way, and in what a search for tools found.
 * Namespaces are opened; of two tools with one name the first counts.
 */
export function declaredTools(request: JsonView): DeclaredTool[] {
  const added = request
    .list('input')
    .filter((item) => TOOL_ITEMS.has(item.string('type') ?? ''))
    .flatMap((item) => item.list('tools'));
  const declared = new Map<string, DeclaredTool>();
  for (const entry of [...request.list('tools'), ...added].flatMap(openNamespace)) {
    const key = entry.flat === '' ? `\n${declared.size}` : entry.flat;
    if (!declared.has(key)) declared.set(key, entry);
  }
  return [...declared.values()];
}

/** The tools whose calls name a namespace, by the name other formats know them by: OpenAI names no default one. */
export function namespacedTools(request: JsonView): ReadonlyMap<string, ToolName> {
  const names = new Map<string, ToolName>();
  for (const { flat, name, namespace } of declaredTools(request))
    if (namespace !== undefined && namespace !== DEFAULT_NAMESPACE) names.set(flat, { name, namespace });
  return names;
}

const TOOL_ITEMS: ReadonlySet<string> = new Set(['additional_tools', 'tool_search_output']);

function openNamespace(tool: JsonView): DeclaredTool[] {
  if (tool.string('type') !== 'namespace') {
    const name = tool.string('name') ?? '';
    return [{ flat: name, name, tool }];
  }
  const namespace = tool.string('name') ?? '';
  return tool.list('tools').map((inner) => {
    const name = inner.string('name') ?? '';
    return { flat: flatName({ name, namespace }), name, namespace, tool: inner };
  });
}
