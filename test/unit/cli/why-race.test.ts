import { expect, test } from 'vitest';

import { story } from '../../../src/cli/story/story.ts';
import { makeStyle } from '../../../src/cli/style.ts';
import { wastedOf } from '../../../src/core/spending.ts';
import type { Trail } from '../../../src/core/trail.ts';
import { failedAttempt, GROQ, NIGHT, OPENAI, sampleTrail, servedAttempt } from '../../sample-trail.ts';

const told = (trail: Trail): string =>
  story(trail, { width: 200, style: makeStyle({}, false) }, NIGHT).join('\n');

const PLAN = [{ target: OPENAI }, { target: GROQ }];

test('a race is told: who was late, who was first, and that the loser counts against nobody', () => {
  const lost = servedAttempt({ target: OPENAI, lost: true, usageEstimated: true, costUsd: 0.25 });
  const won = servedAttempt({ target: GROQ, hedge: true, startMs: 800, costUsd: 1 });
  const trail = sampleTrail({ plan: PLAN, attempts: [lost, won], served: GROQ });
  expect(told(trail)).toMatch(/Served by groq\/\S+ in \S+, asked beside openai\/\S+, which was late\./);
  expect(told(trail)).toContain('slower, ended');
  expect(told(trail)).toContain('ended: another one had content first');
  expect(told(trail)).toContain('counts against nobody');
  expect(told(trail)).toContain('which had no content 800ms after the request came');
  expect(wastedOf(trail)).toBe(0.25);
});

test('a race that the first one won is told, and one in which the second failed', () => {
  const beaten = servedAttempt({ target: GROQ, hedge: true, lost: true });
  const first = servedAttempt({ target: OPENAI });
  const won = told(sampleTrail({ plan: PLAN, attempts: [beaten, first], served: OPENAI }));
  expect(won).toMatch(/Served by openai\/\S+ in \S+, before groq\/\S+, which was asked beside it\./);
  const failed = failedAttempt({ target: GROQ, hedge: true });
  const quiet = told(sampleTrail({ plan: PLAN, attempts: [failed, first], served: OPENAI }));
  expect(quiet).toMatch(/the caller noticed nothing, as openai\/\S+ was under way/);
});

test('a request that was late is told why nobody was asked beside it', () => {
  const late = servedAttempt({ target: OPENAI, notHedged: 'a budget is nearly used up' });
  expect(told(sampleTrail({ plan: PLAN, attempts: [late], served: OPENAI }))).toContain(
    'it was late, and nobody was asked beside it: a budget is nearly used up',
  );
});
