import { describe, expect, test } from 'vitest';

import { story } from '../../../src/cli/story/story.ts';
import { formatDollars } from '../../../src/cli/story/words.ts';
import { makeStyle } from '../../../src/cli/style.ts';
import type { Trail } from '../../../src/core/trail.ts';
import { failedAttempt, NIGHT, sampleTrail, servedAttempt } from '../../sample-trail.ts';

describe('dollars', () => {
  test.each([
    [0, '$0'],
    [0.000_000_4, '<$0.000001'],
    [0.000_001_2, '$0.0000012'],
    [0.000_42, '$0.00042'],
    [0.009_99, '$0.010'],
    [0.1234, '$0.1234'],
    [0.5, '$0.50'],
    [0.123, '$0.123'],
    [1.5, '$1.50'],
    [12_345.678, '$12,345.68'],
  ])('%d are shown as %s', (usd, text) => {
    expect(formatDollars(usd)).toBe(text);
  });
});

describe('the story of a request', () => {
  const costLine = (trail: Trail): string | undefined =>
    story(trail, { width: 80, style: makeStyle({}, false) }, NIGHT).find((line) => line.startsWith('  cost'));

  test('says what it cost, and what of that was in vain', () => {
    expect(costLine(sampleTrail({ costUsd: 1.5 }))).toBe('  cost     $1.50');
    expect(costLine(sampleTrail({ costUsd: 0 }))).toBe('  cost     $0');
    const attempts = [failedAttempt({ costUsd: 0.5 }), servedAttempt({ costUsd: 1 })];
    expect(costLine(sampleTrail({ attempts, costUsd: 1.5 }))).toBe(
      '  cost     $1.50, $0.50 of it for attempts that failed',
    );
  });

  test('says that a cost is not known, and nothing where nothing was used', () => {
    expect(costLine(sampleTrail())).toBe('  cost     not known');
    expect(costLine(sampleTrail({ usage: undefined as never }))).toBeUndefined();
  });
});
