import type { Loss } from '../../core/conversation.ts';
import type { DirectAnswer, DirectTranslation } from '../../core/direct.ts';
import { type Fault, fault } from '../../core/fault.ts';
import type { RenderTarget, WireRequest } from '../../core/format.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { entryOf } from '../../lib/expect.ts';
import { type JsonView, viewJson } from '../../lib/json-view.ts';
import { writeJson } from '../../lib/json-write.ts';
import { writeWav } from '../../lib/wav.ts';
import { fieldLoss } from '../hub/field-loss.ts';
import { chatPath } from './path.ts';
import { inlineOf, readWhole, withoutWhat } from './whole-answer.ts';

/** OpenAI's own voices (https://platform.openai.com/docs/guides/text-to-speech); any other name is the target's. */
const VOICES_OF_OPENAI = new Set(
  'alloy ash ballad cedar coral echo fable marin nova onyx sage shimmer verse'.split(' '),
);
/** The voice of Google's own examples, and what stands in for those it does not have. */
const VOICE = 'Kore';
/** What OpenAI's `pcm` is, and what Google sends: 16 bits, signed, little-endian, one channel. */
const RATE = 24_000;
/** What OpenAI answers with unless told otherwise. */
const USUAL_TYPE = 'mp3';
const TYPES: Readonly<Record<string, string>> = { pcm: 'audio/pcm', wav: 'audio/wav' };

/** Models that are known not to speak; the others are asked. */
const SPEAKS_NOT = /(?:^|\/)(?:gemini-(?!.*(?:tts|audio))|gemma-|learnlm-|imagen-|veo-|.*embedding-)/;

const READ = new Set(['model', 'input', 'voice', 'response_format', 'stream_format', 'stream', 'speed']);

/**
 * OpenAI's `/audio/speech`, asked of a provider of this format (https://ai.google.dev/gemini-api/docs/speech-generation).
 * Google's sound is uncompressed, so only the uncompressed formats can be had.
 */
export const GEMINI_SPEECH_FROM_OPENAI: DirectTranslation = {
  encodeRequest: (body, target) => {
    const view = viewJson(body.toString('utf8'));
    const input = view?.string('input');
    if (input === undefined || input === '')
      return failed(fault('bad_request', 'there is no "input" to be spoken'));
    const why = whyNot(view, target);
    return why === undefined ? ok(encode(view, input, target)) : failed(fault('untranslatable', why));
  },
  decodeAnswer: (body, { request }) => decode(body, typeOf(viewJson(request.toString('utf8')))),
};

function whyNot(view: JsonView | undefined, { model }: RenderTarget): string | undefined {
  const type = typeOf(view);
  if (entryOf(TYPES, type) === undefined)
    return `sound comes uncompressed there: ask for wav or pcm ("response_format": "${type}")`;
  if (view?.string('stream_format') === 'sse' || view?.flag('stream') === true)
    return 'sound comes whole there, not as a stream of events ("stream_format": "sse")';
  return SPEAKS_NOT.test(model) ? `${model} does not speak` : undefined;
}

function typeOf(view: JsonView | undefined): string {
  return view?.string('response_format') ?? USUAL_TYPE;
}

function encode(view: JsonView | undefined, text: string, { model, quirks }: RenderTarget): WireRequest {
  const losses = new Set<Loss>();
  for (const [name, value] of view?.fields() ?? [])
    if (value.text !== 'null' && !READ.has(name)) losses.add(fieldLoss(name));
  if ((view?.number('speed') ?? 1) !== 1) losses.add('field:speed');
  const voice = view?.string('voice');
  const isTheirs = voice === undefined || VOICES_OF_OPENAI.has(voice.toLowerCase());
  if (isTheirs) losses.add('field:voice');
  const voiceName = isTheirs ? VOICE : voice;
  const json = {
    contents: [{ role: 'user', parts: [{ text }] }],
    generationConfig: {
      responseModalities: ['AUDIO'],
      speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName } } },
    },
  };
  const path = chatPath(model, false, quirks);
  return { path, body: Buffer.from(writeJson(json)), losses: [...losses].sort() };
}

function decode(body: Buffer, type: string): Outcome<DirectAnswer, Fault> {
  const whole = readWhole(body);
  if (whole.is === 'failed') return whole;
  const sounds = inlineOf(whole.value.parts).filter(({ mime }) => mime.startsWith('audio/'));
  const [first] = sounds;
  if (!first) return failed(withoutWhat('sound', whole.value));
  const rate = rateOf(first.mime);
  if (rate === undefined || (type === 'pcm' && rate !== RATE))
    return failed(fault('upstream_garbled', `the sound came as ${first.mime}`));
  const samples = Buffer.concat(sounds.map(({ data }) => Buffer.from(data, 'base64')));
  const { usage } = whole.value;
  const contentType = entryOf(TYPES, type) ?? 'audio/pcm';
  return ok({ body: type === 'wav' ? writeWav({ samples, rate }) : samples, contentType, usage });
}

/** `audio/L16;codec=pcm;rate=24000`, or `audio/pcm`: samples in a second; undefined where it is nothing like it. */
function rateOf(mime: string): number | undefined {
  if (!/^audio\/(?:l16|pcm)\b/i.test(mime)) return undefined;
  return Number(/rate=(\d+)/i.exec(mime)?.[1] ?? RATE);
}
