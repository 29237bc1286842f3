import type { AnswerEvent, DeliveredStream, OpenedPart } from '../../core/answer.ts';
import type { Format, StreamJudge, TranslationTarget } from '../../core/format.ts';
import type { Usage } from '../../core/usage.ts';
import { type Frame, frameReader } from '../relay/framing.ts';

/** What the caller has of an answer that broke off. */
export interface Delivered {
  readonly text: string;
  /** What was being said. */
  readonly open: OpenedPart['kind'] | undefined;
  /** It has something that must not be said twice or half: a call of a tool, a refusal, a picture. */
  readonly acts: boolean;
  readonly usage: Usage | undefined;
  /** Characters that the model wrote, thoughts included. */
  readonly written: number;
}

/** For whom state belongs to makes no difference here: it goes nowhere. */
const NOBODY: TranslationTarget = { provider: '', model: '', quirks: [], maxOutput: undefined };

/**
 * Reads what was relayed as events, up to where it broke. `judge`: of a stream that passed through, says what was passed
 * on; where it and the decoder differ in what broke it, nobody can tell what the caller has.
 */
export function readRelayed(
  chunks: readonly Buffer[],
  format: Format,
  judge: StreamJudge | undefined,
  target: TranslationTarget = NOBODY,
): DeliveredStream | undefined {
  const decoder = format.toProvider?.decodeStream(target);
  if (!decoder) return undefined;
  const frames: Frame[] = [];
  const events: AnswerEvent[] = [];
  for (const { data, name } of framesOf(chunks, format)) {
    const kind = judge?.judge(data, name);
    if (kind === 'error') break;
    if (kind === 'malformed') continue;
    const decoded = decoder.push(data, name);
    if (decoded.some(isBreak)) {
      if (judge) return undefined;
      events.push(...decoded.slice(0, decoded.findIndex(isBreak)));
      break;
    }
    frames.push({ data, name });
    events.push(...decoded);
  }
  // Half a sound is nothing that a text could go on with.
  return frames.length === 0 || decoder.isGathering === true ? undefined : { frames, events };
}

/** The events of the stream that were whole; of one that is damaged none, as it was cut in other places when it came. */
function framesOf(chunks: readonly Buffer[], format: Format): Frame[] {
  const reader = frameReader(format.frames);
  try {
    return chunks.flatMap((chunk) => reader.push(chunk));
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

function isBreak({ is }: AnswerEvent): boolean {
  return is === 'error' || is === 'end';
}

/** What those events come to. */
export function sumUp(events: readonly AnswerEvent[]): Delivered {
  const texts: string[] = [];
  let open: OpenedPart['kind'] | undefined;
  let acts = false;
  let usage: Usage | undefined;
  let written = 0;
  for (const event of events) {
    if (event.is === 'open') {
      open = event.part.kind;
      acts ||= open === 'call' || open === 'refusal' || open === 'media';
    } else if (event.is === 'close') {
      open = undefined;
    } else if (event.is === 'usage') {
      usage = { ...usage, ...event.usage };
    } else if (event.is === 'delta') {
      written += event.text.length;
      if (open === 'text') texts.push(event.text);
    }
  }
  return { text: texts.join(''), open, acts, usage, written };
}
