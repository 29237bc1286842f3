import { afterEach, describe, expect, test } from 'vitest';

import { perform } from '../../src/cli/outage/stage.ts';
import type { Policy } from '../../src/core/policy.ts';
import type { Trail } from '../../src/core/trail.ts';
import { outage } from '../unit/cli/outage-ground.ts';
import { closeGrounds, openGround } from './ground.ts';

afterEach(closeGrounds);

interface Scenario {
  /** As the simulator is told, and as the simulation is. */
  readonly real: string;
  readonly simulated: string;
  readonly policy?: Partial<Policy>;
  /** Requests come one after the other: so long does one of the simulation take at the most. */
  readonly everyMs?: number;
  /** So much longer does the first of them take. */
  readonly firstMs?: number;
}

/** Outages that really happen to the whole proxy in front of the simulator, and are then simulated. */
const SCENARIOS: Readonly<Record<string, Scenario>> = {
  '503 for ever': { real: '503', simulated: 'first:503' },
  // The first request waits, and those that follow come while the target is being left alone.
  'a 429 with a short retry-after': {
    real: '429;retry-after=2',
    simulated: 'first:429;retry-after=2',
    everyMs: 20,
    firstMs: 2_500,
  },
  'a 429 with a long retry-after': { real: '429;retry-after=60', simulated: 'first:429;retry-after=60' },
  'silence until the limit': {
    real: 'stall@accept',
    simulated: 'first:timeout',
    policy: { firstContentMs: 500 },
    everyMs: 700,
  },
  'a refused key': { real: '401', simulated: 'first:401' },
  'an answer cut in the middle': { real: 'cut@token=12', simulated: 'first:cut', everyMs: 6_000 },
  'a refused connection': { real: 'reset@accept', simulated: 'first:reset' },
};

describe('a simulated outage', () => {
  test.each(Object.entries(SCENARIOS))(
    'takes the same attempts as the real one: %s [promise:simulated-outage-is-real]',
    async (_, { real, simulated, policy = {}, everyMs = 200, firstMs = 0 }) => {
      const ground = await openGround({
        providers: [{ name: 'first', simulator: { fault: real } }, 'second'],
        policy,
      });
      const trails: Trail[] = [];
      for (let i = 0; i < 6; i++) trails.push(await ground.trailOf(await ground.stream()));
      const since = trails[0]?.at ?? 0;
      const { trails: played } = await perform({
        profile: ground.profile,
        // Not when they came: that depends on the machine, and what is being left alone may be so no longer.
        trails: trails.map((trail, index) => ({
          ...trail,
          at: since + index * everyMs + (index > 0 ? firstMs : 0),
        })),
        since,
        until: since + 60_000,
        outages: [outage(simulated)],
        facts: { meet: () => {}, settled: () => Promise.resolve(), of: () => ({}) },
        seed: 1,
      });
      expect(played.map(decisions)).toEqual(trails.map(decisions));
    },
  );
});

test('lets whole answers take as long as they took, as a question whether their target lives is answered at once', async () => {
  const ground = await openGround();
  const trail = await ground.trailOf(await ground.chat());
  const [attempt] = trail.attempts;
  if (!attempt) throw new Error('nobody was asked');
  const wholeMs = 60_000;
  const whole = { ...trail, attempts: [{ ...attempt, firstContentMs: wholeMs, endMs: wholeMs }] };
  const { trails } = await perform({
    profile: ground.profile,
    trails: [whole],
    since: trail.at,
    until: trail.at + 60_000,
    outages: [outage('second:503')],
    facts: { meet: () => {}, settled: () => Promise.resolve(), of: () => ({}) },
    seed: 1,
  });
  expect(trails[0]?.served?.provider).toBe('first');
  expect(trails[0]?.attempts[0]?.vouchedMs).toBeDefined();
});

/** Who was asked in which order, what came of it and what was decided, who was left out, and what the caller got. */
function decisions(trail: Trail | undefined) {
  return {
    attempts: trail?.attempts.map(({ target, fault, remedy, continued }) => ({
      target,
      fault,
      remedy,
      continued: continued?.how,
    })),
    leftOut: trail?.plan.map(({ target, fault }) => ({ provider: target.provider, fault })),
    outcome: trail?.outcome,
    served: trail?.served,
  };
}
