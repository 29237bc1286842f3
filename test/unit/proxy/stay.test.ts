import { describe, expect, test } from 'vitest';

import { type Standing, weigh } from '../../../src/proxy/balance/stay.ts';

const MINUTE = 60_000;
/** A long prompt, answered a moment ago, that the route would rather have served elsewhere, at the same prices. */
const STANDING: Standing = {
  idleMs: 10_000,
  isPreferredElsewhere: true,
  waitMs: 0,
  promptTokens: 20_000,
  answers: 1,
  prices: { homeWarmUsd: 0.006, elsewhereColdUsd: 0.06, elsewhereWarmUsd: 0.006 },
};

const TABLE: readonly (readonly [string, Partial<Standing>, boolean, RegExp])[] = [
  [
    'whose cold prompt would cost cents',
    {},
    true,
    /cold prompt costs \$0.06, against \$0.006 from the cache/,
  ],
  ['whose cache is likely cold', { idleMs: 6 * MINUTE }, false, /likely cold after 6m/],
  ['whose prompt is too short to be cached', { promptTokens: 900 }, false, /900 tokens is hardly cached/],
  [
    'that would save less than a cent',
    { prices: { homeWarmUsd: 0.0003, elsewhereColdUsd: 0.003, elsewhereWarmUsd: 0.0003 } },
    false,
    /cold prompt costs \$0.003/,
  ],
  [
    'whose home is dearer even from its cache',
    { prices: { homeWarmUsd: 0.09, elsewhereColdUsd: 0.06, elsewhereWarmUsd: 0.006 } },
    false,
    /against \$0.09/,
  ],
  [
    'whose home is a little dearer, at first',
    { prices: { homeWarmUsd: 0.01, elsewhereColdUsd: 0.06, elsewhereWarmUsd: 0.005 } },
    true,
    /from the cache$/,
  ],
  [
    'whose home is a little dearer, after many answers',
    { answers: 12, prices: { homeWarmUsd: 0.01, elsewhereColdUsd: 0.06, elsewhereWarmUsd: 0.005 } },
    false,
    /every further answer more/,
  ],
  ['of which no price is known', { prices: undefined }, true, /takes about 4.00s to read/],
  [
    'that no order calls elsewhere, however short and old',
    { isPreferredElsewhere: false, promptTokens: 5, idleMs: 20 * MINUTE },
    true,
    /answered 20m/,
  ],
  ['that may go on in a moment', { waitMs: 2000 }, true, /and a wait of 2.00s/],
  [
    'that may go on in a moment, to save little',
    { waitMs: 2000, prices: { homeWarmUsd: 0.0003, elsewhereColdUsd: 0.003, elsewhereWarmUsd: 0.0003 } },
    false,
    /a wait of 2.00s/,
  ],
  [
    'that may go on sooner than a cold prompt is read',
    { waitMs: 2000, prices: undefined },
    true,
    /a wait 2.00s/,
  ],
  [
    'that may go on later than a cold prompt is read',
    { waitMs: 2000, prices: undefined, promptTokens: 5000 },
    false,
    /a wait 2.00s/,
  ],
  [
    'that may go on in a moment where all are alike, with a cold cache',
    { isPreferredElsewhere: false, waitMs: 2000, idleMs: 6 * MINUTE },
    false,
    /likely cold/,
  ],
];

describe('a conversation', () => {
  test.each(TABLE)('%s', (_, change, stays, why) => {
    const verdict = weigh({ ...STANDING, ...change });
    expect(verdict.stays).toBe(stays);
    expect(verdict.why).toMatch(why);
  });
});
