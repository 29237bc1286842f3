import { field, stringField } from '../../lib/expect.ts';
import type { Asked, Identity } from '../asked.ts';
import { proseTokens, tokensOf } from '../prose.ts';
import { hashText } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import { valueOfSchema } from '../schema-value.ts';

// OpenAI's own rule of thumb for English.
const CHARACTERS_PER_TOKEN = 4;

/**
 * A number that depends on the provider's seed and on what was asked, and on nothing else: the same question is
 * answered alike streamed or not, under another model name, and by another provider of the same seed.
 */
export function seedOf(question: unknown, identity: Identity): number {
  return hashText(typeof question === 'string' ? question : JSON.stringify(question ?? ''), identity.seed);
}

/** The text of a message, whether it is a string or a list of parts. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => stringField(part, 'text') ?? '').join('');
}

/** Tokens of an answer in words, cut at the caller's limit. */
export function answerTokens(
  asked: Asked,
  recipe: Recipe,
  seed: number,
  lastMessage: string,
): { readonly tokens: string[]; readonly cut: boolean } {
  const tokens = wordsOf(asked, recipe, seed, lastMessage).map((token) =>
    token.padEnd(recipe.tokenSize, ' and on'),
  );
  const limit = field(asked.json, 'max_completion_tokens') ?? field(asked.json, 'max_tokens');
  if (typeof limit !== 'number' || tokens.length <= limit) return { tokens, cut: false };
  return { tokens: tokens.slice(0, Math.max(1, limit)), cut: true };
}

function wordsOf(asked: Asked, recipe: Recipe, seed: number, lastMessage: string): string[] {
  if (recipe.text !== undefined) return tokensOf(recipe.text);
  if (recipe.echo) return tokensOf(lastMessage);
  const format = field(asked.json, 'response_format');
  const kind = stringField(format, 'type');
  if (kind === 'json_object') return tokensOf(JSON.stringify({ answer: proseTokens(seed, 8).join('') }));
  if (kind === 'json_schema') {
    return tokensOf(JSON.stringify(valueOfSchema(field(field(format, 'json_schema'), 'schema'), seed)));
  }
  return proseTokens(seed, recipe.tokens);
}

/** Token figures as OpenAI reports them. */
export interface UsageFigures {
  readonly prompt: number;
  readonly completion: number;
  readonly reasoning: number;
  readonly cached: number;
}

export function promptTokens(recipe: Recipe, text: string): number {
  return recipe.promptTokens ?? Math.max(1, Math.ceil(text.length / CHARACTERS_PER_TOKEN));
}

/** The usage object, or the marker that `serialise` turns into junk. */
export function usageObject(figures: UsageFigures, recipe: Recipe): unknown {
  if (recipe.junkUsage) return JUNK_MARK;
  return {
    prompt_tokens: figures.prompt,
    completion_tokens: figures.completion,
    total_tokens: figures.prompt + figures.completion,
    prompt_tokens_details: { cached_tokens: figures.cached, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: figures.reasoning, audio_tokens: 0 },
  };
}

const JUNK_MARK = '@junk-usage@';
// 1e400 is Infinity to JSON.parse; the long integer is more than a double holds.
const JUNK =
  '{"prompt_tokens":-7,"completion_tokens":1e400,"total_tokens":"NaN","prompt_tokens_details":null,"completion_tokens_details":{"reasoning_tokens":99999999999999999999}}';

/** JSON text; junk usage needs numbers that JSON.stringify cannot write. */
export function serialise(value: unknown): string {
  return JSON.stringify(value).replace(`"${JUNK_MARK}"`, JUNK);
}
