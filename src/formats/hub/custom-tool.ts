import type { JsonText, Tool } from '../../core/conversation.ts';
import { parseJson, stringField } from '../../lib/expect.ts';

/**
 * A tool that takes text (OpenAI's custom tools, Codex's `apply_patch`) as one that takes JSON, for targets that know no
 * other kind: the text is its only argument. What the text must look like is told in the description.
 */
export function functionOf(tool: Tool): Tool {
  if (tool.custom !== true) return tool;
  const { custom: _, grammar, description, ...rest } = tool;
  const told = grammar && `The input must follow this grammar (${grammar.syntax}):\n${grammar.definition}`;
  const lines = [description, 'Give the whole text of the input as the argument `input`.', told];
  return {
    ...rest,
    description: lines.filter((line) => line !== undefined && line !== '').join('\n\n'),
    schema:
      '{"type":"object","properties":{"input":{"type":"string"}},"required":["input"],"additionalProperties":false}',
  };
}

/** The arguments of a call of such a tool, from its text. */
export function wrapInput(text: string): JsonText {
  return JSON.stringify({ input: text });
}

/** The text in the arguments of such a call; a model that gave the bare text is taken at its word. */
export function unwrapInput(given: JsonText): string {
  return stringField(parseJson(given), 'input') ?? given;
}
