import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { maskPieces, maskText, secretRules, shows } from '../../../src/core/mask.ts';

const SECRET = 'sk-canary/7+Qz"\\é=4f0a9c1b';

/** The same bytes, cut anywhere. */
function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
}

/** Ways in which programs quote what they were given. */
const forms: fc.Arbitrary<(before: string, secret: string) => string> = fc.oneof(
  fc.constant((before: string, secret: string) => before + secret),
  fc.constant((before: string, secret: string) => JSON.stringify(before + secret)),
  fc.constant((before: string, secret: string) => JSON.stringify(JSON.stringify(before + secret))),
  fc.constant((before: string, secret: string) => encodeURIComponent(before + secret)),
  fc.constant((before: string, secret: string) => encodeURIComponent(encodeURIComponent(before + secret))),
  fc.constant((before: string, secret: string) => Buffer.from(before + secret).toString('base64')),
  fc.constant((before: string, secret: string) =>
    Buffer.from(`${before}${secret}:tail`).toString('base64url'),
  ),
  fc.constant((before: string, secret: string) => Buffer.from(before + secret).toString('hex')),
);

const ascii = fc
  .string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 40 })
  .filter((text) => /\w{3}/.test(text));

describe('masking what must be in no file', () => {
  it('takes a credential out of any text, however it is quoted and wherever it is cut', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constant(SECRET), ascii),
        forms,
        fc.string({ maxLength: 20 }),
        fc.array(fc.nat(), { maxLength: 5 }),
        (secret, form, before, cuts) => {
          const rules = secretRules([secret]);
          const text = `${before} ${form(before, secret)} after`;
          const masked = maskPieces(cutAt(Buffer.from(text), cuts), rules);
          expect(masked).toHaveLength(cutAt(Buffer.from(text), cuts).length);
          const whole = Buffer.concat(masked).toString('utf8');
          expect(whole).not.toContain(form('', secret).replaceAll('"', ''));
          expect(whole).toContain('[secret]');
          expect(shows(masked, rules)).toBe(false);
        },
      ),
    );
  });

  it('leaves everything else as it is, byte for byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(), { maxLength: 5 }), (bytes, cuts) => {
        const pieces = cutAt(Buffer.from(bytes), cuts);
        expect(maskPieces(pieces, secretRules(['sk-not-in-there-at-all']))).toEqual(pieces);
      }),
    );
  });

  it('finds a credential that a model spells over the events of its stream', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        (cuts, pieces) => {
          const words = 'Your key is sk-canary-0123456789 and é.';
          const deltas = cutAt(Buffer.from(words, 'latin1'), cuts).map((part) => part.toString('latin1'));
          const stream = deltas.map(
            (content) => `data: ${JSON.stringify({ id: 'x', choices: [{ delta: { content } }] })}\n\n`,
          );
          const bytes = Buffer.from(`${stream.join('')}data: [DONE]\n\n`);
          const rules = secretRules(['sk-canary-0123456789']);
          const masked = maskPieces(cutAt(bytes, pieces), rules);
          expect(shows(masked, rules)).toBe(false);
          const said = Buffer.concat(masked)
            .toString('utf8')
            .matchAll(/"content":("(?:[^"\\]|\\.)*")/g);
          expect([...said].map(([, text = '""']) => String(JSON.parse(text))).join('')).toBe(
            'Your key is [secret] and é.',
          );
        },
      ),
    );
  });

  it('hides both of two credentials of which one is the beginning of the other', () => {
    const rules = secretRules(['sk-canary-1', 'sk-canary-1-longer']);
    expect(maskText('a sk-canary-1-longer b sk-canary-1 c', rules)).toBe('a [secret] b [secret] c');
  });

  it('takes short values for words', () => {
    expect(maskText('a test', secretRules(['test']))).toBe('a test');
  });
});
