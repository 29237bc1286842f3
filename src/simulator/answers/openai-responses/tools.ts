import { field, stringField } from '../../../lib/expect.ts';
import { listOf } from '../../content/objections.ts';
import type { Tool } from '../../content/question.ts';

// Items that declare tools on the way: Codex sends all of its own in the first.
const TOOL_ITEMS = new Set(['additional_tools', 'tool_search_output']);
// The namespace of tools without one: a call of a tool in it names none.
const DEFAULT_NAMESPACE = 'functions';

/** Every tool a request declares that is the caller's to run; of two with one name the first counts. */
export function declaredTools(json: unknown, items: readonly unknown[]): readonly Tool[] {
  const added = items
    .filter((item) => TOOL_ITEMS.has(stringField(item, 'type') ?? ''))
    .flatMap((item) => listOf(field(item, 'tools')));
  const declared = new Map<string, Tool>();
  for (const tool of [...listOf(field(json, 'tools')), ...added].flatMap((each) => toolsIn(each))) {
    const key = `${tool.namespace ?? ''}\n${tool.name}`;
    if (!declared.has(key)) declared.set(key, tool);
  }
  return [...declared.values()];
}

function toolsIn(tool: unknown, namespace?: string): readonly Tool[] {
  const type = stringField(tool, 'type');
  const name = stringField(tool, 'name');
  if (name === undefined) return [];
  if (type === 'namespace') {
    const inside = name === DEFAULT_NAMESPACE ? undefined : name;
    return listOf(field(tool, 'tools')).flatMap((inner) => toolsIn(inner, inside));
  }
  const named = { name, ...(namespace !== undefined && { namespace }) };
  if (type === 'function') return [{ ...named, schema: field(tool, 'parameters') }];
  return type === 'custom' ? [{ ...named, schema: undefined, takesText: true }] : [];
}
