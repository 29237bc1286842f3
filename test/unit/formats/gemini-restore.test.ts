import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { OpaqueState } from '../../../src/core/conversation.ts';
import type { CarriedState, TranslationTarget } from '../../../src/core/format.ts';
import { seal } from '../../../src/formats/hub/carry.ts';
import { CALLER_FORMATS } from '../../../src/formats/index.ts';

const { toCaller } = CALLER_FORMATS.gemini;
if (!toCaller) throw new Error('gemini has no codec');
const caller = toCaller;

const GOOGLE: TranslationTarget = {
  provider: 'google',
  model: 'gemini-3-pro',
  quirks: [],
  maxOutput: undefined,
};

const THEIRS: OpaqueState = {
  format: 'anthropic-messages',
  provider: 'a',
  model: 'm',
  kind: 'signature',
  data: 'S',
};
const OURS: OpaqueState = {
  format: 'gemini',
  provider: 'google',
  model: 'gemini-3-pro',
  kind: 'signature',
  data: 'G=',
};

function restore(contents: unknown, target: Partial<TranslationTarget> = {}): unknown {
  const body = JSON.stringify({ contents, generationConfig: { temperature: 1 } });
  return JSON.parse(caller.restoreState(Buffer.from(body), { ...GOOGLE, ...target }).toString()).contents;
}

describe('a request with gw’s envelopes, for a provider of this format', () => {
  const said = (...parts: readonly object[]) => [
    { role: 'user', parts: [{ text: 'Hi' }] },
    { role: 'model', parts },
  ];
  const call = { functionCall: { id: 'a', name: 'f', args: { n: 1 } } };
  const envelope = (...carried: readonly CarriedState[]) => ({ thoughtSignature: seal(carried) });

  test('gets its own signatures back', () => {
    const parts = said(
      { text: 'Hm', thought: true, ...envelope() },
      { text: 'So', ...envelope({ on: 'reasoning', text: 'Hm', states: [OURS] }) },
      { text: '', ...envelope({ on: 'text', states: [OURS] }) },
      { ...call, ...envelope({ on: 'call', states: [THEIRS, OURS] }) },
    );
    expect(restore(parts)).toEqual(
      said(
        { text: 'Hm', thought: true, thoughtSignature: 'G=' },
        { text: 'So' },
        { text: '', thoughtSignature: 'G=' },
        { ...call, thoughtSignature: 'G=' },
      ),
    );
  });

  test('gets a thought back once, though two envelopes hold it', () => {
    const thought: CarriedState = { on: 'reasoning', text: 'Hm', states: [OURS] };
    const parts = said(
      { text: 'So', ...envelope(thought) },
      { text: '', ...envelope(thought, { on: 'text', states: [OURS] }) },
    );
    expect(restore(parts)).toEqual(
      said(
        { text: 'Hm', thought: true, thoughtSignature: 'G=' },
        { text: 'So' },
        { text: '', thoughtSignature: 'G=' },
      ),
    );
  });

  test('gets none of others, but the stand-in where it wants one', () => {
    const parts = said(
      { text: 'Hm', thought: true, ...envelope() },
      { text: 'So', ...envelope({ on: 'reasoning', text: 'Hm', states: [THEIRS] }) },
      { text: '', ...envelope({ on: 'text', states: [THEIRS] }) },
      { ...call, ...envelope() },
    );
    const placeholder = { thoughtSignature: 'skip_thought_signature_validator' };
    expect(restore(parts)).toEqual(said({ text: 'So' }, { ...call, ...placeholder }));
    expect(restore(parts, { model: 'gemini-2.5-pro' })).toEqual(said({ text: 'So' }, call));
    expect(
      restore(said({ ...call, ...envelope({ on: 'call', states: [OURS] }) }), { provider: 'another' }),
    ).toEqual(said({ ...call, ...placeholder }));
  });

  test('keeps a part in every turn', () => {
    expect(
      restore(said({ text: '', ...envelope({ on: 'reasoning', text: 'Hm', states: [THEIRS] }) })),
    ).toEqual(said({ text: '' }));
  });

  test('keeps everything else, byte for byte', () => {
    const text =
      '{ "contents": [ {"parts":[{"text":"\\u0048i"}]}, {"role":"model", "parts":[ {"functionCall":{"args":{"n":1.0}},"thought_signature":"Z3cxW10="} ]} ], "x": 1e3 }';
    const restored = caller
      .restoreState(Buffer.from(text), { ...GOOGLE, model: 'gemini-2.5-pro' })
      .toString();
    expect(restored).toBe(
      '{ "contents": [ {"parts":[{"text":"\\u0048i"}]}, {"role":"model", "parts":[{"functionCall":{"args":{"n":1.0}}}]} ], "x": 1e3 }',
    );
  });

  test('is left alone when there is nothing to restore, or it cannot be read', () => {
    for (const text of [
      '{"contents":[{"parts":[{"text":"Z3cx","thoughtSignature":"real"}]}]}',
      '{"contents":',
      'Z3cx',
    ]) {
      expect(caller.restoreState(Buffer.from(text), GOOGLE).toString()).toBe(text);
    }
  });

  test('is JSON again, whatever it was', () => {
    const key = fc.constantFrom(
      'contents',
      'parts',
      'text',
      'thought',
      'thoughtSignature',
      'functionCall',
      '__proto__',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        fc.constantFrom('', true, 1, seal([]), seal([{ on: 'call', states: [OURS] }]), 'Z3cx!'),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.array(tree), (contents) => {
        expect(() => restore(contents)).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });
});
