import type { Identity } from '../asked.ts';
import { proseTokens, tokensOf } from '../prose.ts';
import { hashText } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import { valueOfSchema } from '../schema-value.ts';
import { type Begun, begunAnswer, restOf } from './begun.ts';
import { type Question, seedOfTurns } from './question.ts';
import { type ToolCall, chooseCalls } from './tools.ts';

// OpenAI's own rule of thumb for English.
const CHARACTERS_PER_TOKEN = 4;
// Enough to see, too few to wait for.
const THOUGHT_TOKENS = 12;

/** Everything an answer says, before it is put into one body or many events. */
export interface Reply {
  readonly seed: number;
  /** Tokens of a thought that comes first; empty when there is none. */
  readonly thought: readonly string[];
  readonly choices: readonly Choice[];
  readonly figures: Figures;
}

/** One of the answers. */
export interface Choice {
  /** Its text; empty when it only calls tools. */
  readonly tokens: readonly string[];
  readonly calls: readonly ToolCall[];
  /** In OpenAI's words (`stop`, `length`, `tool_calls`, `content_filter`), or whatever the recipe says. */
  readonly finish: string;
}

/** Token figures; formats differ in what they add up. */
export interface Figures {
  /** With what came from the cache. */
  readonly prompt: number;
  readonly cached: number;
  /** Without the thought. */
  readonly answer: number;
  readonly thought: number;
}

/** What the model says to a question. */
export function composeReply(question: Question, recipe: Recipe, identity: Identity): Reply {
  const begun = begunAnswer(question.turns, recipe.prefill);
  const seed = seedOfTurns(begun.turns, identity.seed);
  const calls = chooseCalls(question, recipe, seed);
  const choices = Array.from({ length: Math.max(1, question.count) }, (_, index) =>
    choiceOf(question, recipe, seed + index, calls, begun),
  );
  const thoughtTokens = recipe.reasoningTokens || (question.thinks ? THOUGHT_TOKENS : 0);
  const thought = thoughtTokens === 0 ? [] : proseTokens(hashText('why', seed), thoughtTokens);
  const prompt = promptTokens(recipe, question.turns.map(({ text }) => text).join('\n'));
  return {
    seed,
    thought,
    choices,
    figures: {
      prompt,
      cached: recipe.cachedTokens,
      answer: choices.reduce((sum, choice) => sum + tokenCount(choice), 0),
      thought: thought.length,
    },
  };
}

function choiceOf(
  question: Question,
  recipe: Recipe,
  seed: number,
  calls: readonly ToolCall[],
  begun: Begun,
): Choice {
  if (calls.length > 0) {
    const tokens = recipe.text === undefined ? [] : tokensOf(recipe.text);
    return { tokens, calls, finish: recipe.finishReason ?? 'tool_calls' };
  }
  const words = wordsOf(question, recipe, seed, begun.turns.at(-1)?.text ?? '');
  const { tokens, cut } = limited(goneOn(padded(recipe, words), recipe, begun), question.limit);
  return { tokens, calls, finish: recipe.finishReason ?? (cut ? 'length' : 'stop') };
}

function wordsOf({ shape }: Question, recipe: Recipe, seed: number, lastText: string): string[] {
  if (recipe.text !== undefined) return tokensOf(recipe.text);
  if (recipe.echo) return tokensOf(lastText);
  if (shape.is === 'json') return tokensOf(JSON.stringify({ answer: proseTokens(seed, 8).join('') }));
  if (shape.is === 'schema') return tokensOf(JSON.stringify(valueOfSchema(shape.schema, seed)));
  return proseTokens(seed, recipe.tokens);
}

/** Tokens padded as the recipe says, and cut at the caller's limit. */
export function answerTokens(
  recipe: Recipe,
  words: readonly string[],
  limit: number | undefined,
): { readonly tokens: string[]; readonly cut: boolean } {
  return limited(padded(recipe, words), limit);
}

function padded(recipe: Recipe, words: readonly string[]): string[] {
  return words.map((token) => token.padEnd(recipe.tokenSize, ' and on'));
}

/** The rest of an answer that the request begins. */
function goneOn(words: string[], recipe: Recipe, { text }: Begun): string[] {
  return text === undefined ? words : tokensOf(restOf(words, text, recipe.prefill, recipe));
}

function limited(
  tokens: string[],
  limit: number | undefined,
): { readonly tokens: string[]; readonly cut: boolean } {
  if (limit === undefined || tokens.length <= limit) return { tokens, cut: false };
  return { tokens: tokens.slice(0, Math.max(1, limit)), cut: true };
}

export function promptTokens(recipe: Recipe, text: string): number {
  return recipe.promptTokens ?? Math.max(1, Math.ceil(text.length / CHARACTERS_PER_TOKEN));
}

/** Tokens of a choice: its text, and the arguments of its calls. */
export function tokenCount({ tokens, calls }: Choice): number {
  return calls.reduce((sum, call) => sum + call.tokens.length, tokens.length);
}

/** How long it takes to write: choices are written side by side. */
export function longestOf({ choices, thought }: Reply): number {
  return Math.max(...choices.map(tokenCount)) + thought.length;
}

/** The first answer, which formats without `n` give. */
export function firstChoice({ choices }: Reply): Choice {
  return choices[0] ?? { tokens: [], calls: [], finish: 'stop' };
}

/** A finish reason in the words of a format; a word it does not have is said as it is. */
export function finishIn(words: Readonly<Record<string, string>>, finish: string): string {
  return words[finish] ?? finish;
}
