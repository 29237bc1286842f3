import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { writeWav } from '../../../src/lib/wav.ts';
import { answered, answeredJson, sent, small } from './small-operations.ts';

const speech = small('audio.speech', 'openai-chat', 'gemini');
const transcripts = small('audio.transcribe', 'openai-chat', 'gemini');
const english = small('audio.translate', 'openai-chat', 'gemini');
const mistral = small('moderations', 'openai-chat', 'openai-chat', ['mistral-moderation']);

describe('speech', () => {
  const TTS = 'gemini-2.5-flash-preview-tts';
  const request = { model: 'tts-1', input: 'Hello.', voice: 'Kore', response_format: 'wav' };
  const sound = (mimeType: string, ...data: readonly Buffer[]) => ({
    candidates: [
      {
        content: { parts: data.map((one) => ({ inlineData: { mimeType, data: one.toString('base64') } })) },
        finishReason: 'STOP',
      },
    ],
  });

  test('is asked for with the voice that was named', () => {
    expect(sent(speech, request, TTS)).toEqual({
      path: `/models/${TTS}:generateContent`,
      losses: [],
      body: {
        contents: [{ role: 'user', parts: [{ text: 'Hello.' }] }],
        generationConfig: {
          responseModalities: ['AUDIO'],
          speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Kore' } } },
        },
      },
    });
  });

  test('loses voices, paces and manners that are OpenAI’s own', () => {
    const more = { voice: { id: 'voice_1' }, speed: 1.5, instructions: 'Whisper.' };
    const { losses } = sent(speech, { ...request, ...more }, TTS);
    expect(losses).toEqual(['field:instructions', 'field:speed', 'field:voice']);
    expect(sent(speech, { ...request, speed: 1 }, TTS).losses).toEqual([]);
  });

  test.each([
    [{ response_format: 'opus' }, TTS, 'untranslatable: sound comes uncompressed there'],
    [{ response_format: undefined }, TTS, '("response_format": "mp3")'],
    [{ stream_format: 'sse' }, TTS, 'untranslatable: sound comes whole there'],
    [{}, 'gemini-2.5-flash', 'untranslatable: gemini-2.5-flash does not speak'],
    [{ input: '' }, TTS, 'bad_request: there is no "input"'],
  ])('that cannot be had says why: %j of %s', (more, model, words) => {
    expect(() => sent(speech, { ...request, ...more }, model)).toThrow(words);
  });

  test('comes in pieces and leaves as one', () => {
    const pieces = [Buffer.from([1, 2]), Buffer.from([3, 4])];
    const body = sound('audio/L16;codec=pcm;rate=24000', ...pieces);
    const samples = Buffer.concat(pieces);
    const raw = answered(speech, body, { ...request, response_format: 'pcm' });
    expect([raw.contentType, raw.body]).toEqual(['audio/pcm', samples]);
    expect(answered(speech, body, request).body).toEqual(writeWav({ samples, rate: 24_000 }));
  });

  test('of another rate is no pcm, whose rate nobody could know', () => {
    const body = sound('audio/L16;rate=16000', Buffer.from([1, 2]));
    expect(answered(speech, body, request).body.readUInt32LE(24)).toBe(16_000);
    expect(() => answered(speech, body, { ...request, response_format: 'pcm' })).toThrow(
      'upstream_garbled: the sound came as audio/L16;rate=16000',
    );
    expect(() => answered(speech, sound('audio/ogg', Buffer.from([1])), request)).toThrow('audio/ogg');
  });
});

/** A form as browsers and libraries write it. */
function form(fields: Readonly<Record<string, string>>, file = 'said.mp3', type = ''): Buffer {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--XX\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = `--XX\r\nContent-Disposition: form-data; name="file"; filename="${file}"\r\nContent-Type: ${type}\r\n\r\n`;
  return Buffer.concat([
    Buffer.from(parts.join('') + head),
    Buffer.from([0, 13, 10, 45, 45, 255]),
    Buffer.from('\r\n--XX--\r\n'),
  ]);
}

describe('a transcript', () => {
  const HEARS = 'gemini-2.5-flash';

  test('is asked for with the sound as it came, byte for byte', () => {
    const asked = form({ model: 'whisper-1', language: 'de', temperature: '0.2', chunking_strategy: 'auto' });
    const { body, losses, path } = sent(transcripts, asked, HEARS);
    expect([path, losses]).toEqual([`/models/${HEARS}:generateContent`, []]);
    expect(body.contents[0].parts).toEqual([
      {
        inlineData: {
          mimeType: 'audio/mp3',
          data: Buffer.from([0, 13, 10, 45, 45, 255]).toString('base64'),
        },
      },
    ]);
    expect(body.systemInstruction.parts[0].text).toContain('The language of the recording is "de".');
    expect(body.generationConfig).toEqual({ temperature: 0.2 });
    expect(sent(english, asked, HEARS).body.systemInstruction.parts[0].text).toContain('in English');
  });

  test.each([
    ['said.bin', 'audio/mpeg', 'audio/mp3'],
    ['said.WAV', 'application/octet-stream', 'audio/wav'],
    ['said', 'audio/x-wav', 'audio/wav'],
    ['said.flac', '', 'audio/flac'],
  ])('knows the kind of %s (%s)', (file, type, mime) => {
    expect(sent(transcripts, form({}, file, type), HEARS).body.contents[0].parts[0].inlineData.mimeType).toBe(
      mime,
    );
  });

  test.each([
    [form({ response_format: 'vtt' }), '("response_format": "vtt")'],
    [form({ 'timestamp_granularities[]': 'word' }), '("timestamp_granularities")'],
    [form({ stream: 'true' }), '("stream": true)'],
    [form({}, 'said.webm', 'audio/webm'), '("file": said.webm audio/webm)'],
    [Buffer.from('no form'), 'bad_request: the form has no "file"'],
  ])('that cannot be had says why', (asked, words) => {
    expect(() => sent(transcripts, asked, HEARS)).toThrow(words);
  });

  test('loses what only its own provider knows', () => {
    const asked = form({ 'include[]': 'logprobs', 'known_speaker_names[]': 'me' });
    expect(sent(transcripts, asked, HEARS).losses).toEqual(['field:include', 'field:known_speaker_names']);
  });

  test('is read with what it took, and half of one is none', () => {
    const body = (finishReason: string) => ({
      candidates: [{ content: { parts: [{ text: ' Hello.\n' }] }, finishReason }],
      usageMetadata: {
        promptTokenCount: 40,
        candidatesTokenCount: 2,
        promptTokensDetails: [{ modality: 'AUDIO', tokenCount: 32 }],
      },
    });
    expect(answeredJson(transcripts, body('STOP'), form({}))).toEqual({
      text: 'Hello.',
      usage: {
        type: 'tokens',
        input_tokens: 40,
        output_tokens: 2,
        total_tokens: 42,
        input_token_details: { audio_tokens: 32, text_tokens: 8 },
      },
    });
    const plain = answered(transcripts, body('STOP'), form({ response_format: 'text' }));
    expect([plain.contentType, plain.body.toString()]).toEqual(['text/plain; charset=utf-8', 'Hello.\n']);
    expect(() => answered(transcripts, body('MAX_TOKENS'), form({}))).toThrow('the answer has no end');
  });
});

describe('a judgement by Mistral’s categories', () => {
  test('is asked for with texts alone', () => {
    const { body, losses, path } = sent(mistral, { model: 'omni', input: ['a', 'b'], user: 1 }, 'm');
    expect([path, body, losses]).toEqual([
      '/moderations',
      { model: 'm', input: ['a', 'b'] },
      ['field:user', 'moderation'],
    ]);
    const picture = { input: [{ type: 'image_url', image_url: { url: 'x' } }] };
    expect(() => sent(mistral, picture, 'm')).toThrow('only text can be judged there ("input")');
  });

  test('is told in OpenAI’s words beside its own, and flags only what OpenAI would', () => {
    const judged = (categories: object) =>
      answeredJson(mistral, { id: 'i', model: 'm', results: [{ categories, category_scores: {} }] }, {})
        .results[0];
    expect(judged({ selfharm: true, pii: false })).toEqual({
      flagged: true,
      categories: { selfharm: true, 'self-harm': true, pii: false },
      category_scores: {},
    });
    expect(judged({ sexual: false, pii: true, law: true, dangerous: true }).flagged).toBe(false);
    expect(() => answered(mistral, { results: [] }, {})).toThrow('the answer has no results');
  });
});

test('nothing that comes throws', () => {
  const anything = fc.oneof(fc.string(), fc.json(), fc.constant('--a\r\n\r\n--a--'));
  fc.assert(
    fc.property(anything, anything, (request, answer) => {
      for (const translation of [speech, transcripts, english, mistral]) {
        const model = 'm';
        const asked = { model, path: '/x', request: Buffer.from(request), atEpochSeconds: 1 };
        expect(['ok', 'failed']).toContain(
          translation.encodeRequest(asked.request, { model, quirks: [] }).is,
        );
        expect(['ok', 'failed']).toContain(translation.decodeAnswer(Buffer.from(answer), asked).is);
      }
    }),
  );
});
