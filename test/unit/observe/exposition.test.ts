import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Buckets } from '../../../src/lib/buckets.ts';
import { exposition } from '../../../src/observe/index.ts';
import { readExposition } from './exposition-reader.ts';

describe('metrics as text for Prometheus', () => {
  it('says what each is before its series, and leaves out what has none', () => {
    const text = exposition([
      {
        name: 'gw_a_total',
        help: 'What a is.',
        type: 'counter',
        samples: [{ labels: { b: 'c' }, value: 2 }],
      },
      { name: 'gw_none', help: 'Nothing.', type: 'gauge', samples: [] },
    ]);
    expect(text).toBe('# HELP gw_a_total What a is.\n# TYPE gw_a_total counter\ngw_a_total{b="c"} 2\n');
  });

  it('reads back any label and any number, with as many lines as there are series', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.double(),
        fc.string({ unit: 'binary' }),
        (label, value, help) => {
          const samples = [{ labels: { provider: label }, value }];
          const read = readExposition(exposition([{ name: 'gw_x', help, type: 'gauge', samples }]));
          expect(read).toHaveLength(1);
          expect(read[0]?.value).toEqual(Object.is(value, -0) ? 0 : value);
          expect(read[0]?.labels).toEqual({ provider: label.toWellFormed().replaceAll('\r', '\uFFFD') });
        },
      ),
    );
  });

  it('sums buckets up', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true })), (readings) => {
        const buckets = new Buckets([0.1, 1, 10]);
        for (const reading of readings) buckets.record(reading);
        const samples = [{ labels: { route: 'main' }, value: buckets }];
        const read = readExposition(
          exposition([{ name: 'gw_s', help: 'Some.', type: 'histogram', samples }]),
        );
        const below = readings.filter((reading) => reading <= 1).length;
        expect(read.find(({ labels }) => labels['le'] === '1')?.value).toBe(below);
        expect(read.find(({ name }) => name === 'gw_s_count')?.value).toBe(readings.length);
      }),
    );
  });
});
