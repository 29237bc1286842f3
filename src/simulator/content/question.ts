import { field, isObject, isString, stringField } from '../../lib/expect.ts';
import { hashText } from '../random.ts';

/** What was asked, in no format's words. */
export interface Question {
  readonly turns: readonly Turn[];
  readonly tools: readonly Tool[];
  readonly choice: ToolChoice;
  /** Several tools may be called at once. */
  readonly parallel: boolean;
  /** The most tokens the answer may have. */
  readonly limit: number | undefined;
  readonly shape: AnswerShape;
  /** The model was asked to think first. */
  readonly thinks: boolean;
  /** How many answers. */
  readonly count: number;
}

export interface Turn {
  readonly by: 'system' | 'user' | 'model' | 'tool';
  readonly text: string;
}

export interface Tool {
  readonly name: string;
  readonly schema: unknown;
  /** It is given a text, and no JSON: OpenAI's custom tools. */
  readonly takesText?: true;
  /** What its name stands in, where the format has that. */
  readonly namespace?: string;
}

export type ToolChoice =
  | { readonly is: 'auto' | 'none' | 'any' }
  | { readonly is: 'named'; readonly name: string };

export type AnswerShape =
  | { readonly is: 'text' | 'json' }
  | { readonly is: 'schema'; readonly schema: unknown };

export const PLAIN_QUESTION: Omit<Question, 'turns'> = {
  tools: [],
  choice: { is: 'auto' },
  parallel: true,
  limit: undefined,
  shape: { is: 'text' },
  thinks: false,
  count: 1,
};

/**
 * A number that depends on the provider's seed and on what was asked, and on nothing else: the same question is
 * answered alike in every format, streamed or not, under another model name, and by another provider of the same seed.
 * Formats differ in where the system prompt stands and in what may be one turn; that must not count.
 */
export function seedOfTurns(turns: readonly Turn[], seed: number): number {
  const told = turns.filter(({ text }) => text !== '');
  const lines: string[] = [...told.filter(isSystem), ...told.filter((turn) => !isSystem(turn))].map(
    (turn, index, all) => (all[index - 1]?.by === turn.by ? turn.text : `\u0000${turn.by}\n${turn.text}`),
  );
  return hashText(lines.join('\n'), seed);
}

function isSystem({ by }: Turn): boolean {
  return by === 'system';
}

/** The text of a message, whether it is a string or a list of parts. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => (isString(part) ? part : (stringField(part, 'text') ?? ''))).join('');
}

// What libraries call the text when Google wants an object.
const WRAPPERS = ['output', 'result', 'content', 'error'];

/** The text of a tool's result; formats that want an object wrap it, and the wrapping must not count. */
export function resultText(result: unknown): string {
  if (typeof result === 'string') return result;
  if (Array.isArray(result)) return textOf(result);
  if (!isObject(result)) return result === undefined ? '' : JSON.stringify(result);
  const wrapped = WRAPPERS.map((name) => field(result, name)).find((inner) => inner !== undefined);
  return typeof wrapped === 'string' ? wrapped : JSON.stringify(result);
}
