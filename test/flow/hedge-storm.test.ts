import { afterEach, expect, test } from 'vitest';

import { readStream } from '../contract/stream-contracts.ts';
import { forEach } from './for-each.ts';
import { closeGrounds, NO_BREAKER, openGround, routeOver, until } from './ground.ts';
import { askIn, wordsOf } from './translated-asking.ts';

afterEach(closeGrounds);

/** What a target may do, and whether its caller gets a whole answer of it. */
const DEEDS = {
  'first-token=5ms': true,
  'slow-first-token=60ms': true,
  'slow-first-token=20s': false,
  'slow-headers=20s': false,
  '500': false,
  '429;retry-after=30': false,
  'reset@accept': false,
  'empty-200': false,
  'slow-first-token=60ms+reset@token=4': false,
  'slow-headers=60ms+503': false,
} as const;

const SHORT = {
  firstContentMs: 1500,
  answerMs: 1500,
  lastTargetFactor: 1,
  answerLastMs: 1500,
  idleMs: 1200,
  totalMs: 20_000,
};

test('whatever two racing targets do, who can be served is, and nothing is left running [promise:hedge-first-wins]', async () => {
  const ground = await openGround({
    providers: [
      { name: 'first', simulator: { name: 'same' } },
      { name: 'second', format: 'anthropic-messages', simulator: { name: 'same' } },
    ],
    concurrency: { first: 1000, second: 1000 },
    routes: Object.keys(DEEDS).map((deed, index) =>
      routeOver([], {
        name: `r${index}`,
        match: [],
        targets: [
          { provider: 'first', model: undefined },
          { provider: 'second', model: `backup!${deed}` },
        ],
      }),
    ),
    policy: { ...NO_BREAKER, ...SHORT, affinityMs: 0, hedge: 30, hedgeSpend: 1 },
  });
  const deeds = Object.entries(DEEDS);
  const cases = deeds.flatMap(([first, isGood]) =>
    deeds.flatMap(([, isOtherGood], index) =>
      [true, false].map((stream) => ({ first, index, stream, isServed: isGood || isOtherGood })),
    ),
  );
  const wrong: string[] = [];
  await forEach(cases, 16, async ({ first, index, stream, isServed }) => {
    const request = askIn('openai-chat', `m!${first}`, stream);
    const answer = await ground.ask({ ...request, headers: { 'x-gw-route': `r${index}` } });
    const trail = await ground.trailOf(answer);
    const isWhole = stream
      ? answer.status === 200 && readStream('openai-chat', answer.text).end === 'whole'
      : wordsOf('openai-chat', answer.text) !== undefined && answer.status === 200;
    const story = trail.attempts
      .map(({ target, hedge, lost, fault, endMs }) =>
        [target.provider, hedge && 'hedge', lost && 'lost', fault, endMs === undefined && 'open']
          .filter(Boolean)
          .join(' '),
      )
      .join(', ');
    const isTold = trail.outcome === 'served' ? isWhole : !isWhole;
    if ((isServed && !isWhole) || !isTold || story.includes('open'))
      wrong.push(`${first} / ${deeds[index]?.[0]} ${stream}: ${answer.status} ${trail.outcome} (${story})`);
  });
  expect(wrong).toEqual([]);
  expect(ground.logLines.filter((line) => line.includes('crashed'))).toEqual([]);
  await until(
    () =>
      ['first', 'second'].every((name) => ground.simulator(name).calls.every(({ end }) => end !== 'open')),
    'every upstream call ended',
  );
  expect(ground.proxy.rooms.views()).toMatchObject({ first: { inFlight: 0 }, second: { inFlight: 0 } });
  expect(ground.trails.some(({ attempts }) => attempts.some(({ lost }) => lost))).toBe(true);
});
