import { describe, expect, test } from 'vitest';

import { story } from '../../../src/cli/story/story.ts';
import { makeStyle } from '../../../src/cli/style.ts';
import type { Trail } from '../../../src/core/trail.ts';
import { failoverTrail, GROQ, NIGHT, OPENAI, sampleTrail, servedAttempt } from '../../sample-trail.ts';

const lines = (trail: Trail, width = 80): string[] =>
  story(trail, { width, style: makeStyle({}, false) }, NIGHT);

describe('the story of an exchange across formats', () => {
  test('tells what each target was spoken to in, and what got lost', () => {
    const trail = sampleTrail({
      format: 'anthropic-messages',
      attempts: [
        servedAttempt({ format: 'openai-chat', losses: ['cache', 'top-k', 'field:context_management'] }),
      ],
    });
    const told = lines(trail, 200).join('\n');
    expect(told).toContain('streamed, in anthropic-messages');
    expect(told).toContain(
      'translated to openai-chat: lost marks of what to cache, top_k and the field context_management',
    );
    const lossless = lines(sampleTrail({ attempts: [servedAttempt({ format: 'gemini' })] })).join('\n');
    expect(lossless).toContain('translated to gemini: nothing was lost');
    expect(lines(sampleTrail()).join('\n')).not.toContain('translated');
    const continued = sampleTrail({ attempts: [servedAttempt({ losses: ['server-steps'] })] });
    expect(lines(continued, 200)).toContainEqual(
      expect.stringMatching(/^ *lost steps in the answer of a tool that ran at the provider$/),
    );
  });

  test('tells a target that cannot serve such a request from one that is left alone', () => {
    const plan = [
      { target: OPENAI, skipped: 'it takes no images', unable: true as const },
      { target: { ...OPENAI, provider: 'mistral' }, skipped: 'cooling down' },
      { target: GROQ },
    ];
    const trail = failoverTrail({ plan, attempts: [servedAttempt({ target: GROQ })] });
    expect(lines(trail).join('\n')).toMatch(/openai.* cannot serve this\n.*takes no images\n.* skipped\n/);
  });
});
