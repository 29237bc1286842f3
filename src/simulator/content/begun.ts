import { proseTokens } from '../prose.ts';
import { hashText } from '../random.ts';
import type { PrefillWay, Recipe } from '../recipe.ts';
import type { Question, Turn } from './question.ts';

/** A question, and the beginning of its answer where the request brings one. */
export interface Begun {
  readonly turns: readonly Turn[];
  readonly text: string | undefined;
}

/** How users ask for the rest of an answer that was cut off. */
const GO_ON = /^(your last message was cut off|continue exactly|go on exactly)/i;

/** Takes the beginning of the answer out of the conversation: its last turn is the model's, or asks for the rest of one. */
export function begunAnswer(turns: readonly Turn[], way: PrefillWay): Begun {
  const last = turns.at(-1);
  if (last?.by === 'model') return way === 'anew' ? { turns, text: undefined } : split(turns, turns.length);
  const isAsked = last?.by === 'user' && GO_ON.test(last.text) && turns.at(-2)?.by === 'model';
  return isAsked ? split(turns, turns.length - 1) : { turns, text: undefined };
}

/** True for a request that begins the answer itself, as some models do not take. */
export function isPrefilled({ turns }: Question): boolean {
  return turns.at(-1)?.by === 'model';
}

/** What is left to say of an answer when it was begun so; of another answer than its own the model makes up an end. */
export function restOf(words: readonly string[], begun: string, way: PrefillWay, recipe: Recipe): string {
  const text = words.join('');
  if (way === 'ignore') return text;
  if (text.startsWith(begun)) return text.slice(begun.length);
  return ` ${proseTokens(hashText(begun, 7), recipe.tokens).join('')}`;
}

function split(turns: readonly Turn[], end: number): Begun {
  let from = end;
  while (turns[from - 1]?.by === 'model') from--;
  return {
    turns: turns.slice(0, from),
    text: turns
      .slice(from, end)
      .map(({ text }) => text)
      .join(''),
  };
}
