import * as fc from 'fast-check';

import type { Citation, OpaqueState, Part, ResultPart, Turn } from '../../../src/core/conversation.ts';

/** Arbitrary pieces of conversations: ids that repeat, state of several owners, results that belong nowhere. */

const STATE: fc.Arbitrary<OpaqueState> = fc.record(
  {
    format: fc.constantFrom('openai-chat', 'anthropic-messages', 'gemini'),
    provider: fc.constantFrom('here', 'there'),
    model: fc.constantFrom('m', 'n'),
    kind: fc.constantFrom('signature', 'encrypted', 'item'),
    data: fc.string({ unit: 'binary' }),
  },
  { requiredKeys: ['format', 'kind', 'data'], noNullPrototype: true },
);

const STATES = fc.array(STATE, { minLength: 1, maxLength: 3 });

const CITATION: fc.Arbitrary<Citation> = fc.record(
  { url: fc.webUrl(), title: fc.string(), start: fc.nat(99), end: fc.nat(99) },
  { requiredKeys: ['url'], noNullPrototype: true },
);

const ID = fc.constantFrom('call_0', 'call_1', 'functions.add:0', 'x'.repeat(70), 'abcdefgh1', '');

function withOpaque<P extends Part>(part: fc.Arbitrary<P>): fc.Arbitrary<P> {
  return fc
    .tuple(part, fc.option(STATES, { nil: undefined }))
    .map(([bare, opaque]) => (opaque === undefined ? bare : { ...bare, opaque }));
}

const TEXT = withOpaque(
  fc.record(
    {
      kind: fc.constant('text' as const),
      text: fc.string(),
      citations: fc.array(CITATION, { minLength: 1, maxLength: 2 }),
    },
    { requiredKeys: ['kind', 'text'], noNullPrototype: true },
  ),
);

const REASONING = withOpaque(
  fc.record(
    { kind: fc.constant('reasoning' as const), text: fc.string(), summary: fc.constant(true as const) },
    { requiredKeys: ['kind', 'text'], noNullPrototype: true },
  ),
);

const CALL = withOpaque(
  fc.record(
    {
      kind: fc.constant('call' as const),
      id: ID,
      name: fc.constantFrom('add', 'multiply'),
      arguments: fc.oneof(fc.json({ maxDepth: 1 }), fc.string()),
      custom: fc.constant(true as const),
    },
    { requiredKeys: ['kind', 'id', 'name', 'arguments'], noNullPrototype: true },
  ),
);

const REFUSAL = withOpaque(
  fc.record({ kind: fc.constant('refusal' as const), text: fc.string() }, { noNullPrototype: true }),
);

const RESULT: fc.Arbitrary<ResultPart> = fc.record(
  {
    kind: fc.constant('result' as const),
    id: ID,
    name: fc.constantFrom('add', 'multiply'),
    content: fc.array(TEXT, { maxLength: 2 }),
    isError: fc.boolean(),
  },
  { requiredKeys: ['kind', 'id', 'content'], noNullPrototype: true },
);

/** Opaque state of any owner. */
export const anyStates: fc.Arbitrary<readonly OpaqueState[]> = STATES;

/** A part that a model can answer with. */
export const anyAnswerPart: fc.Arbitrary<Part> = fc.oneof(TEXT, REASONING, CALL, REFUSAL);

/** A conversation as a caller may send it, orphans and all. */
export const anyTurns: fc.Arbitrary<readonly Turn[]> = fc.array(
  fc.oneof(
    fc.record(
      {
        role: fc.constantFrom('user' as const, 'user' as const, 'system' as const, 'developer' as const),
        parts: fc.array(TEXT, { maxLength: 2 }),
      },
      { noNullPrototype: true },
    ),
    fc.record(
      {
        role: fc.constant('user' as const),
        parts: fc.array(fc.oneof(RESULT, RESULT, TEXT), { maxLength: 4 }),
      },
      { noNullPrototype: true },
    ),
    fc.record(
      { role: fc.constant('assistant' as const), parts: fc.array(anyAnswerPart, { maxLength: 4 }) },
      { noNullPrototype: true },
    ),
  ),
  { maxLength: 8 },
);
