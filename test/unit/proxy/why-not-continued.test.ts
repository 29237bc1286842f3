import { expect, test } from 'vitest';

import type { Conversation } from '../../../src/core/conversation.ts';
import type { Delivered } from '../../../src/proxy/continuation/delivered.ts';
import { PrefillMemory } from '../../../src/proxy/continuation/prefill-memory.ts';
import { type CutFacts, whyNotContinued } from '../../../src/proxy/continuation/why-not.ts';

const ASKED: Conversation = {
  turns: [{ role: 'user', parts: [{ kind: 'text', text: 'Hi' }] }],
  tools: [],
  stream: true,
  wantsUsage: true,
  losses: [],
};
const TOLD: Delivered = { text: 'Hello', open: 'text', acts: false, usage: undefined, written: 5 };
const CUT: CutFacts = { delivered: TOLD, conversation: ASKED, isPinned: false, remainingMs: 1 };

const ROWS: readonly (readonly [string, Partial<CutFacts>, RegExp | undefined])[] = [
  ['text', {}, undefined],
  ['text that is closed', { delivered: { ...TOLD, open: undefined } }, undefined],
  [
    'thoughts that are over, and no text yet',
    { delivered: { ...TOLD, text: '', open: undefined } },
    undefined,
  ],
  ['a thought', { delivered: { ...TOLD, open: 'reasoning' } }, /thinking/],
  ['a call', { delivered: { ...TOLD, open: 'call', acts: true } }, /tool/],
  ['text after a call', { delivered: { ...TOLD, acts: true } }, /tool/],
  ['what nobody can read', { delivered: undefined }, /could not be told what/],
  ['what was too long to be kept', { delivered: undefined, dropped: 'long' }, /kept of one answer/],
  ['what made room for others', { delivered: undefined, dropped: 'crowd' }, /so much was under way/],
  ['one of two answers', { conversation: { ...ASKED, candidates: 2 } }, /several/],
  ['JSON', { conversation: { ...ASKED, output: { kind: 'json' } } }, /structured/],
  [
    'JSON of a schema',
    { conversation: { ...ASKED, output: { kind: 'schema', schema: '{}' } } },
    /structured/,
  ],
  ['tokens with probabilities', { conversation: { ...ASKED, logprobs: 2 } }, /probabilities/],
  ['an answer to what nobody else can be told', { conversation: undefined }, /another model/],
  ['an answer to what its provider keeps', { isPinned: true }, /kept by its provider/],
  ['text, too late', { remainingMs: 0 }, /no time/],
];

test.each(ROWS)('an answer that broke off in %s', (_, facts, why) => {
  const found = whyNotContinued({ ...CUT, ...facts });
  if (why) expect(found).toMatch(why);
  else expect(found).toBeUndefined();
});

test('what was learned of models can be written down and taken up, and what is newer stays', () => {
  const old = new PrefillMemory();
  old.learn({ provider: 'a', model: 'm', prefill: 'refuses' });
  old.learn({ provider: 'a', model: 'n', prefill: 'accepts' });
  const memory = new PrefillMemory();
  memory.learn({ provider: 'a', model: 'm', prefill: 'accepts' });
  memory.restore(old.snapshot());
  expect(['m', 'n', 'o'].map((model) => memory.of('a', model))).toEqual(['accepts', 'accepts', 'unknown']);
});
