import { expect, test } from 'vitest';

import type { Trail } from '../../../src/core/trail.ts';
import { unaskedWord } from '../../../src/core/unasked.ts';
import { sampleTrail } from '../../sample-trail.ts';

test.each<[string, Partial<Trail>]>([
  ['not asked: budget used up', { outcome: 'failed', fault: 'over_budget', attempts: [] }],
  ['not asked: too many requests', { outcome: 'failed', fault: 'too_many_requests', attempts: [] }],
  ['not asked', { outcome: 'failed', fault: 'internal', attempts: [] }],
  ['not needed', {}],
])('a target that nobody asked is said to be "%s"', (word, change) => {
  expect(unaskedWord(sampleTrail(change))).toBe(word);
});
