import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { fault } from '../../../src/core/fault.ts';
import { DEFAULT_POLICY } from '../../../src/core/policy.ts';
import {
  type Admission,
  type Breaker,
  mayTry,
  newBreaker,
  onFailure,
  onNeutral,
  onSuccess,
  onTry,
  viewBreaker,
} from '../../../src/resilience/index.ts';

const NOW = 1_760_000_000_000;
const OVERLOADED = fault('upstream_overloaded', 'HTTP 503 from the provider');
const { breakerFailures, breakerOpenMs, breakerOpenCapMs } = DEFAULT_POLICY;

function failed(breaker: Breaker, now: number, admission: Admission = 'yes'): Breaker {
  return onFailure(breaker, admission, OVERLOADED, DEFAULT_POLICY, now);
}

function failedTimes(times: number, now = NOW): Breaker {
  let breaker = newBreaker();
  for (let i = 0; i < times; i++) breaker = failed(breaker, now);
  return breaker;
}

/** Takes the probe slot, which must be free, and lets the probe end. */
function probed(breaker: Breaker, now: number, outcome: 'success' | 'failure'): Breaker {
  expect(mayTry(breaker, now)).toBe('probe');
  const probing = onTry(breaker, 'probe');
  return outcome === 'success' ? onSuccess(probing, 'probe', now) : failed(probing, now, 'probe');
}

describe('a closed breaker', () => {
  test('stays closed below the limit of failures in a row', () => {
    expect(failedTimes(breakerFailures - 1).is).toBe('closed');
  });

  test('opens on the fifth failure in a row, with the reason and the end', () => {
    expect(viewBreaker(failedTimes(breakerFailures), NOW)).toEqual({
      is: 'open',
      until: NOW + breakerOpenMs,
      reason: 'upstream_overloaded',
      message: 'HTTP 503 from the provider',
      since: NOW,
    });
  });

  test('counts failures in a row anew after a success', () => {
    const breaker = onSuccess(failedTimes(breakerFailures - 1), 'yes', NOW);
    expect(failed(breaker, NOW).is).toBe('closed');
  });

  test('opens when half of at least ten attempts failed within 30 s, never five in a row', () => {
    let breaker = newBreaker();
    for (let i = 0; i < 4; i++) {
      breaker = failed(onSuccess(breaker, 'yes', NOW + i * 1000), NOW + i * 1000);
    }
    breaker = onSuccess(breaker, 'yes', NOW + 4000);
    expect(breaker.is).toBe('closed');
    expect(failed(breaker, NOW + 5000).is).toBe('open');
  });

  test('forgets what is more than 30 s ago', () => {
    let breaker = newBreaker();
    for (let i = 0; i < 4; i++) breaker = failed(onSuccess(breaker, 'yes', NOW), NOW);
    breaker = onSuccess(breaker, 'yes', NOW + 31_000);
    expect(failed(breaker, NOW + 31_000).is).toBe('closed');
  });

  test('only forgets when the clock is set back', () => {
    let breaker = newBreaker();
    for (let i = 0; i < 4; i++) breaker = failed(onSuccess(breaker, 'yes', NOW), NOW);
    breaker = onSuccess(breaker, 'yes', NOW - 50_000);
    expect(failed(breaker, NOW - 50_000).is).toBe('closed');
  });

  test('keeps its identity on success, so that the hot path allocates nothing', () => {
    const breaker = newBreaker();
    expect(onSuccess(breaker, 'yes', NOW)).toBe(breaker);
    expect(onTry(breaker, 'yes')).toBe(breaker);
  });

  test('obeys the limits of the policy', () => {
    const policy = { ...DEFAULT_POLICY, breakerFailures: 2, breakerOpenMs: 700 };
    let breaker = onFailure(newBreaker(), 'yes', OVERLOADED, policy, NOW);
    breaker = onFailure(breaker, 'yes', OVERLOADED, policy, NOW);
    expect(breaker).toMatchObject({ is: 'open', until: NOW + 700 });
  });
});

describe('an open breaker', () => {
  const breaker = failedTimes(breakerFailures);

  test('lets nobody through until its time is over, then one probe', () => {
    expect(mayTry(breaker, NOW + breakerOpenMs - 1)).toBe('no');
    expect(mayTry(breaker, NOW + breakerOpenMs)).toBe('probe');
  });

  test('is shown as half-open once its time is over', () => {
    expect(viewBreaker(breaker, NOW + breakerOpenMs)).toMatchObject({
      is: 'half-open',
      probing: false,
      reason: 'upstream_overloaded',
    });
  });

  test('ends early when the clock is set back, instead of staying open for that long', () => {
    expect(mayTry(breaker, NOW - 3_600_000)).toBe('probe');
  });

  test('is not moved by attempts that began before it opened', () => {
    expect(onSuccess(breaker, 'yes', NOW + 10)).toBe(breaker);
    expect(failed(breaker, NOW + 10)).toBe(breaker);
    expect(onNeutral(breaker, 'yes')).toBe(breaker);
  });

  test('does not give the probe slot to an attempt made because everything was open', () => {
    expect(onTry(breaker, 'no')).toBe(breaker);
  });

  test('is not kept open by attempts made because everything was open', () => {
    expect(failed(breaker, NOW + 10, 'no')).toBe(breaker);
  });

  test('is half-open as soon as an attempt made because everything was open succeeds', () => {
    const recovering = onSuccess(breaker, 'no', NOW + 10);
    expect(recovering).toMatchObject({ is: 'half-open', successes: 1, probing: false });
    expect(probed(recovering, NOW + 11, 'success').is).toBe('closed');
  });
});

describe('a half-open breaker', () => {
  const later = NOW + breakerOpenMs;
  const probing = onTry(failedTimes(breakerFailures), 'probe');

  test('lets nobody through while the probe is in flight', () => {
    expect(mayTry(probing, later)).toBe('no');
  });

  test('closes after two successful probes, and knows nothing of the past then', () => {
    const once = onSuccess(probing, 'probe', later);
    expect(once.is).toBe('half-open');
    const closed = probed(once, later, 'success');
    expect(closed.is).toBe('closed');
    expect(failed(closed, later).is).toBe('closed');
  });

  test('frees the slot of a probe that said nothing', () => {
    const free = onNeutral(probing, 'probe');
    expect(mayTry(free, later)).toBe('probe');
  });

  test('does not take the outcome of an older attempt for that of the probe', () => {
    expect(onSuccess(probing, 'yes', later)).toBe(probing);
    expect(failed(probing, later)).toBe(probing);
    expect(onNeutral(probing, 'yes')).toBe(probing);
  });

  test('stays half-open while a probe is in flight, whatever succeeds beside it', () => {
    const twice = onSuccess(onSuccess(probing, 'no', later), 'no', later);
    expect(twice).toMatchObject({ is: 'half-open', probing: true });
    expect(onSuccess(twice, 'probe', later).is).toBe('closed');
  });

  test('opens for twice as long at each relapse, up to the cap', () => {
    let breaker = failedTimes(breakerFailures);
    let now = NOW;
    const lengths: number[] = [];
    for (let i = 0; i < 4; i++) {
      if (breaker.is !== 'open') throw new Error(`expected an open breaker, found ${breaker.is}`);
      lengths.push(breaker.until - now);
      now = breaker.until;
      breaker = probed(breaker, now, 'failure');
    }
    expect(lengths).toEqual([5000, 10_000, 20_000, breakerOpenCapMs]);
  });
});

/** Steps of a proxy with many concurrent attempts: time passes, attempts begin, attempts end in any order. */
type Step =
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'begin'; readonly evenIfOpen: boolean }
  | { readonly do: 'end'; readonly which: number; readonly outcome: 'success' | 'failure' | 'neutral' };

const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 12_000 }) }),
    fc.record({ do: fc.constant('begin' as const), evenIfOpen: fc.boolean() }),
    fc.record({
      do: fc.constant('end' as const),
      which: fc.nat(20),
      outcome: fc.constantFrom('success' as const, 'failure' as const, 'neutral' as const),
    }),
  ) satisfies fc.Arbitrary<Step>,
  { maxLength: 200 },
);

class Traffic {
  breaker = newBreaker();
  now = NOW;
  readonly inFlight: Admission[] = [];

  run(step: Step): void {
    if (step.do === 'wait') this.now += step.ms;
    else if (step.do === 'begin') this.begin(step.evenIfOpen);
    else this.end(step.which, step.outcome);
  }

  private begin(evenIfOpen: boolean): void {
    const admission = mayTry(this.breaker, this.now);
    if (admission === 'no' && !evenIfOpen) return;
    this.breaker = onTry(this.breaker, admission);
    this.inFlight.push(admission);
  }

  private end(which: number, outcome: 'success' | 'failure' | 'neutral'): void {
    const [admission] = this.inFlight.splice(which % Math.max(1, this.inFlight.length), 1);
    if (admission === undefined) return;
    if (outcome === 'success') this.breaker = onSuccess(this.breaker, admission, this.now);
    else if (outcome === 'failure') this.breaker = failed(this.breaker, this.now, admission);
    else this.breaker = onNeutral(this.breaker, admission);
  }

  get probes(): number {
    return this.inFlight.filter((admission) => admission === 'probe').length;
  }
}

describe('whatever happens', () => {
  test('there is never more than one probe in flight, and the breaker knows about it', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const traffic = new Traffic();
        for (const step of list) {
          traffic.run(step);
          expect(traffic.probes).toBeLessThanOrEqual(1);
          const slotTaken = traffic.breaker.is === 'half-open' && traffic.breaker.probing;
          expect(slotTaken).toBe(traffic.probes === 1);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('an outage opens it within its number of failures and it is never open for longer than the cap', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const traffic = new Traffic();
        for (const step of list) {
          traffic.run(step);
          const { breaker, now } = traffic;
          if (breaker.is === 'open') expect(breaker.until - now).toBeLessThanOrEqual(breakerOpenCapMs);
          if (breaker.is === 'closed') expect(breaker.counts.inARow).toBeLessThan(breakerFailures);
        }
      }),
    );
  });

  test('it closes within the cap and two successes once the target is well and nothing is in flight', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const traffic = new Traffic();
        for (const step of list) traffic.run(step);
        while (traffic.inFlight.length > 0) traffic.run({ do: 'end', which: 0, outcome: 'neutral' });
        traffic.run({ do: 'wait', ms: breakerOpenCapMs });
        for (let i = 0; i < 2; i++) {
          traffic.run({ do: 'begin', evenIfOpen: false });
          traffic.run({ do: 'end', which: 0, outcome: 'success' });
        }
        expect(traffic.breaker.is).toBe('closed');
      }),
    );
  });

  test('neutral outcomes never open it', () => {
    const harmless = steps.map((list) =>
      list.map((step): Step =>
        step.do === 'end' && step.outcome === 'failure' ? { ...step, outcome: 'neutral' } : step,
      ),
    );
    fc.assert(
      fc.property(harmless, (list) => {
        const traffic = new Traffic();
        for (const step of list) traffic.run(step);
        expect(traffic.breaker.is).toBe('closed');
      }),
    );
  });
});
