import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fault } from '../../../src/core/fault.ts';
import { foldAnswer, partEvents } from '../../../src/formats/hub/fold.ts';
import { anyAnswerPart } from './hub-samples.ts';

describe('the events of an answer, folded', () => {
  it('are the parts they tell', () => {
    fc.assert(
      fc.property(fc.array(anyAnswerPart), (parts) => {
        expect(foldAnswer(parts.flatMap(partEvents)).parts).toEqual(parts);
      }),
    );
  });

  it('do not depend on how a text was cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (pieces) => {
        const { parts } = foldAnswer([
          { is: 'open', part: { kind: 'text' } },
          ...pieces.map((text) => ({ is: 'delta', text }) as const),
          { is: 'close' },
        ]);
        expect(parts).toEqual([{ kind: 'text', text: pieces.join('') }]);
      }),
    );
  });

  it('replace in the usage what they name, and leave the rest', () => {
    const { usage } = foldAnswer([
      { is: 'usage', usage: { input: 10, output: 1 } },
      { is: 'usage', usage: { output: 5 } },
      { is: 'usage', usage: { reasoning: 2 } },
    ]);
    expect(usage).toEqual({ input: 10, output: 5, reasoning: 2 });
    expect(foldAnswer([{ is: 'end' }]).usage).toBeUndefined();
  });

  it('tell how the answer began and ended', () => {
    const broken = fault('stream_broken');
    const folded = foldAnswer([
      { is: 'start', id: 'a', model: 'm', created: 7 },
      { is: 'ping' },
      { is: 'malformed' },
      { is: 'finish', reason: 'stop', raw: 'end_turn', stopSequence: '###' },
      { is: 'error', fault: broken },
    ]);
    expect(folded).toEqual({
      id: 'a',
      model: 'm',
      created: 7,
      parts: [],
      usage: undefined,
      finish: { reason: 'stop', raw: 'end_turn', stopSequence: '###' },
      fault: broken,
    });
  });

  it('take a part for closed when the next one opens', () => {
    const { parts } = foldAnswer([
      { is: 'open', part: { kind: 'text' } },
      { is: 'delta', text: 'a' },
      { is: 'open', part: { kind: 'refusal' } },
      { is: 'delta', text: 'no' },
      { is: 'close' },
      { is: 'delta', text: 'belongs to nothing' },
    ]);
    expect(parts).toEqual([
      { kind: 'text', text: 'a' },
      { kind: 'refusal', text: 'no' },
    ]);
  });
});
