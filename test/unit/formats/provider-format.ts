import * as fc from 'fast-check';

import type { AnswerEvent } from '../../../src/core/answer.ts';
import type { Conversation, Part, Turn } from '../../../src/core/conversation.ts';
import type { Format, ProviderCodec, TranslationTarget } from '../../../src/core/format.ts';
import { foldAnswer, type FoldedAnswer } from '../../../src/formats/hub/fold.ts';

/** What tests of the formats that only providers speak have in common. */

export const TARGET: TranslationTarget = { provider: 'here', model: 'm', quirks: [], maxOutput: undefined };

/** A conversation that says no more than it must, and these fields. */
export function conversation(fields: Partial<Conversation> = {}): Conversation {
  return {
    turns: [user(text('Hi'))],
    tools: [],
    stream: false,
    wantsUsage: true,
    losses: [],
    ...fields,
  };
}

export function text(content: string): Part {
  return { kind: 'text', text: content };
}

export function user(...parts: Part[]): Turn {
  return { role: 'user', parts };
}

export function assistant(...parts: Part[]): Turn {
  return { role: 'assistant', parts };
}

export function system(...parts: Part[]): Turn {
  return { role: 'system', parts };
}

export function codecOf(format: Format): ProviderCodec {
  if (!format.toProvider) throw new Error(`${format.name} has no codec`);
  return format.toProvider;
}

/** The request as the provider gets it: read as JSON, and as it is written. */
export function encode(format: Format, given: Conversation, target: Partial<TranslationTarget> = {}) {
  const { path, body, losses } = codecOf(format).encodeRequest(given, { ...TARGET, ...target });
  return { path, losses, text: body.toString(), body: JSON.parse(body.toString()) };
}

/** One event of a stream: its data, and its name where the framing has one. */
export type Frame = readonly [data: string | object, name?: string];

export function decodeFrames(format: Format, frames: readonly Frame[]): AnswerEvent[] {
  const decoder = codecOf(format).decodeStream(TARGET);
  const pushed = frames.flatMap(([data, name]) => [
    ...decoder.push(typeof data === 'string' ? data : JSON.stringify(data), name),
  ]);
  const isOver = pushed.some(({ is }) => is === 'end' || is === 'error');
  return isOver ? pushed : [...pushed, ...decoder.end()];
}

export function decodeBody(format: Format, body: string | object): AnswerEvent[] {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return [...codecOf(format).decodeAnswer(bytes, TARGET)];
}

/** The answer that a whole body tells. */
export function foldBody(format: Format, body: string | object): FoldedAnswer {
  return foldAnswer(decodeBody(format, body));
}

/** Breaches of the grammar of answers (core/answer.ts); none in an answer of any kind. */
export function breaches(events: readonly AnswerEvent[]): string[] {
  const found: string[] = [];
  let isOpen = false;
  let isOver = false;
  for (const [at, { is }] of events.entries()) {
    if (isOver) found.push(`${at}: ${is} after the end`);
    if (is === 'open' && isOpen) found.push(`${at}: two parts open`);
    if ((is === 'delta' || is === 'citation' || is === 'opaque' || is === 'close') && !isOpen)
      found.push(`${at}: ${is} outside of a part`);
    if ((is === 'finish' || is === 'end') && isOpen) found.push(`${at}: ${is} inside of a part`);
    if (is === 'open') isOpen = true;
    if (is === 'close') isOpen = false;
    if (is === 'end' || is === 'error') isOver = true;
  }
  if (!isOver) found.push('no end');
  return found;
}

/**
 * Checks that a format's decoders answer anything at all with events in their grammar, and throw on nothing.
 *
 * @param pieces Events of real streams, of which arbitrary ones are made by leaving out, repeating and damaging.
 */
export function surviveAnything(format: Format, pieces: readonly Frame[]): void {
  const junk = fc.oneof(
    fc.json({ maxDepth: 3 }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', 'null', '[]', '{}', '{"__proto__":1}', '"\\ud800"', '{"error":[]}', '{"message":1}'),
  );
  const damaged = fc
    .tuple(fc.constantFrom(...pieces), fc.nat(200))
    .map(([[data], at]) => (typeof data === 'string' ? data : JSON.stringify(data)).slice(0, at));
  const names = fc.constantFrom(...pieces.map(([, name]) => name), 'unknown', undefined);
  const frame: fc.Arbitrary<Frame> = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...pieces) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.oneof(junk, damaged), names)
        .map(([data, name]): Frame => (name === undefined ? [data] : [data, name])),
    },
  );
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 12 }), (frames) => {
      const found = breaches(decodeFrames(format, frames));
      if (found.length > 0) throw new Error(found.join('; '));
    }),
  );
  fc.assert(
    fc.property(fc.oneof(junk, damaged), (body) => {
      const found = breaches(decodeBody(format, body));
      if (found.length > 0) throw new Error(found.join('; '));
    }),
  );
}
