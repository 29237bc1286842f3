import { hashText, randomFrom } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import type { Beat, Part, Script } from '../script.ts';
import { serialise } from './text.ts';

/** One server-sent event. */
export interface Event {
  readonly part: Part;
  readonly value: unknown;
}

/** A stream of events: what opens it, the tokens (each maybe several events), what closes it, `[DONE]`. */
export function streamScript(
  events: {
    readonly opening: readonly Event[];
    readonly tokens: readonly (readonly Event[])[];
    readonly closing: readonly Event[];
  },
  recipe: Recipe,
  done = true,
): Script {
  const wait = pacer(recipe);
  const beats: Beat[] = [...wait(recipe.headersMs), { is: 'head' }, ...wait(recipe.firstTokenMs)];
  for (const event of events.opening) beats.push(beatOf(event));
  events.tokens.forEach((token, index) => {
    if (index > 0) beats.push(...wait(recipe.tokenMs));
    for (const event of token) beats.push(beatOf(event));
  });
  for (const event of events.closing) beats.push(beatOf(event));
  if (done) beats.push({ is: 'bytes', bytes: Buffer.from('data: [DONE]\n\n'), part: 'done' });
  beats.push({ is: 'end' });
  const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };
  return { status: 200, headers, body: 'sse', framing: 'chunked', beats };
}

/** How long a whole answer of so many tokens takes. */
export function wholeWaitMs(recipe: Recipe, tokens: number): number {
  return recipe.headersMs + recipe.firstTokenMs + Math.max(0, tokens - 1) * recipe.tokenMs;
}

function beatOf(event: Event): Beat {
  return { is: 'bytes', bytes: Buffer.from(`data: ${serialise(event.value)}\n\n`), part: event.part };
}

function pacer(recipe: Recipe): (ms: number) => Beat[] {
  const random = randomFrom(hashText('pace', recipe.tokens));
  return (ms) => {
    if (ms <= 0) return [];
    const spread = recipe.jitter === 0 ? 1 : 1 + recipe.jitter * (2 * random() - 1);
    return [{ is: 'wait', ms: ms * spread }];
  };
}
