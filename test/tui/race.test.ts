import { expect, test } from 'vitest';

import type { Trail } from '../../src/core/trail.ts';
import type { Line } from '../../src/tui/present/line.ts';
import { attemptTab } from '../../src/tui/present/request-tabs.ts';
import { waterfallLines } from '../../src/tui/present/waterfall.ts';
import { GROQ, OPENAI, sampleTrail, servedAttempt } from '../sample-trail.ts';

const text = (lines: readonly Line[]): string =>
  lines.map((line) => line.map((piece) => piece.text).join('')).join('\n');

const TRAIL: Trail = sampleTrail({
  plan: [{ target: OPENAI }, { target: GROQ }],
  attempts: [
    servedAttempt({ target: OPENAI, lost: true }),
    servedAttempt({ target: GROQ, hedge: true, startMs: 100 }),
  ],
  served: GROQ,
});

test('the waterfall tells who was slower, in no tone of failure', () => {
  const lines = waterfallLines(TRAIL, 100, TRAIL.at);
  expect(text(lines)).toContain('slower, ended');
  expect(lines.flat().some(({ tone }) => tone === 'bad')).toBe(false);
});

test('the figures of each attempt tell of the race it was in', () => {
  expect(text(attemptTab(TRAIL, 100))).toMatch(/race +late: the one beside it was first/);
  expect(text(attemptTab(TRAIL, 100))).toMatch(/race +asked beside a late one/);
  const late = sampleTrail({ attempts: [servedAttempt({ notHedged: 'a budget is nearly used up' })] });
  expect(text(attemptTab(late, 100))).toMatch(/race +late, and nobody was asked beside it: a budget is/);
});
