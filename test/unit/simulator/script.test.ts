import { describe, expect, test } from 'vitest';

import { prepare } from '../../../src/simulator/player.ts';
import {
  type Beat,
  bodyLength,
  breakAt,
  insertAt,
  jsonScript,
  type Place,
  type Script,
} from '../../../src/simulator/script.ts';

const STREAM: Script = {
  status: 200,
  headers: {},
  body: 'sse',
  framing: 'chunked',
  beats: [
    { is: 'wait', ms: 5 },
    { is: 'head' },
    piece('role', 'opening'),
    piece('one', 'token'),
    { is: 'wait', ms: 20 },
    piece('two', 'token'),
    piece('stop', 'finish'),
    piece('done', 'done'),
    { is: 'end' },
  ],
};
const WHOLE = jsonScript(200, { answer: 'twelve' });

function piece(text: string, part: 'opening' | 'token' | 'finish' | 'done'): Beat {
  return { is: 'bytes', bytes: Buffer.from(text), part };
}

function textOf(script: Script): string {
  return script.beats.map((beat) => (beat.is === 'bytes' ? beat.bytes.toString() : `<${beat.is}>`)).join('');
}

function broken(script: Script, name: Place['name'], count = 0): string {
  return textOf(breakAt(script, { name, count }, [{ is: 'fin' }]));
}

describe('a script broken off', () => {
  test.each([
    ['accept', 0, '<wait><fin>'],
    ['headers', 0, '<wait><head><fin>'],
    ['event', 0, '<wait><head><fin>'],
    ['event', 1, '<wait><head>role<fin>'],
    ['event', 3, '<wait><head>roleone<wait>two<fin>'],
    ['event', 99, '<wait><head>roleone<wait>twostopdone<fin>'],
    ['token', 1, '<wait><head>roleone<fin>'],
    ['byte', 0, '<wait><head><fin>'],
    ['byte', 6, '<wait><head>roleon<fin>'],
    ['byte', 7, '<wait><head>roleone<fin>'],
    ['byte', 999, '<wait><head>roleone<wait>twostopdone<fin>'],
    ['finish', 0, '<wait><head>roleone<wait>two<fin>'],
    ['end', 0, '<wait><head>roleone<wait>twostop<fin>'],
  ] as const)('at %s %i keeps what comes before', (name, count, kept) => {
    expect(broken(STREAM, name, count)).toBe(kept);
  });

  test('in a whole answer: events mean its middle, the end its last byte', () => {
    expect(broken(WHOLE, 'event', 3)).toBe('<head>{"answer"<fin>');
    expect(broken(WHOLE, 'finish')).toBe('<head>{"answer"<fin>');
    expect(broken(WHOLE, 'end')).toBe('<head>{"answer":"twelve"<fin>');
    expect(breakAt(WHOLE, { name: 'end', count: 0 }, []).headers['content-length']).toBe('19');
  });
});

describe('something put into a script', () => {
  test('leaves the rest as it was, also in the middle of a beat', () => {
    const added = insertAt(STREAM, { name: 'byte', count: 2 }, [piece('!', 'token')]);
    expect(textOf(added)).toBe('<wait><head>ro!leone<wait>twostopdone<end>');
  });

  test('corrects the declared length', () => {
    const added = insertAt(WHOLE, { name: 'headers', count: 0 }, [piece('  ', 'token')]);
    expect(added.headers['content-length']).toBe(String(bodyLength(added.beats)));
  });
});

describe('a prepared script', () => {
  test('joins what is written together and frames each event as a chunk', () => {
    const { beats } = prepare(STREAM);
    expect(beats.map(({ is }) => is)).toEqual(['wait', 'head', 'bytes', 'wait', 'end']);
    expect(beats[2]).toMatchObject({ events: 2, bytes: Buffer.from('4\r\nrole\r\n3\r\none\r\n') });
    expect(beats[4]).toMatchObject({
      events: 3,
      bytes: Buffer.from('3\r\ntwo\r\n4\r\nstop\r\n4\r\ndone\r\n0\r\n\r\n'),
    });
  });
});
