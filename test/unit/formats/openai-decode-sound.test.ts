import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type AnswerEvent, LONGEST_ANSWER } from '../../../src/core/answer.ts';
import { decodeStream } from '../../../src/formats/openai-chat/decode-stream.ts';
import { mimeOfSound } from '../../../src/formats/openai-chat/sound.ts';
import {
  call,
  chunk,
  cut,
  decodeChunks,
  decodeMessage,
  expectGrammar,
  host,
  partsOf,
} from './chat-samples.ts';

const PCM = 'audio/L16;codec=pcm;rate=24000';

function sound(mime: string, bytes: Buffer): unknown {
  return { kind: 'media', media: 'audio', mime, source: { is: 'base64', data: bytes.toString('base64') } };
}

function losses(events: readonly AnswerEvent[]): unknown[] {
  return events.flatMap((event) => (event.is === 'lost' ? [event.loss] : []));
}

describe('the sound of a chat answer', () => {
  it('is a part of its own behind what it says', () => {
    const bytes = Buffer.from('RIFF1234WAVEfmt ');
    const audio = { id: 'audio_1', data: bytes.toString('base64'), expires_at: 9, transcript: 'Hello.' };
    const events = decodeMessage({ content: null, audio });
    expect(partsOf(events)).toEqual([{ kind: 'text', text: 'Hello.' }, sound('audio/wav', bytes)]);
    expect(losses(events)).toEqual([]);
  });

  it('is the same in whatever pieces it comes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 40 }),
        (given, size) => {
          const bytes = Buffer.from(given);
          const pieces = cut(bytes.toString('base64'), size).map((data) => chunk({ audio: { data } }));
          const said = chunk({ audio: { id: 'audio_1', transcript: 'Hello.' } });
          const events = decodeChunks([
            said,
            ...pieces,
            chunk({ audio: { expires_at: 9 } }, 'stop'),
            '[DONE]',
          ]);
          expect(partsOf(events)).toEqual([
            { kind: 'text', text: 'Hello.' },
            sound(mimeOfSound(bytes), bytes),
          ]);
        },
      ),
    );
  });

  it('is joined of pieces that each are base64 of their own', () => {
    const pieces = [Buffer.from([1, 0]), Buffer.from([2, 0, 3, 0]), Buffer.from([4, 0])];
    const chunks = pieces.map((piece) => chunk({ audio: { data: piece.toString('base64') } }));
    expect(partsOf(decodeChunks([...chunks, chunk({}, 'stop'), '[DONE]']))).toEqual([
      sound(PCM, Buffer.concat(pieces)),
    ]);
  });

  it('comes behind the calls of its answer', () => {
    const events = decodeChunks([
      chunk({ audio: { data: 'AQA=' } }),
      chunk({ tool_calls: [call(0, { id: 'c1', name: 'f', arguments: '{"a"' })] }),
      chunk({ audio: { data: 'AgA=' } }),
      chunk({ tool_calls: [call(0, { arguments: ':1}' })] }, 'tool_calls'),
      '[DONE]',
    ]);
    expect(partsOf(events)).toMatchObject([
      { kind: 'call', arguments: '{"a":1}' },
      sound(PCM, Buffer.from([1, 0, 2, 0])),
    ]);
  });

  it('ends the answer in an error when it is longer than any', () => {
    const data = Buffer.alloc(LONGEST_ANSWER / 4).toString('base64');
    const decoder = decodeStream(host());
    const said = JSON.stringify(chunk({ audio: { data } }));
    const events = Array.from({ length: 5 }, () => decoder.push(said, undefined)).flat();
    expect(events.at(-1)).toMatchObject({ is: 'error', fault: { code: 'upstream_garbled' } });
    expect([...decoder.push(said, undefined), ...decoder.end()]).toEqual([]);
    expectGrammar(events);
  });

  it('ends the answer in an error when pictures that wait for the end of a call are larger than any', () => {
    const url = `data:image/png;base64,${'A'.repeat(LONGEST_ANSWER / 4)}`;
    const decoder = decodeStream(host());
    const begun = decoder.push(
      JSON.stringify(chunk({ tool_calls: [call(0, { id: 'c1', name: 'f', arguments: '{' })] })),
      undefined,
    );
    const drawn = JSON.stringify(chunk({ images: [{ type: 'image_url', image_url: { url } }] }));
    const events = Array.from({ length: 5 }, () => decoder.push(drawn, undefined)).flat();
    expect(events.at(-1)).toMatchObject({ is: 'error', fault: { code: 'upstream_garbled' } });
    expectGrammar([...begun, ...events]);
  });

  it.each([
    ['audio/wav', Buffer.from('RIFF\0\0\0\0WAVE')],
    ['audio/flac', Buffer.from('fLaC\0')],
    ['audio/ogg', Buffer.from('OggS\0')],
    ['audio/mpeg', Buffer.from('ID3\x04')],
    ['audio/mpeg', Buffer.from([0xff, 0xfb, 0x90, 0x64])],
    ['audio/mpeg', Buffer.from([0xff, 0xf3, 0x44, 0xc4])],
    ['audio/aac', Buffer.from([0xff, 0xf1, 0x4c, 0x80])],
    ['audio/aac', Buffer.from([0xff, 0xf9, 0x4c, 0x80])],
    // The samples -1, -1; -1, -2; and silence.
    [PCM, Buffer.from([0xff, 0xff, 0xff, 0xff])],
    [PCM, Buffer.from([0xff, 0xff, 0xfe, 0xff])],
    [PCM, Buffer.from([0xfe, 0xff, 0xff, 0xff])],
    [PCM, Buffer.from([0, 0, 0, 0])],
    [PCM, Buffer.from([0xff])],
  ])('is %s by its first bytes', (mime, bytes) => {
    expect(mimeOfSound(bytes)).toBe(mime);
  });
});

describe('what a chat answer has that no part can hold', () => {
  const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };

  it('does not include a picture that comes after a call began: it is told at the end', () => {
    const events = decodeChunks([
      chunk({ tool_calls: [call(0, { id: 'c1', name: 'f', arguments: '{' })] }),
      chunk({ images: [image] }),
      chunk({ tool_calls: [call(0, { arguments: '}' })] }, 'tool_calls'),
      '[DONE]',
    ]);
    expect(partsOf(events)).toMatchObject([
      { kind: 'call', arguments: '{}' },
      { kind: 'media', mime: 'image/png', source: { data: 'AAAA' } },
    ]);
    expect(losses(events)).toEqual([]);
  });

  it.each<[string, object, string[]]>([
    [
      'a picture at an address',
      { images: [{ type: 'image_url', image_url: { url: 'https://x.example/a.png' } }, image] },
      ['answer-media'],
    ],
    ['a picture among its texts', { content: [{ type: 'text', text: 'a' }, image] }, ['answer-media']],
    [
      'a source without an address',
      { annotations: [{ type: 'file_citation', file_citation: {} }] },
      ['citations'],
    ],
    ['the numbers of sources', { content: [{ type: 'reference', reference_ids: [1] }] }, ['citations']],
    [
      'sources of no text',
      { content: null, annotations: [{ type: 'url_citation', url_citation: { url: 'https://x.example' } }] },
      ['citations'],
    ],
    ['what ran at the provider', { executed_tools: [{ type: 'search' }] }, ['server-steps']],
    ['what was read of the caller’s own file', { annotations: [{ type: 'file', file: {} }] }, []],
    ['nothing', { executed_tools: [], annotations: [], images: [], audio: null }, []],
  ])('is told of %s', (_, message, expected) => {
    expect(losses(decodeMessage({ content: 'a', ...message }))).toEqual(expected);
    expect(losses(decodeChunks([chunk({ content: 'a', ...message }, 'stop'), '[DONE]']))).toEqual(expected);
  });
});
