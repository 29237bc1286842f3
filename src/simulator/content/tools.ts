import { field, isString } from '../../lib/expect.ts';
import { proseTokens, tokensOf } from '../prose.ts';
import { hashText, idFrom } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import { valueOfSchema } from '../schema-value.ts';
import type { Question, Tool } from './question.ts';
import { harmlessText, isShellTool, narrowedToEcho } from './shell-call.ts';

// A sentence.
const TEXT_TOKENS = 12;

/** A call of one of the request's tools. */
export interface ToolCall {
  /** Makes its id, in whatever shape the format's ids have. */
  readonly seed: number;
  readonly name: string;
  readonly namespace?: string;
  /** The arguments are a text as it is; otherwise JSON text. */
  readonly takesText?: true;
  readonly arguments: string;
  /** The same in tokens. */
  readonly tokens: readonly string[];
}

/** The id of a call: what the format's ids begin with, and so many characters. */
export function callId(call: ToolCall, prefix: string, length: number): string {
  return `${prefix}${idFrom(call.seed, length)}`;
}

/**
 * The tools this request makes the simulator call: the one that the tool choice names, the first one when a call is
 * required, or those whose names the last user message mentions ("use a tool" means the first, or the one that an
 * agent runs commands with).
 */
export function chooseCalls(question: Question, recipe: Recipe, seed: number): readonly ToolCall[] {
  const { tools, choice } = question;
  const first = tools[0];
  if (!first || choice.is === 'none') return [];
  if (choice.is === 'named') {
    return tools.filter(({ name }) => name === choice.name).map((tool) => callOf(tool, seed, 0));
  }
  if (recipe.callTools > 0) return manyCalls(tools, recipe.callTools, seed, question.parallel);
  // Agents tell the model about the surroundings after what their person said.
  const last = question.turns.findLast(({ by }) => by !== 'system');
  const text = last?.by === 'user' ? withoutReminders(last.text) : '';
  const mentioned = tools.filter(({ name }) => mentions(text, name));
  const any = tools.find(isShellTool) ?? first;
  const wanted = mentioned.length > 0 ? mentioned : asksForAny(text) || choice.is === 'any' ? [any] : [];
  return (question.parallel ? wanted : wanted.slice(0, 1)).map((tool) => callOf(tool, seed, 0));
}

/** So many calls: of the tools in turn, with other arguments each time around. */
function manyCalls(tools: readonly Tool[], count: number, seed: number, parallel: boolean): ToolCall[] {
  return Array.from({ length: parallel ? count : 1 }, (_, index) => {
    const tool = tools[index % tools.length];
    return tool ? [callOf(tool, seed, Math.floor(index / tools.length))] : [];
  }).flat();
}

/** What an agent adds to its person's words names tools that nobody asked for: Claude Code does, in this element. */
function withoutReminders(text: string): string {
  return text.replaceAll(/<system-reminder>[^]*?<\/system-reminder>/g, '');
}

function mentions(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    if (!/[\w-]/.test(`${text[at - 1] ?? ' '}${text[at + name.length] ?? ' '}`)) return true;
  }
  return false;
}

function asksForAny(text: string): boolean {
  return /\b(?:use|call) (?:a|the|your|any) tool/i.test(text);
}

function callOf(tool: Tool, seed: number, round: number): ToolCall {
  const { name, namespace, takesText } = tool;
  const text = takesText ? textFor(tool, seed + round) : jsonFor(tool, seed + round);
  return {
    seed: hashText(name, seed + round),
    name,
    ...(namespace !== undefined && { namespace }),
    ...(takesText && { takesText }),
    arguments: text,
    tokens: tokensOf(text),
  };
}

function jsonFor(tool: Tool, seed: number): string {
  const schema = plain(tool.schema ?? { type: 'object' });
  return JSON.stringify(valueOfSchema(isShellTool(tool) ? narrowedToEcho(schema) : schema, seed));
}

/** A grammar is not followed: an agent refuses such a text, and does nothing. */
function textFor(tool: Tool, seed: number): string {
  return isShellTool(tool) ? harmlessText(tool) : proseTokens(seed, TEXT_TOKENS).join('');
}

/** Google writes the types of a schema in capitals. */
function plain(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === 'type' && isString(value) ? value.toLowerCase() : value,
  );
}

/** The tools of a list, each found and described by the format's own words; what is no tool of the caller's is left out. */
export function toolsFrom(
  list: unknown,
  nameOf: (tool: unknown) => string | undefined,
  schemaOf: (tool: unknown) => unknown,
): readonly Tool[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((tool) => {
    const name = nameOf(tool);
    return name === undefined ? [] : [{ name, schema: schemaOf(tool) }];
  });
}

/** Reads `tool.function.{name,parameters}`, which four formats share. */
export function functionTools(list: unknown): readonly Tool[] {
  return toolsFrom(
    list,
    (tool) => {
      const name = field(field(tool, 'function'), 'name');
      return isString(name) ? name : undefined;
    },
    (tool) => field(field(tool, 'function'), 'parameters'),
  );
}
