import { field, isObject, isString } from '../../lib/expect.ts';
import type { Tool } from './question.ts';

// What agents call their tool that runs a command: Claude Code and opencode (bash), Codex (shell, local_shell,
// shell_command, exec_command), Gemini CLI (run_shell_command), Cline (execute_command), others.
const SHELL_TOOL =
  /^(?:bash|shell|local_shell|shell_command|exec_command|run_shell_command|execute_command|run_command|terminal)$/i;
const COMMAND_NAMES = ['command', 'cmd'];
// Codex's tool that takes a script instead: JavaScript, in which `text` prints.
const SCRIPT_TOOL = 'exec';
const SCRIPT_NAME = 'input';
// An agent runs this for real: it must change nothing wherever it is run.
const WORDS = ['echo', 'hello from the simulator'] as const;
const COMMAND = `${WORDS[0]} '${WORDS[1]}'`;
const SCRIPT = `text(${JSON.stringify(WORDS[1])});`;

/** True for a tool with which agents run commands. */
export function isShellTool({ name, schema, takesText }: Tool): boolean {
  const takesScript = takesText === true || hasProperty(schema, SCRIPT_NAME);
  return SHELL_TOOL.test(name) || (name === SCRIPT_TOOL && takesScript);
}

/** What such a tool is given where it takes a text: a script or a command that does no harm. */
export function harmlessText({ name }: Tool): string {
  return name === SCRIPT_TOOL ? SCRIPT : COMMAND;
}

/**
 * The schema of such a tool, narrowed to a call that does no harm: the command is fixed, and what need not be given is
 * not, because an invented directory, time limit or permission would make the agent refuse.
 */
export function narrowedToEcho(schema: unknown): unknown {
  const properties = field(schema, 'properties');
  if (!isObject(schema) || !isObject(properties)) return schema;
  const required = requiredOf(schema);
  const kept = Object.entries(properties).flatMap(([name, property]) => {
    if (name === SCRIPT_NAME) return [[name, { const: SCRIPT }] as const];
    if (COMMAND_NAMES.includes(name)) return [[name, { const: echoFor(property) }] as const];
    return required.includes(name) ? [[name, property] as const] : [];
  });
  return { ...schema, properties: Object.fromEntries(kept) };
}

function hasProperty(schema: unknown, name: string): boolean {
  return field(field(schema, 'properties'), name) !== undefined;
}

function echoFor(property: unknown): unknown {
  const takesList = field(property, 'type') === 'array';
  return takesList ? WORDS : COMMAND;
}

function requiredOf(schema: unknown): readonly string[] {
  const required = field(schema, 'required');
  return Array.isArray(required) ? required.filter(isString) : [];
}
