import type { CallerFormatName } from '../src/core/operation.ts';
import { readStream } from '../test/contract/stream-contracts.ts';
import { type Answer, RawCall, type Request, serialise } from '../test/flow/raw-client.ts';
import { askIn, wordsOf } from '../test/flow/translated-asking.ts';

export const CALLER_FORMATS: readonly CallerFormatName[] = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini',
];

export interface Wish {
  readonly format?: CallerFormatName;
  readonly model?: string;
  readonly stream?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly more?: Readonly<Record<string, unknown>>;
}

export interface Timed extends Answer {
  readonly ms: number;
  /** Who served, in gw's own header. */
  readonly by: string | undefined;
}

/** The request a plain HTTP client would send. */
export function requestFor({
  format = 'openai-chat',
  model = 'm',
  stream = false,
  headers,
  more,
}: Wish): Request {
  const request = askIn(format, model, stream, more);
  return { ...request, headers: { ...request.headers, ...headers } };
}

export function bytesFor(wish: Wish): Buffer {
  return serialise(requestFor(wish));
}

export function open(port: number, wish: Wish = {}): RawCall {
  return new RawCall(port, requestFor(wish));
}

/** One request over a connection of its own, and how long its whole answer took. */
export async function ask(port: number, wish: Wish = {}): Promise<Timed> {
  const from = performance.now();
  const answer = await open(port, wish).answer();
  return { ...answer, ms: performance.now() - from, by: answer.headers['x-gw-provider'] };
}

/** What the strictest client of the format makes of an answer: its text when it is whole, else how it is wrong. */
export type Reading =
  | { readonly is: 'whole'; readonly text: string }
  | { readonly is: 'told'; readonly text: string }
  | { readonly is: 'wrong'; readonly why: string };

export function read(answer: Answer, { format = 'openai-chat', stream = false }: Wish): Reading {
  if (answer.status === 0) return { is: 'wrong', why: 'no answer at all' };
  if (answer.status !== 200) return { is: 'told', text: '' };
  if (!stream) {
    const text = wordsOf(format, answer.text);
    if (text === undefined || text === '') return { is: 'wrong', why: 'a 200 that says nothing' };
    return answer.whole ? { is: 'whole', text } : { is: 'wrong', why: 'a whole answer in a broken frame' };
  }
  const { end, text, breaches } = readStream(format, answer.text);
  // A stream that breaks may break in the middle of an event; what counts then is that it does not look whole.
  if (end !== 'whole' && !answer.whole) return { is: 'told', text };
  if (breaches.length > 0) return { is: 'wrong', why: breaches.join('; ') };
  if (end === 'error') return { is: 'told', text };
  return end === 'whole' ? { is: 'whole', text } : { is: 'wrong', why: 'just ended, as if it were whole' };
}
