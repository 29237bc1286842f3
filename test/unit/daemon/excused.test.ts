import { expect, it } from 'vitest';

import { Observatory } from '../../../src/daemon/observatory.ts';
import { failedAttempt, sampleTrail } from '../../sample-trail.ts';
import { HeldClock } from './held-clock.ts';

it('takes a failure back that turned out to be this computer’s own', () => {
  const now = new HeldClock().now();
  const attempt = failedAttempt({ fault: 'upstream_unreachable' });
  const trail = sampleTrail({ at: now, attempts: [attempt], outcome: 'failed' });
  const observatory = new Observatory(now);
  observatory.exchangeStarted(trail);
  observatory.attemptEnded(trail, attempt);
  const [stats] = observatory.targets();
  expect([stats?.failures, stats?.recent(now).failures]).toEqual([1, 1]);
  observatory.attemptExcused(trail, { ...attempt, fault: 'offline', message: 'this computer is offline' });
  expect([stats?.attempts, stats?.failures, stats?.recent(now).failures]).toEqual([1, 0, 0]);
  expect(stats?.last).toMatchObject({ fault: 'offline', message: 'this computer is offline' });
  observatory.exchangeEnded({ ...trail, attempts: [{ ...attempt, fault: 'offline' }] });
  expect(observatory.incidents(now)).toEqual([]);
});

it('holds against nobody that a caller waited less long than gw would have', () => {
  const now = new HeldClock().now();
  const attempt = failedAttempt({ fault: 'upstream_timeout', impatient: true });
  const trail = sampleTrail({ at: now, attempts: [attempt], outcome: 'failed' });
  const observatory = new Observatory(now);
  observatory.attemptEnded(trail, attempt);
  const [stats] = observatory.targets();
  expect([stats?.attempts, stats?.failures, stats?.last]).toEqual([1, 0, undefined]);
});
