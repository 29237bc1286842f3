import type { AnswerEvent, FinishReason } from '../../core/answer.ts';
import type { ProviderCodec } from '../../core/format.ts';
import { errorMessage, parseJson } from '../../lib/expect.ts';
import type { Exchange } from '../exchange.ts';
import { type Frame, frameReader } from '../relay/framing.ts';
import type { AnswerDraft } from './answer-draft.ts';

/** Whether an answer may be given again, and what must be known of it then. */
export type Worth =
  | { readonly is: 'worth'; readonly calls: boolean }
  /** `why` is a sentence without a subject: `is larger than …`. */
  | { readonly is: 'worthless'; readonly why: string };

/**
 * How an answer may have ended that is given again. One that ran into the caller's own limit on its length (`length`)
 * is all that was asked for: the limit is part of the request. A refusal or a filter may decide otherwise next time.
 */
const LASTING_ENDS: Readonly<Record<FinishReason, boolean>> = {
  stop: true,
  calls: true,
  length: true,
  filter: false,
  refusal: false,
  pause: false,
  context: false,
  other: false,
};

/** Judges the draft of an answer that reached its caller whole. */
export function worthOf(exchange: Exchange, draft: AnswerDraft): Worth {
  const { trail } = exchange;
  if (draft.status !== 200) return worthless(`has the status ${draft.status}`);
  if (draft.isTooLarge) return worthless('is larger than cache.answerBytes');
  if ((trail.malformed ?? 0) > 0) return worthless('came with malformed events');
  if (trail.attempts.slice(0, -1).some(({ firstContentMs }) => firstContentMs !== undefined))
    return worthless('was put together from two answers');
  return exchange.operation === 'chat' ? worthOfChat(exchange, draft) : { is: 'worth', calls: false };
}

/** Reads the answer as another format's caller would have it read: one reader for streams and whole answers alike. */
function worthOfChat({ format, trail }: Exchange, draft: AnswerDraft): Worth {
  if (!format.toProvider) return worthless(`is in a format that is not read back (${format.name})`);
  const events = eventsOf(format.toProvider, draft, trail.stream ? format.frames : undefined);
  if (typeof events === 'string') return worthless(events);
  const finish = events.findLast((event) => event.is === 'finish');
  if (finish?.is !== 'finish' || events.at(-1)?.is !== 'end') return worthless('has no end that is known');
  if (events.some((event) => event.is === 'open' && event.part.kind === 'refusal'))
    return worthless('is a refusal');
  if (!LASTING_ENDS[finish.reason]) return worthless(`ended with ${finish.raw ?? finish.reason}`);
  const calls = events.some((event) => event.is === 'open' && event.part.kind === 'call');
  return { is: 'worth', calls };
}

function eventsOf(
  codec: ProviderCodec,
  { body, headers }: AnswerDraft,
  frames: Exchange['format']['frames'] | undefined,
): readonly AnswerEvent[] | string {
  const target = { provider: '', model: '', quirks: [], maxOutput: undefined };
  if (frames === undefined) return codec.decodeAnswer(body, target);
  const decoder = codec.decodeStream(target);
  const events: AnswerEvent[] = [];
  try {
    for (const { data, name } of isEvents(headers) ? framesIn(body, frames) : itemsOf(body))
      events.push(...decoder.push(data, name));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return `cannot be read back (${errorMessage(error)})`;
  }
  events.push(...decoder.end());
  // Some decoders end by themselves, and again when they are asked to.
  const end = events.findIndex((event) => event.is === 'end');
  return end === -1 ? events : events.slice(0, end + 1);
}

function framesIn(body: Buffer, frames: Exchange['format']['frames']): readonly Frame[] {
  const reader = frameReader(frames);
  return [...reader.push(body), ...reader.rest()];
}

/** Gemini's other framing of a stream: one JSON list. */
function itemsOf(body: Buffer): readonly Frame[] {
  const list = parseJson(body.toString('utf8'));
  return Array.isArray(list) ? list.map((item) => ({ data: JSON.stringify(item), name: undefined })) : [];
}

function isEvents(headers: readonly string[]): boolean {
  const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'content-type');
  return at === -1 || !(headers[at + 1] ?? '').startsWith('application/json');
}

function worthless(why: string): Worth {
  return { is: 'worthless', why };
}
