import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { CarriedState } from '../../../src/core/format.ts';
import { ENVELOPE_START, PartList, seal, unseal } from '../../../src/formats/hub/carry.ts';
import { anyStates } from './hub-samples.ts';

const anyCarried: fc.Arbitrary<readonly CarriedState[]> = fc.array(
  fc.record(
    {
      on: fc.constantFrom('reasoning', 'call', 'text'),
      text: fc.string({ unit: 'binary' }),
      summary: fc.constant(true as const),
      states: anyStates,
    },
    { requiredKeys: ['on', 'states'], noNullPrototype: true },
  ),
);

function envelope(inside: unknown): string {
  return Buffer.from(`gw1${JSON.stringify(inside)}`).toString('base64');
}

const STATE = { format: 'gemini', provider: 'g', kind: 'signature', data: 'sig' } as const;

describe('an envelope', () => {
  it('gives back what was put into it', () => {
    fc.assert(
      fc.property(anyCarried, (carried) => {
        expect(unseal(seal(carried))).toEqual(carried);
      }),
    );
  });

  it('is plain base64 with a beginning of its own', () => {
    fc.assert(
      fc.property(anyCarried, (carried) => {
        const sealed = seal(carried);
        expect(sealed.startsWith(ENVELOPE_START)).toBe(true);
        expect(sealed).toMatch(/^[A-Za-z0-9+/]*={0,2}$/);
      }),
    );
  });

  it('is the same for the same state, so that prompts stay the same', () => {
    fc.assert(
      fc.property(anyCarried, (carried) => {
        expect(seal(structuredClone(carried))).toBe(seal(carried));
      }),
    );
  });

  it('is not seen in what others wrote', () => {
    fc.assert(
      fc.property(fc.string(), (slot) => {
        fc.pre(!slot.startsWith(ENVELOPE_START));
        expect(unseal(slot)).toBeUndefined();
      }),
    );
  });

  it('does not fall for what only begins like one', () => {
    fc.assert(
      fc.property(fc.base64String(), (rest) => {
        const read = unseal(ENVELOPE_START + rest);
        expect(read === undefined || Array.isArray(read)).toBe(true);
      }),
    );
    expect(unseal(envelope({ on: 'text' }))).toBeUndefined();
  });

  it('leaves out entries it does not understand, however they are named', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'other']) {
      expect(unseal(envelope([{ on: name, states: [STATE] }]))).toEqual([]);
      expect(unseal(envelope([{ on: 'text', states: [{ ...STATE, kind: name }] }]))).toEqual([
        { on: 'text', states: [] },
      ]);
      expect(unseal(envelope([{ on: 'text', states: [{ ...STATE, format: name }] }]))).toEqual([
        { on: 'text', states: [] },
      ]);
    }
    expect(unseal(envelope([null, 'x', 3, []]))).toEqual([]);
  });
});

describe('the parts of a turn', () => {
  it('take state to the next call, and to no other', () => {
    const list = new PartList();
    const call = { kind: 'call', id: 'a', name: 'f', arguments: '{}' } as const;
    list.carry([{ on: 'call', states: [STATE] }]);
    list.add({ kind: 'text', text: 'first' });
    list.add(call);
    list.add({ ...call, id: 'b' });
    expect(list.parts).toEqual([
      { kind: 'text', text: 'first' },
      { ...call, opaque: [STATE] },
      { ...call, id: 'b' },
    ]);
  });

  it('take state to the text before it, or to an empty one', () => {
    const list = new PartList();
    list.carry([{ on: 'text', states: [STATE] }]);
    list.add({ kind: 'text', text: 'b' });
    list.carry([{ on: 'text', states: [STATE] }]);
    list.carry([{ on: 'text', states: [STATE] }]);
    expect(list.parts).toEqual([
      { kind: 'text', text: '', opaque: [STATE] },
      { kind: 'text', text: 'b', opaque: [STATE, STATE] },
    ]);
  });

  it('make a thought of what the envelope says, or of what its slot shows', () => {
    const list = new PartList();
    list.carry([{ on: 'reasoning', text: 'inside', summary: true, states: [STATE] }], 'shown');
    list.carry([{ on: 'reasoning', states: [] }], 'shown');
    expect(list.parts).toEqual([
      { kind: 'reasoning', text: 'inside', summary: true, opaque: [STATE] },
      { kind: 'reasoning', text: 'shown', opaque: [] },
    ]);
  });
});
