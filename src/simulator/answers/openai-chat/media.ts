import { crc32 } from 'node:zlib';

import { field, numberField, stringField } from '../../../lib/expect.ts';
import type { Asked, Identity } from '../../asked.ts';
import { CREATED, SSE, streamScript, wholeWaitMs } from '../../content/converse.ts';
import { solidPng } from '../../content/picture.ts';
import type { Event } from '../../event.ts';
import { proseTokens } from '../../prose.ts';
import { hashText } from '../../random.ts';
import type { Recipe } from '../../recipe.ts';
import { type Script, jsonScript, wholeScript } from '../../script.ts';
import { missing, refusal } from './errors.ts';

/** `POST /v1/images/generations`, and edits and variations (multipart): a square of one colour. */
export function answerImages(asked: Asked, recipe: Recipe, identity: Identity): Script {
  const upload = /\/images\/(?:edits|variations)$/.test(asked.path);
  if (upload && !asked.form) {
    return refusal(400, 'Expected a multipart/form-data body.', 'invalid_content_type');
  }
  const image = asked.form?.files.get('image') ?? asked.form?.files.get('image[]');
  if (upload && !image) {
    return missing('image');
  }
  const count = Math.max(1, numberField(asked.json, 'n') ?? Number(asked.form?.fields.get('n') ?? 1));
  const seed = hashText(
    asked.form?.fields.get('prompt') ?? stringField(asked.json, 'prompt') ?? '',
    identity.seed,
  );
  const data = Array.from({ length: count }, (_, index) => ({
    b64_json: solidPng(seed + index).toString('base64'),
  }));
  return waited(
    jsonScript(200, {
      created: CREATED,
      data,
      usage: {
        input_tokens: 20,
        output_tokens: 272 * count,
        total_tokens: 20 + 272 * count,
        input_tokens_details: { text_tokens: 20, image_tokens: 0 },
      },
    }),
    recipe,
  );
}

/** `POST /v1/audio/speech`: silence in the container asked for (MP3 when another one is). */
export function answerSpeech(asked: Asked, recipe: Recipe): Script {
  const input = stringField(asked.json, 'input');
  if (input === undefined) {
    return missing('input');
  }
  const frames = recipe.tokens ?? Math.max(4, input.length);
  const wav = stringField(asked.json, 'response_format') === 'wav';
  const sound = wav ? silentWav(frames) : silentMp3(frames);
  return waited(wholeScript(200, wav ? 'audio/wav' : 'audio/mpeg', sound), recipe);
}

/** `POST /v1/audio/transcriptions` and `/translations` (multipart). */
export function answerTranscription(asked: Asked, recipe: Recipe, identity: Identity): Script {
  if (!asked.form) return refusal(400, 'Expected a multipart/form-data body.', 'invalid_content_type');
  const file = asked.form.files.get('file');
  if (!file) return missing('file');
  const tokens =
    recipe.text === undefined ? proseTokens(seedOfFile(file.bytes, identity), recipe.tokens) : [recipe.text];
  const text = tokens.join('');
  if (asked.form.fields.get('stream') === 'true') return streamedTranscript(tokens, text, recipe);
  const format = asked.form.fields.get('response_format') ?? 'json';
  if (format === 'text')
    return waited(wholeScript(200, 'text/plain; charset=utf-8', Buffer.from(`${text}\n`)), recipe);
  const seconds = Math.ceil(file.bytes.length / 16_000);
  const verbose = { task: 'transcribe', language: 'english', duration: seconds, text, segments: [] };
  const usage = { type: 'duration', seconds };
  return waited(jsonScript(200, format === 'verbose_json' ? { ...verbose, usage } : { text, usage }), recipe);
}

function streamedTranscript(tokens: readonly string[], text: string, recipe: Recipe): Script {
  const deltas = tokens.map((delta): Event[] => [
    { part: 'token', value: { type: 'transcript.text.delta', delta } },
  ]);
  const done: Event = { part: 'finish', value: { type: 'transcript.text.done', text } };
  return streamScript({ opening: [], tokens: deltas, closing: [done] }, recipe, {
    ...SSE,
    end: 'data: [DONE]\n\n',
  });
}

/** Anything under `/v1/echo`: what was received, for looking at what a gateway sends on. */
export function answerEcho(asked: Asked): Script {
  const { method, path, headers, body } = asked;
  return jsonScript(200, { method, path, headers, body: field(asked, 'json') ?? body.toString() });
}

function waited(script: Script, recipe: Recipe): Script {
  const ms = wholeWaitMs(recipe, 1);
  return ms === 0 ? script : { ...script, beats: [{ is: 'wait', ms }, ...script.beats] };
}

// The boundary of a form is random; the file is not.
function seedOfFile(bytes: Buffer, identity: Identity): number {
  return (crc32(bytes) ^ identity.seed) >>> 0;
}

/** MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes a frame, all zero after the header is silence. */
function silentMp3(frames: number): Buffer {
  const frame = Buffer.alloc(417);
  frame.set([0xff, 0xfb, 0x90, 0x00]);
  return Buffer.concat(Array.from({ length: frames }, () => frame));
}

function silentWav(frames: number): Buffer {
  const samples = frames * 480;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(24_000, 24);
  header.writeUInt32LE(24_000, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples, 40);
  return Buffer.concat([header, Buffer.alloc(samples, 128)]);
}
