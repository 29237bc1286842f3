import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { resultText, seedOfTurns, type Turn } from '../../../src/simulator/content/question.ts';
import { encodeFrame, reframe } from '../../../src/simulator/event-frame.ts';
import { junkFigures, serialise } from '../../../src/simulator/event.ts';
import { KeptAnswers } from '../../../src/simulator/kept-answers.ts';
import { seal, unseal } from '../../../src/simulator/seal.ts';
import { readFrames } from '../../flow/simulator-frames.ts';

describe('a seal', () => {
  test('gives its payload back to its owner for its purpose, and to nobody else', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (owner, purpose, payload) => {
        const sealed = seal(owner, purpose, payload);
        expect(unseal(owner, purpose, sealed)).toBe(Buffer.from(payload).toString());
        expect(unseal(`${owner}!`, purpose, sealed)).toBeUndefined();
        expect(unseal(owner, `${purpose}!`, sealed)).toBeUndefined();
      }),
    );
  });

  test('is broken by any change, also one that base64 readers overlook', () => {
    const sealed = seal('one', 'thought', 'because');
    for (let at = 0; at < sealed.length; at++) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      expect(
        unseal('one', 'thought', `${sealed.slice(0, at)}${other}${sealed.slice(at + 1)}`),
      ).toBeUndefined();
    }
    for (const changed of [`${sealed} `, `\n${sealed}`, sealed.replace(/=+$/, ''), '', 'junk']) {
      if (changed !== sealed) expect(unseal('one', 'thought', changed)).toBeUndefined();
    }
  });
});

describe("a frame of Amazon's event stream", () => {
  test('is read back as it was written, one after another, also when its payload was replaced', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ minLength: 1, maxLength: 40 }), fc.json())), (events) => {
        const frames = events.map(([name, json]) => encodeFrame(name, Buffer.from(json)));
        const read = [...readFrames(Buffer.concat(frames))];
        expect(read.map(({ headers }) => headers[':event-type'])).toEqual(
          events.map(([name]) => Buffer.from(name).toString()),
        );
        expect(read.map(({ payload }) => payload)).toEqual(
          events.map(([, json]) => JSON.parse(json) as unknown),
        );
        const replaced = frames.map((frame) => reframe(frame, () => Buffer.from('{"a":1}')));
        expect([...readFrames(Buffer.concat(replaced))].every(({ payload }) => Object(payload).a === 1)).toBe(
          true,
        );
      }),
    );
  });

  test('that is only a piece of one is left alone', () => {
    const frame = encodeFrame('x', Buffer.from('{}'), true);
    for (let length = 0; length < frame.length; length++) {
      const piece = frame.subarray(0, length);
      expect(reframe(piece, () => Buffer.from('{"a":1}'))).toEqual(piece);
    }
  });
});

describe('the seed of a conversation', () => {
  const seedOf = (...turns: readonly (readonly [Turn['by'], string])[]): number =>
    seedOfTurns(
      turns.map(([by, text]) => ({ by, text })),
      0,
    );

  test('does not hang on where formats put the system prompt, or on how they cut turns', () => {
    const seed = seedOf(['system', 'S'], ['user', 'A\nB'], ['model', 'C'], ['user', 'D']);
    expect(seedOf(['user', 'A\nB'], ['system', 'S'], ['model', 'C'], ['user', 'D'])).toBe(seed);
    expect(seedOf(['system', 'S'], ['user', 'A'], ['user', 'B'], ['model', 'C'], ['user', 'D'])).toBe(seed);
    expect(seedOf(['system', 'S'], ['user', 'A\nB'], ['model', 'C'], ['model', ''], ['user', 'D'])).toBe(
      seed,
    );
  });

  test('hangs on who said what', () => {
    const seeds = [
      seedOf(['user', 'A'], ['model', 'B']),
      seedOf(['user', 'A'], ['user', 'B']),
      seedOf(['user', 'A'], ['tool', 'B']),
      seedOf(['user', 'A\nB']),
      seedOf(['user', 'A'], ['model', 'C']),
    ];
    // One turn of two lines and two turns of one are the same in some formats.
    expect(new Set(seeds).size).toBe(4);
  });

  test.each([
    ['sunny', 'sunny'],
    [{ output: 'sunny' }, 'sunny'],
    [{ result: 'sunny' }, 'sunny'],
    [{ name: 'get_weather', content: 'sunny' }, 'sunny'],
    [[{ type: 'text', text: 'sunny' }], 'sunny'],
    [{ degrees: 21 }, '{"degrees":21}'],
    [undefined, ''],
  ])('sees in the result %j the text %s', (result, text) => {
    expect(resultText(result)).toBe(text);
  });
});

describe('answers that are kept', () => {
  test('are the last thousand', () => {
    const kept = new KeptAnswers();
    for (let n = 0; n < 1500; n++) kept.keep(`resp_${n}`, { items: [{ id: `msg_${n}` }], body: {} });
    expect(kept.get('resp_499')).toBeUndefined();
    expect(kept.get('resp_500')).toBeDefined();
    expect(kept.item((item) => Object(item).id === 'msg_1499')).toBeDefined();
    expect(kept.item((item) => Object(item).id === 'msg_1')).toBeUndefined();
  });
});

test('junk figures are JSON that JavaScript cannot hold', () => {
  const text = serialise({ usage: junkFigures({ a: 1, b: 2, c: 3, d: 4, e: { f: 5 } }) });
  expect(text).toBe('{"usage":{"a":-7,"b":1e400,"c":"NaN","d":null,"e":{"f":99999999999999999999}}}');
});
