import { describe, expect, test } from 'vitest';

import { story } from '../../../src/cli/story/story.ts';
import { makeStyle } from '../../../src/cli/style.ts';
import type { Trail } from '../../../src/core/trail.ts';
import { failedAttempt, failoverTrail, servedAttempt } from '../../sample-trail.ts';

function told(trail: Partial<Trail>, attempt: Parameters<typeof failedAttempt>[0]): string {
  const attempts = [
    failedAttempt({ fault: 'upstream_timeout', message: 'no content within 7.5s', ...attempt }),
    servedAttempt({}),
  ];
  const layout = { width: 200, style: makeStyle({}, false) };
  return story(failoverTrail({ attempts, ...trail }), layout, Date.now()).join('\n');
}

describe('gw why says of an attempt that ran into its limit', () => {
  test('what that was learned from', () => {
    expect(told({}, { limitMs: 7500, limitFrom: 'learned', limitSamples: 412 })).toContain(
      'its limit of 7.50s was learned from 412 answers of this model to prompts of this size',
    );
  });

  test('that the answer was to be short', () => {
    expect(told({}, { limitMs: 14_000, limitFrom: 'length' })).toContain(
      'its limit of 14.0s was the time until first content, and what the tokens it may have take at the least speed',
    );
  });

  test('that the caller waits no longer', () => {
    const text = told(
      { deadlineMs: 9000, deadlineFrom: 'x-stainless-timeout' },
      { limitMs: 1500, limitFrom: 'caller' },
    );
    expect(text).toContain(
      'its limit of 1.50s was what was left of the 9.00s that x-stainless-timeout leaves',
    );
    expect(text).toContain(
      '9.00s until its answer begins (x-stainless-timeout, less a little for the way back)',
    );
  });

  test('that the rest was kept for the next target', () => {
    expect(
      told({ deadlineMs: 3000, deadlineFrom: 'x-gw-timeout' }, { limitMs: 2000, limitFrom: 'share' }),
    ).toContain('its limit of 2.00s was its share of the 3.00s that x-gw-timeout leaves');
  });

  test('nothing where the profile set it, or nothing ran into it', () => {
    expect(told({}, { limitMs: 10_000, limitFrom: 'policy' })).not.toContain('its limit');
    expect(told({}, { fault: 'upstream_overloaded', limitMs: 7500, limitFrom: 'learned' })).not.toContain(
      'its limit',
    );
  });

  test('how long it waited for room, at gw and at the provider', () => {
    const text = told({ queuedMs: 1200 }, { waitedMs: 2500, queuedMs: 2000 });
    expect(text).toContain('waited 1.20s: gw had as many requests under way as it may');
    expect(text).toContain('waited 2.00s for room · gw waited 500ms');
  });
});

describe('gw why says of the last failure', () => {
  const ended = (attempt: Parameters<typeof failedAttempt>[0]) => {
    const attempts = [failedAttempt({}), failedAttempt({ remedy: 'fail', ...attempt })];
    const layout = { width: 200, style: makeStyle({}, false) };
    const trail = failoverTrail({ attempts, outcome: 'failed', served: undefined as never });
    return story(trail, layout, Date.now()).join('\n');
  };

  test('that nobody was left, where only that kept gw from asking another target', () => {
    expect(ended({ fault: 'upstream_rate_limited' })).toContain('nobody was left to ask');
  });

  test('that no other would do better, where the request itself is at fault', () => {
    expect(ended({ fault: 'upstream_rejected' })).toContain('no other target would do better');
  });

  test('that the time was over, where the caller waited no longer', () => {
    expect(ended({ fault: 'upstream_timeout', limitMs: 900, limitFrom: 'caller' })).toContain(
      'there was no time left for another target',
    );
  });
});

describe('gw why advises for a model that is only slow', () => {
  test('a longer limit until first content of a stream, and until the answer where it is not streamed', () => {
    const streamed = told({ stream: true }, {});
    expect(streamed).toContain('a slow model needs a longer firstContentMs');
    const whole = told({ stream: false }, {});
    expect(whole).toContain('a slow model needs a longer answerMs');
    expect(whole).not.toContain('firstContentMs');
  });
});

describe('gw why advises nothing at the target', () => {
  test('whose caller waited less long than gw would have', () => {
    const text = told({ deadlineMs: 100, deadlineFrom: 'x-gw-timeout' }, { impatient: true });
    expect(text).toContain('nothing: its caller waits less long than gw would; raise x-gw-timeout.');
    expect(text).not.toContain('needs a longer firstContentMs');
    const sdk = told({ deadlineMs: 900, deadlineFrom: 'x-stainless-timeout' }, { impatient: true });
    expect(sdk).toContain("raise the client's timeout.");
  });

  test('that gw chaos made fail', () => {
    const text = told({}, { injected: 'stall@headers' });
    expect(text).toContain('nothing: gw chaos did this on purpose (stall@headers)');
    expect(text).not.toContain('gw provider test');
  });
});

test('gw why says of a connection lost after the head that the answer broke off', () => {
  const lost = { fault: 'upstream_unreachable', message: 'it reset the connection' } as const;
  const text = told({}, { ...lost, status: 200, headersMs: 20 });
  expect(text).toContain('(answer broke off)');
  expect(text).toContain('the answer broke off before it was whole');
  expect(text).not.toContain('could not be reached');
});
