import { LONGEST_ANSWER } from '../../core/answer.ts';
import { stringField } from '../../lib/expect.ts';
import type { OpenedMedia } from '../hub/answer-media.ts';

/** What OpenAI's `pcm16` is, in the words in which Google names the same (ai.google.dev/gemini-api/docs/speech-generation). */
const PCM = 'audio/L16;codec=pcm;rate=24000';

/**
 * The sound of an answer, `{id, data, expires_at, transcript}` in `message.audio` and `delta.audio`
 * (https://platform.openai.com/docs/guides/audio). Streams bring it in pieces that are one sound only together, and in
 * base64 that may be cut anywhere, so it is told as a whole at its end.
 */
export class Sound {
  readonly #pieces: Buffer[] = [];
  #bytes = 0;
  /** Base64 whose last bytes have not come yet. */
  #rest = '';

  /** Whether there was any. */
  get heard(): boolean {
    return this.#bytes > 0;
  }

  /** More than an answer may have. */
  get isTooLong(): boolean {
    return this.#bytes > LONGEST_ANSWER;
  }

  push(audio: unknown): void {
    const text = stringField(audio, 'data') ?? '';
    if (text === '') return;
    const given = this.#rest + text;
    const whole = given.length - (given.length % 4);
    this.#rest = given.slice(whole);
    this.#keep(given.slice(0, whole));
  }

  /** All of it, where there was any. */
  finish(): OpenedMedia[] {
    this.#keep(this.#rest);
    this.#rest = '';
    if (!this.heard) return [];
    const sound = Buffer.concat(this.#pieces);
    return [{ kind: 'media', mime: mimeOfSound(sound), data: sound.toString('base64') }];
  }

  #keep(base64: string): void {
    const piece = Buffer.from(base64, 'base64');
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#bytes += piece.length;
  }
}

/**
 * What kind of sound it is: answers do not say, so it is read from how files begin (RIFF: soundfile.sapp.org/doc/WaveFormat,
 * FLAC: RFC 9639, Ogg: RFC 3533, ID3: id3.org/id3v2.3.0). What begins like none of them has no header at all.
 */
export function mimeOfSound(sound: Buffer): string {
  const start = sound.toString('latin1', 0, 12);
  if (start.startsWith('RIFF') && start.slice(8) === 'WAVE') return 'audio/wav';
  if (start.startsWith('fLaC')) return 'audio/flac';
  if (start.startsWith('OggS')) return 'audio/ogg';
  if (start.startsWith('ID3') || isMpegFrame(sound)) return 'audio/mpeg';
  return isAdtsFrame(sound) ? 'audio/aac' : PCM;
}

/**
 * A frame of MPEG audio, layer III: eleven bits of sync, a version, the layer, then a bit rate and a sampling rate that
 * exist (ISO/IEC 11172-3, 2.4.1.3). `FF FF` is no layer III, which is well: it is the sample -1.
 */
function isMpegFrame(sound: Buffer): boolean {
  const [sync = 0, kind = 0, rates = 0] = sound;
  const isSync = sync === 0xff && (kind & 0xe0) === 0xe0;
  const version = (kind >> 3) & 3;
  const layer = (kind >> 1) & 3;
  const bitRate = rates >> 4;
  return isSync && version !== 1 && layer === 1 && bitRate > 0 && bitRate < 15 && ((rates >> 2) & 3) !== 3;
}

/** A frame of AAC as ADTS has it: twelve bits of sync, layer 0, a sampling rate that exists (ISO/IEC 13818-7, 6.2). */
function isAdtsFrame(sound: Buffer): boolean {
  const [sync = 0, kind = 0, rates = 0xff] = sound;
  return sync === 0xff && (kind & 0xf6) === 0xf0 && ((rates >> 2) & 0xf) < 13;
}
