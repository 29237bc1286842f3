import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { SseReader } from '../../../src/lib/sse.ts';

interface Event {
  readonly name: string | undefined;
  readonly data: string | undefined;
}

/** The standard's algorithm (WHATWG HTML, 9.2.6) on a whole text, line by line; comments and blanks give events without data. */
function reference(bytes: Buffer): Event[] {
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  const lines = text.split(/\r\n|\r|\n/);
  const unfinished = lines.pop();
  expect(unfinished).toBeDefined();
  const events: Event[] = [];
  let name: string | undefined;
  let data: string[] = [];
  for (const line of lines) {
    if (line === '') {
      events.push({ name, data: data.length > 0 ? data.join('\n') : undefined });
      name = undefined;
      data = [];
      continue;
    }
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'data') data.push(value);
    if (field === 'event') name = value;
  }
  return events.filter((event) => event.data !== undefined);
}

/** What the reader makes of these pieces; checks on the way that no byte is lost, added or moved. */
function read(pieces: readonly Buffer[]): Event[] {
  const reader = new SseReader();
  const events = pieces.flatMap((piece) => reader.push(piece));
  const raw = Buffer.concat([...events.map((event) => event.raw), reader.rest()]);
  expect(raw.equals(Buffer.concat(pieces))).toBe(true);
  return events.filter(({ data }) => data !== undefined).map(({ name, data }) => ({ name, data }));
}

const SAMPLE = [
  ': a comment',
  '',
  'data: {"a":"é€😀"}',
  '',
  'event: error',
  'data: one',
  'data:two',
  'data:  three',
  'id: 7',
  'retry: 3',
  'data',
  '',
  '',
  ':',
  'data: \u2028 is no line end',
  'unknown: field',
  'datax: no',
  '',
  'data: [DONE]',
  '',
  '',
].join('\n');

describe('the SSE reader', () => {
  test.each([
    ['LF', (text: string) => text],
    ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
    ['CR', (text: string) => text.replaceAll('\n', '\r')],
    ['all three in turn', (text: string) => mixed(text)],
    ['LF after a byte order mark', (text: string) => `\uFEFF${text}`],
    [
      'CRLF after a byte order mark and a blank line',
      (text: string) => `\uFEFF\r\n${text.replaceAll('\n', '\r\n')}`,
    ],
  ])('gives the same events wherever the bytes are cut: %s', (_, spell) => {
    const bytes = Buffer.from(spell(SAMPLE));
    const wanted = reference(bytes);
    expect(wanted).toHaveLength(4);
    expect(wanted[1]).toEqual({ name: 'error', data: 'one\ntwo\n three\n' });
    for (let at = 0; at <= bytes.length; at++) {
      expect(read([bytes.subarray(0, at), bytes.subarray(at)]), `cut at ${at}`).toEqual(wanted);
    }
    expect(read(Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1)))).toEqual(wanted);
  });

  test('agrees with the standard on any lines in any pieces', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '',
        '',
        'data: x',
        'data:',
        'data',
        ': ping',
        'event: a',
        'data: é\u0000',
        'id',
        ':data: no',
        ' data: no',
      ),
      fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => `data: ${text.replace(/[\r\n]/g, '')}`),
    );
    const ending = fc.constantFrom('\n', '\r', '\r\n');
    const stream = fc.tuple(fc.boolean(), fc.array(fc.tuple(line, ending), { maxLength: 30 }));
    fc.assert(
      fc.property(
        stream,
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 }),
        ([mark, lines], sizes) => {
          const bytes = Buffer.from((mark ? '\uFEFF' : '') + lines.flat().join(''));
          const pieces: Buffer[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const size = sizes[turn % sizes.length] ?? 1;
            pieces.push(bytes.subarray(at, at + size));
            at += size;
          }
          expect(read(pieces)).toEqual(reference(bytes));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('reads an event of 8 MiB that comes in small pieces, looking at each byte once', () => {
    const bytes = Buffer.from(`data: ${'x'.repeat(8 * 1024 * 1024)}\n\n`);
    const reader = new SseReader();
    const events = [];
    for (let at = 0; at < bytes.length; at += 16_384) {
      events.push(...reader.push(bytes.subarray(at, at + 16_384)));
      if (at + 16_384 < bytes.length) expect(reader.heldBytes).toBe(at + 16_384);
    }
    expect(events.map(({ data }) => data?.length)).toEqual([8 * 1024 * 1024]);
    expect(reader.heldBytes).toBe(0);
  });

  test('hands an event over as soon as its blank line is there', () => {
    const reader = new SseReader();
    expect(reader.push(Buffer.from('data: a\n'))).toEqual([]);
    expect(reader.push(Buffer.from('\nda'))).toMatchObject([{ data: 'a' }]);
    expect(reader.heldBytes).toBe(2);
    expect(reader.push(Buffer.from('ta: b\r'))).toEqual([]);
    expect(reader.push(Buffer.from('\r'))).toMatchObject([{ data: 'b' }]);
  });

  test('takes an error that stands there as bare JSON for data, and nothing else without a name', () => {
    const error = '{\r\n  "error": {\r\n    "code": 499,\r\n    "status": "CANCELLED"\r\n  }\r\n}';
    const others = [
      '{\n"text": "a"\n}',
      '{"error": null}',
      '{"error": {}',
      '[{"error": {}}]',
      ': {"error": {}}',
    ];
    const text = [error, ...others].map((block) => `${block}\r\n\r\n`).join('');
    for (const chunks of [[text], text.split('')]) {
      const reader = new SseReader();
      const events = chunks.flatMap((chunk) => reader.push(Buffer.from(chunk)));
      expect(events.map(({ data }) => data)).toEqual([error, ...others.map(() => undefined)]);
      expect(events[0]?.raw.toString().startsWith(`${error}\r\n`)).toBe(true);
    }
  });

  test('keeps what never became an event for the end', () => {
    const reader = new SseReader();
    reader.push(Buffer.from('data: a\n\ndata: b'));
    expect(reader.rest().toString()).toBe('data: b');
    expect(reader.rest()).toHaveLength(0);
  });
});

function mixed(text: string): string {
  let turn = 0;
  return text.replaceAll('\n', () => ['\n', '\r', '\r\n'][turn++ % 3] ?? '');
}
