import { afterEach, describe, expect, test } from 'vitest';

import type { ModelFacts } from '../../src/core/model-facts.ts';
import type { FactsPort } from '../../src/core/ports.ts';
import { costOf } from '../../src/core/price.ts';
import type { Target } from '../../src/core/target.ts';
import { closeGrounds, openGround } from './ground.ts';

afterEach(closeGrounds);

const PRICE = { source: 'profile', periods: [{ rates: { input: 1000, output: 2000 } }] } as const;

/** Facts that are known at once, or only when the test says so. */
function factsOf(facts: ModelFacts, known = Promise.resolve()): FactsPort {
  const met = new Set<Target>();
  let isKnown = false;
  const settled = known.then(() => void (isKnown = true));
  return {
    meet: (target) => void met.add(target),
    of: (target) => (isKnown && met.has(target) ? facts : undefined),
    settled: () => settled,
  };
}

describe('the cost of a request', () => {
  test.each(['chat', 'stream'] as const)('is in the trail of a %s', async (way) => {
    const ground = await openGround({ facts: factsOf({ price: PRICE }) });
    const trail = await ground.trailOf(await ground[way]());
    expect(trail.usage?.output).toBeGreaterThan(0);
    expect(trail.costUsd).toBe(costOf(PRICE, trail.usage ?? {}, trail.at));
    expect(trail.attempts.map(({ costUsd }) => costUsd)).toEqual([trail.costUsd]);
  });

  test('is nobody’s business but the served one’s when a target failed without an answer', async () => {
    const ground = await openGround({ facts: factsOf({ price: PRICE }) });
    ground.simulator('first').setFault('500');
    const trail = await ground.trailOf(await ground.chat());
    expect(trail.failover).toBe(true);
    expect(trail.attempts[0]?.costUsd).toBeUndefined();
    expect(trail.attempts.at(-1)?.costUsd).toBe(trail.costUsd);
    expect(trail.costUsd).toBeGreaterThan(0);
  });

  test('keeps no caller waiting while its price is being looked up [promise:price-waits]', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const ground = await openGround({ facts: factsOf({ price: PRICE }, promise) });
    const answer = await ground.chat();
    expect(answer.status).toBe(200);
    expect(ground.trails).toEqual([]);
    resolve();
    expect((await ground.trailOf(answer)).costUsd).toBeGreaterThan(0);
  });

  test('is not said when no price is known', async () => {
    const ground = await openGround({ facts: factsOf({}) });
    const trail = await ground.trailOf(await ground.chat());
    expect(trail.usage).toBeDefined();
    expect(JSON.stringify(trail)).not.toContain('costUsd');
  });
});
