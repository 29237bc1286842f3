import { describe, expect, test } from 'vitest';

import { fixesFor } from '../../../src/cli/story/fixes.ts';
import { seamLines } from '../../../src/cli/story/seam.ts';
import { failedAttempt, failoverTrail, GROQ, OPENAI, servedAttempt } from '../../sample-trail.ts';

describe('an answer that another target went on with', () => {
  test('did not break because its target could not be reached: it was, or nothing of it would be there', () => {
    const begun = { how: 'prefill', from: OPENAI, kept: 45, dropped: 0 } as const;
    const lines = (after: 'upstream_unreachable' | 'upstream_timeout'): string =>
      seamLines(servedAttempt({ target: GROQ, continued: { ...begun, after } })).join('\n');
    expect(lines('upstream_unreachable')).toContain('(the connection broke)');
    expect(lines('upstream_timeout')).toContain('(timed out)');
  });
});

describe('what to do about a key that is refused', () => {
  const fixes = (key: string): string =>
    fixesFor(
      failoverTrail({
        attempts: [failedAttempt({ fault: 'upstream_refused_key', target: { ...OPENAI, key } })],
      }),
    ).join('\n');

  test('is to give one where none was sent', () => {
    expect(fixes('none')).toContain('openai wants a key and has none: gw key set openai');
  });

  test('is to replace it where it is kept', () => {
    expect(fixes('keychain:openai')).toContain('replace the key keychain:openai: gw key set openai');
    expect(fixes('env:K')).toContain('replace the key env:K: export K=… and gw reload, or gw key set openai');
  });
});
