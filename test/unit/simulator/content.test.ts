import { describe, expect, test } from 'vitest';

import { readAsked } from '../../../src/simulator/asked.ts';
import { FaultChooser } from '../../../src/simulator/fault-chooser.ts';
import { parseForm } from '../../../src/simulator/multipart.ts';
import { proseTokens, tokensOf } from '../../../src/simulator/prose.ts';
import { valueOfSchema } from '../../../src/simulator/schema-value.ts';
import { parseSize } from '../../../src/simulator/size.ts';

describe('simulated prose', () => {
  test('is the same for the same seed and another for another', () => {
    expect(proseTokens(1)).toEqual(proseTokens(1));
    const texts = Array.from({ length: 200 }, (_, seed) => proseTokens(seed).join(''));
    expect(new Set(texts).size).toBeGreaterThan(195);
  });

  test('reads as sentences', () => {
    for (let seed = 0; seed < 50; seed++)
      expect(proseTokens(seed).join('')).toMatch(/^[A-Z][^.]*(?:\. [A-Z][^.]*)+\.$/);
  });

  test.each([0, 1, 7, 60, 1000])('has exactly %i tokens when asked for', (count) => {
    expect(proseTokens(3, count)).toHaveLength(count);
  });

  test('is made of tokens that joined are the text', () => {
    const text = '  two  spaces, {"json": [1,2]}\n and a-very-long-word-without-any-space-in-it-at-all ';
    expect(tokensOf(text).join('')).toBe(text);
  });
});

describe('a value made from a JSON Schema', () => {
  test('has the properties, kinds and choices the schema asks for', () => {
    const schema = {
      type: 'object',
      properties: {
        city: { type: 'string' },
        unit: { enum: ['celsius', 'fahrenheit'] },
        days: { type: 'integer', minimum: 3 },
        tags: { type: 'array', items: { type: 'boolean' } },
        place: { $ref: '#/$defs/place' },
        kind: { const: 'forecast' },
        maybe: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      },
      $defs: { place: { type: 'object', properties: { lat: { type: ['number', 'null'] } } } },
    };
    expect(valueOfSchema(schema, 1)).toEqual({
      city: expect.any(String),
      unit: 'celsius',
      days: expect.any(Number),
      tags: [expect.any(Boolean)],
      place: { lat: expect.any(Number) },
      kind: 'forecast',
      maybe: null,
    });
    expect(valueOfSchema(schema, 1)).toEqual(valueOfSchema(schema, 1));
  });

  test('ends although the schema refers to itself', () => {
    const schema = { type: 'object', properties: { child: { $ref: '#' } } };
    expect(JSON.stringify(valueOfSchema(schema, 1)).length).toBeLessThan(500);
  });
});

describe('a multipart form', () => {
  const body = (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'));

  test('has its fields and files', () => {
    const form = parseForm(
      'multipart/form-data; boundary="x-y"',
      body(
        '--x-y\nContent-Disposition: form-data; name="model"\n\nsim\n--x-y\nContent-Disposition: form-data; name="file"; filename="a.wav"\n\nRIFF\n--x-y--\n',
      ),
    );
    expect(form?.fields.get('model')).toBe('sim');
    expect(form?.files.get('file')).toEqual({ name: 'a.wav', bytes: Buffer.from('RIFF') });
  });

  test('that is cut off is none', () => {
    expect(
      parseForm(
        'multipart/form-data; boundary=x',
        body('--x\nContent-Disposition: form-data; name="a"\n\n1'),
      ),
    ).toBeUndefined();
  });
});

describe('a size', () => {
  test.each([
    ['4096', 4096],
    ['8MiB', 8_388_608],
    ['1kb', 1000],
    ['big', undefined],
    ['-1', undefined],
  ])('%s is %s bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });
});

describe('the choice of a fault', () => {
  const asking = (model: string, header?: string) =>
    readAsked(
      'POST',
      '/v1/chat/completions',
      header === undefined ? {} : { 'x-sim-fault': header },
      Buffer.from(JSON.stringify({ model })),
    );
  const choose = (chooser: FaultChooser, model: string, header?: string) => {
    const chosen = chooser.choose(asking(model, header));
    return chosen.is === 'ok' ? chosen.value.map(({ text }) => text) : chosen.fault;
  };

  test('is the header, else the model name, else what stands for all', () => {
    const chooser = new FaultChooser(0);
    chooser.set('503');
    expect(choose(chooser, 'm!429', '500')).toEqual(['500']);
    expect(choose(chooser, 'm!429')).toEqual(['429']);
    expect(choose(chooser, 'm')).toEqual(['503']);
    chooser.set(undefined);
    expect(choose(chooser, 'm')).toEqual([]);
  });

  test('leaves the model its bare name', () => {
    expect(asking('gpt-4o!429;once').model).toBe('gpt-4o');
  });

  test.each([
    ['503;once', 'x....'],
    ['503;first=2', 'xx...'],
    ['503;after=1', '.xxxx'],
    ['503;after=1;first=2', '.xx..'],
  ])('%s meets these of five requests: %s', (text, met) => {
    const chooser = new FaultChooser(0);
    chooser.set(text);
    const turns = Array.from({ length: 5 }, () => (choose(chooser, 'm').length > 0 ? 'x' : '.'));
    expect(turns.join('')).toBe(met);
  });

  test('counts each part of a joined text by itself, and anew after it was set', () => {
    const chooser = new FaultChooser(0);
    chooser.set('503;once+tokens=5');
    expect([choose(chooser, 'm'), choose(chooser, 'm')]).toEqual([['503;once', 'tokens=5'], ['tokens=5']]);
    chooser.set('503;once');
    expect(choose(chooser, 'm')).toEqual(['503;once']);
  });

  test('by share is about that share, and the same requests every time', () => {
    const met = (seed: number) => {
      const chooser = new FaultChooser(seed);
      chooser.set('503;rate=20%');
      return Array.from({ length: 1000 }, () => choose(chooser, 'm').length).join('');
    };
    expect(met(1)).toBe(met(1));
    expect(met(1)).not.toBe(met(2));
    expect(met(1).replaceAll('0', '').length).toBeGreaterThan(150);
    expect(met(1).replaceAll('0', '').length).toBeLessThan(250);
  });

  test('of a text that makes no sense is refused where it was set', () => {
    expect(() => new FaultChooser(0).set('stal')).toThrow('did you mean "stall"?');
    expect(choose(new FaultChooser(0), 'm!stal')).toContain('did you mean "stall"?');
  });
});
