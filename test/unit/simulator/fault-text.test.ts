import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { FaultRow } from '../../../src/simulator/index.ts';
import { parseSimulatedFault, SIMULATED_FAULTS } from '../../../src/simulator/index.ts';

const ROWS: [string, FaultRow][] = Object.entries(SIMULATED_FAULTS);
const KNOWN = ROWS.flatMap(([, row]) => [row.example, ...Object.keys(row.variants ?? {})]);

function parse(text: string) {
  const outcome = parseSimulatedFault(text);
  if (outcome.is === 'failed') throw new Error(outcome.fault);
  return outcome.value.parts;
}

describe('the text of a simulated fault', () => {
  test.each(KNOWN)('%s, which the table gives as an example, is understood', (text) => {
    expect(parseSimulatedFault(text).is).toBe('ok');
  });

  test('carries name, value, place, options and modifiers', () => {
    expect(parse('stall@event=3;first=2;after=1')).toMatchObject([
      { name: 'stall', place: { name: 'event', count: 3 }, when: { first: 2, after: 1, share: 1 } },
    ]);
    expect(parse('bomb=1MiB;rate=20%')).toMatchObject([{ value: '1MiB', when: { share: 0.2 } }]);
    expect(parse('429;retry-after=30;once')[0]?.options.get('retry-after')).toBe('30');
  });

  test('gets the defaults of its row', () => {
    expect(parse('stall')[0]?.place).toEqual({ name: 'accept', count: 0 });
    expect(parse('cut')[0]?.place).toEqual({ name: 'token', count: 3 });
    expect(parse('slow-headers')[0]?.value).toBe('20s');
  });

  test('may join several with +, which also occurs inside of values', () => {
    expect(parse('tokens=60+tokens-per-second=50+503').map(({ name }) => name)).toEqual([
      'tokens',
      'tokens-per-second',
      '503',
    ]);
    expect(parse('429;retry-after=date:+2s')[0]?.options.get('retry-after')).toBe('date:+2s');
    expect(parse('429;retry-after=date:+200s+slow-headers=1s')).toHaveLength(2);
  });

  test('may hold an address', () => {
    const address = 'http://user@127.0.0.1:9/v1?a=b';
    expect(parse(`redirect=${address};status=302`)[0]?.value).toBe(address);
  });

  test.each([
    ['', 'begins with its name'],
    ['stal@headers', 'did you mean "stall"?'],
    ['malfromed', 'did you mean "malformed"?'],
    ['quux', 'gw simulate --list-faults'],
    ['status', 'gw simulate --list-faults'],
    ['199', 'there is no fault "199"'],
    ['429;retry_after=3', 'did you mean "retry-after"?'],
    ['429@headers', '429 happens nowhere in particular'],
    ['stall@haeders', 'can happen at accept, head, headers'],
    ['stall@event', 'stall@event needs a number'],
    ['stall@event=x', 'stall@event needs a number'],
    ['stall@headers=3', 'headers takes no number'],
    ['malformed@token=3', 'malformed can happen at event'],
    ['slow-headers=20', 'a duration such as 20s'],
    ['bomb=big', 'a size such as'],
    ['tokens', 'tokens needs a value: tokens=60'],
    ['tokens=-1', 'a whole number'],
    ['crlf=1', 'crlf takes no value'],
    ['usage=often', 'usage is one of asked, each, finish, later, none'],
    ['cut;by=axe', 'by of cut is one of fin, reset, end'],
    ['redirect=nowhere', 'redirect takes an address'],
    ['503;rate=120%', 'a share such as 20%'],
    ['503;rate=0.2', 'a share such as 20%'],
    ['503;first=two', 'first takes a whole number'],
    ['503;after=x', 'after takes a whole number'],
    ['503+stal', 'did you mean "stall"?'],
  ])('that makes no sense, like "%s", says what would', (text, sentence) => {
    const outcome = parseSimulatedFault(text);
    expect(outcome.is === 'failed' && outcome.fault).toContain(sentence);
  });

  test('is read or refused, whatever it is', () => {
    const word = fc.constantFrom(
      ...Object.keys(SIMULATED_FAULTS),
      '429',
      '=',
      '@',
      ';',
      '+',
      '3',
      '%',
      'once',
      'rate=',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join('')),
        ),
        (text) => {
          expect(['ok', 'failed']).toContain(parseSimulatedFault(text).is);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
