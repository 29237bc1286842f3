import type { Outcome } from '../../core/outcome.ts';
import type { Asked, Identity } from '../asked.ts';
import { type Event, type Timeline, frameEvent, junkFigures, serialise } from '../event.ts';
import { hashText, randomFrom } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import { type Beat, type Framing, type Script, wholeScript } from '../script.ts';
import { type ErrorShape, type Objection, object } from '../trouble.ts';
import { isPrefilled } from './begun.ts';
import type { Question } from './question.ts';
import { type Reply, composeReply, longestOf } from './reply.ts';

// Fixed, so that equal requests get equal bytes. Nothing reads it but people.
export const CREATED = 1_760_000_000;

/** What a format writes an answer from. */
export interface Told {
  readonly asked: Asked;
  readonly recipe: Recipe;
  readonly identity: Identity;
  readonly question: Question;
  readonly reply: Reply;
  /** The model the answer says it came from. */
  readonly model: string;
}

/** How a format holds a conversation: reads the question, writes the answer in one piece or as events. */
export interface Voice {
  readonly errors: ErrorShape;
  /** The question, or what the real provider would refuse it for. */
  read(asked: Asked, identity: Identity): Outcome<Question, Objection>;
  whole(told: Told): unknown;
  timeline(told: Told): Timeline;
  /** How the answer is streamed; undefined when it is asked for in one piece. */
  streaming(asked: Asked): Streaming | undefined;
}

/** How a stream's events are put on the wire. */
export interface Streaming {
  readonly framing: Framing;
  readonly contentType: string;
  readonly lineEnd?: string;
  /** What ends it, besides the end of the body. */
  readonly end?: string;
}

/** Server-sent events, as most providers send them. */
export const SSE: Streaming = { framing: 'sse', contentType: 'text/event-stream; charset=utf-8' };

/** Anthropic's own words; they are known by their status. */
const PREFILL_REFUSED: Objection = {
  kind: 'bad-request',
  message:
    'This model does not support assistant message prefill. The conversation must end with a user message.',
};

/** The answer to a request for an answer. */
export function converse(voice: Voice, asked: Asked, recipe: Recipe, identity: Identity): Script {
  const read = voice.read(asked, identity);
  if (read.is === 'failed') return object(voice.errors, read.fault, asked.model);
  const question = read.value;
  if (recipe.prefill === 'refuse' && isPrefilled(question))
    return object(voice.errors, PREFILL_REFUSED, asked.model);
  const reply = composeReply(question, recipe, identity);
  const told: Told = { asked, recipe, identity, question, reply, model: recipe.model ?? asked.model };
  const streaming = voice.streaming(asked);
  if (streaming) return streamScript(voice.timeline(told), recipe, streaming);
  return answerScript(voice.whole(told), recipe, longestOf(reply));
}

/** A whole JSON answer that takes as long as so many tokens do. */
export function answerScript(body: unknown, recipe: Recipe, tokens: number): Script {
  return wholeScript(200, 'application/json', Buffer.from(serialise(body)), {
    waitMs: wholeWaitMs(recipe, tokens),
  });
}

/** The figures under the name the format has for them; junk, or nothing at all, when the recipe says so. */
export function usageIn(name: string, usage: unknown, recipe: Recipe): Record<string, unknown> {
  if (recipe.usage === 'none') return {};
  return { [name]: recipe.junkUsage ? junkFigures(usage) : usage };
}

/** A stream of events, as slow as the recipe says. */
export function streamScript(events: Timeline, recipe: Recipe, streaming: Streaming): Script {
  const wait = pacer(recipe);
  const { framing, lineEnd } = streaming;
  let first = true;
  const beatOf = (event: Event): Beat => {
    const bytes = frameEvent(framing, event, first, lineEnd);
    first = false;
    return { is: 'bytes', bytes, part: event.part };
  };
  const beats: Beat[] = [...wait(recipe.headersMs), { is: 'head' }, ...wait(recipe.firstTokenMs)];
  for (const event of events.opening) beats.push(beatOf(event));
  events.tokens.forEach((token, index) => {
    if (index > 0) beats.push(...wait(recipe.tokenMs));
    for (const event of token) beats.push(beatOf(event));
  });
  for (const event of events.closing) beats.push(beatOf(event));
  if (streaming.end !== undefined) {
    beats.push({ is: 'bytes', bytes: Buffer.from(streaming.end), part: 'done' });
  }
  beats.push({ is: 'end' });
  const headers = { 'content-type': streaming.contentType, 'cache-control': 'no-cache' };
  return { status: 200, headers, body: framing, framing: 'chunked', beats };
}

/** How long a whole answer of so many tokens takes. */
export function wholeWaitMs(recipe: Recipe, tokens: number): number {
  return recipe.headersMs + recipe.firstTokenMs + Math.max(0, tokens - 1) * recipe.tokenMs;
}

function pacer(recipe: Recipe): (ms: number) => Beat[] {
  const random = randomFrom(hashText('pace', recipe.tokens));
  return (ms) => {
    if (ms <= 0) return [];
    const spread = recipe.jitter === 0 ? 1 : 1 + recipe.jitter * (2 * random() - 1);
    return [{ is: 'wait', ms: ms * spread }];
  };
}
