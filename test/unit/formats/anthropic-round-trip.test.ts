import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { TranslationTarget } from '../../../src/core/format.ts';
import { foldAnswer } from '../../../src/formats/hub/fold.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';
import { ECHO, encodeStream, END, eventsOf, read } from './anthropic-writing.ts';

const { toCaller } = CALLER_FORMATS['anthropic-messages'];

describe('what this format writes', () => {
  const TARGET: TranslationTarget = { provider: 'p', model: 'm', quirks: [], maxOutput: undefined };

  it('it reads again: any parts, cut in any way', async () => {
    const { toProvider } = CALLER_FORMATS['anthropic-messages'];
    const part = fc.oneof(
      fc.record({ kind: fc.constant('text' as const), text: fc.string({ minLength: 1 }) }),
      fc.record({ kind: fc.constant('reasoning' as const), text: fc.string({ minLength: 1 }) }),
      fc.record({
        kind: fc.constant('call' as const),
        id: fc.stringMatching(/^call_[a-z]{10}$/),
        name: fc.stringMatching(/^[a-z]{1,8}$/),
        arguments: fc.dictionary(fc.string(), fc.jsonValue()).map((given) => JSON.stringify(given)),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part), async (parts) => {
        const stream = encodeStream([...eventsOf(parts), END]);
        const decoder = toProvider?.decodeStream(TARGET);
        const events = stream
          .split('\n\n')
          .filter((event) => event !== '')
          .flatMap((event) => decoder?.push(event.slice(event.indexOf('data: ') + 6), undefined) ?? []);
        const folded = foldAnswer(events);
        const bare = folded.parts.map((said) => ({ ...said, opaque: undefined }));
        expect(bare).toEqual(parts);
        const whole = toCaller?.encodeAnswer(eventsOf(parts), ECHO) ?? Buffer.alloc(0);
        expect(foldAnswer(toProvider?.decodeAnswer(whole, TARGET) ?? [])).toEqual(folded);
        await read(stream, true);
      }),
      { numRuns: 60 },
    );
  });
});
