import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  callerId,
  CHAT_IDS,
  type IdRule,
  isLegalId,
  legalId,
  NINE_CHARACTER_IDS,
  PLAIN_IDS,
} from '../../../src/formats/hub/ids.ts';

const RULES: readonly IdRule[] = [PLAIN_IDS, CHAT_IDS, NINE_CHARACTER_IDS];

/** Shapes of ids that real providers gave. */
const REAL = [
  'call_QpgJRI5C9DcjExMNU6lrJPcu',
  'toolu_bdrk_01VmA9jmWpws4HgPqjhtGo6i',
  'tooluse_abcdefghijklmnopqrstuv',
  'Df1cqWOle',
  'functions.get_weather:0',
  'call_-7807',
  'fc_60e7a1c8-a4b2-4b1d-9a50-0242ac120002_0',
  'chatcmpl-tool-1234567890abcdef1234567890abcdef',
  'call_00_6edlnw3Z1MgeMfey687g8451',
  '',
];

describe('an id for a target', () => {
  it('is legal there, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...RULES), (id, rule) => {
        expect(isLegalId(legalId(id, rule), rule)).toBe(true);
      }),
    );
    for (const rule of RULES) for (const id of REAL) expect(isLegalId(legalId(id, rule), rule)).toBe(true);
  });

  it('stays itself when it is legal, and is made the same way every time', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...RULES), (id, rule) => {
        const legal = legalId(id, rule);
        expect(legalId(id, rule)).toBe(legal);
        expect(legalId(legal, rule)).toBe(legal);
      }),
    );
    expect(legalId('toolu_bdrk_01VmA9jmWpws4HgPqjhtGo6i', CHAT_IDS)).toBe(
      'toolu_bdrk_01VmA9jmWpws4HgPqjhtGo6i',
    );
    expect(legalId('Df1cqWOle', NINE_CHARACTER_IDS)).toBe('Df1cqWOle');
  });

  it('differs for different ids', () => {
    for (const rule of RULES) expect(new Set(REAL.map((id) => legalId(id, rule))).size).toBe(REAL.length);
    expect(legalId('functions.add:0', PLAIN_IDS)).not.toBe(legalId('functions_add_0', PLAIN_IDS));
  });
});

describe('an id for a caller', () => {
  it('is legal everywhere a caller may take it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(), (given, position) => {
        expect(isLegalId(callerId(given, 'exchange', position), CHAT_IDS)).toBe(true);
      }),
    );
  });

  it("is the provider's own when that will not come again", () => {
    expect(callerId('call_QpgJRI5C9DcjExMNU6lrJPcu', 'e', 0)).toBe('call_QpgJRI5C9DcjExMNU6lrJPcu');
  });

  it('never repeats: not in an answer, not in the next', () => {
    for (const given of ['', 'call_0', 'functions.add:0', '7']) {
      const ids = [0, 1].flatMap((position) => ['e1', 'e2'].map((id) => callerId(given, id, position)));
      expect(new Set(ids).size).toBe(4);
      expect(callerId(given, 'e1', 0)).toBe(ids[0]);
    }
  });
});
