import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readTraceContext, writeTraceparent } from '../../../src/core/trace-context.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('a trace context', () => {
  it.each([
    [
      'as the standard writes it',
      `00-${TRACE}-${SPAN}-01`,
      { traceId: TRACE, parentId: SPAN, sampled: true },
    ],
    [
      'whose id is random, and a flag that nobody knows',
      `00-${TRACE}-${SPAN}-0b`,
      { traceId: TRACE, parentId: SPAN, sampled: true, random: true },
    ],
    ['that nobody keeps', `00-${TRACE}-${SPAN}-00`, { traceId: TRACE, parentId: SPAN, sampled: false }],
    [
      'of a later version, with more',
      `cc-${TRACE}-${SPAN}-01-what`,
      { traceId: TRACE, parentId: SPAN, sampled: true },
    ],
    ['of this version, with more', `00-${TRACE}-${SPAN}-01-what`, undefined],
    ['of the version that is none', `ff-${TRACE}-${SPAN}-01`, undefined],
    ['with no trace', `00-${'0'.repeat(32)}-${SPAN}-01`, undefined],
    ['with no span', `00-${TRACE}-${'0'.repeat(16)}-01`, undefined],
    ['in capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`, undefined],
    ['of anything else', 'hello', undefined],
  ])('%s', (_, text, read) => {
    expect(readTraceContext(text)).toEqual(read);
  });

  it('takes the state of its vendor along, as long as the standard asks for', () => {
    expect(readTraceContext(`00-${TRACE}-${SPAN}-01`, 'a=1,b=2')?.state).toBe('a=1,b=2');
    expect(readTraceContext(`00-${TRACE}-${SPAN}-01`, 'x'.repeat(513))?.state).toBeUndefined();
  });

  it('is read as it was written, and nothing makes reading it fail', () => {
    fc.assert(fc.property(fc.string(), (text) => void readTraceContext(text, text)));
    for (const flags of ['00', '01', '02', '03']) {
      const text = `00-${TRACE}-${SPAN}-${flags}`;
      const read = readTraceContext(text);
      expect(read && writeTraceparent(read, SPAN)).toBe(text);
    }
  });
});
