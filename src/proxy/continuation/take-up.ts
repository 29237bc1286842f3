import type { Conversation } from '../../core/conversation.ts';
import { sumUsage, type Usage } from '../../core/usage.ts';
import { estimateTokens } from '../../formats/index.ts';
import type { Exchange } from '../exchange.ts';
import type { Step } from '../fleet.ts';
import { echoOf, type Memories, readConversation, translationTarget } from '../translation.ts';
import type { Break } from './break.ts';
import { type Delivered, sumUp } from './delivered.ts';
import { Thread } from './thread.ts';
import { whyNotContinued } from './why-not.ts';

// OpenAI's own rule of thumb for English.
const CHARACTERS_PER_TOKEN = 4;

/** What taking up a broken answer needs from outside. */
export interface TakeUpParts extends Memories {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly remainingMs: number;
}

/** Makes an answer that broke off ready to be gone on with; false, with the reason in the trail, when it cannot be. */
export function takesUp(exchange: Exchange, step: Step, broken: Break, parts: TakeUpParts): boolean {
  const thread = takeUp(exchange, step, broken, parts);
  if (typeof thread !== 'string') {
    exchange.thread = thread;
    return true;
  }
  const attempt = exchange.trail.attempts.at(-1);
  if (attempt) attempt.notContinued = thread;
  return false;
}

/** The thread that the next attempt goes on with; a sentence when there can be none. */
function takeUp(exchange: Exchange, step: Step, broken: Break, parts: TakeUpParts): Thread | string {
  const { thread, format } = exchange;
  const codec = format.toCaller;
  const read = codec && readConversation(exchange, codec, parts);
  const conversation = read?.is === 'ok' ? read.value : undefined;
  const events = broken.delivered();
  const delivered = events && sumUp(events.events);
  book(exchange, conversation, delivered);
  const { remainingMs } = parts;
  const isPinned = exchange.home !== undefined;
  const told = thread ? { ...NOTHING_OPEN, acts: thread.acts } : delivered;
  const why = whyNotContinued({
    delivered: told,
    dropped: broken.dropped,
    conversation,
    isPinned,
    remainingMs,
  });
  if (why !== undefined) return why;
  const brokenOff = { from: step.target, after: broken.cause };
  if (thread) {
    thread.pending = broken;
    thread.broken = brokenOff;
    return thread;
  }
  if (!codec || !conversation || !events || !delivered) return UNREADABLE;
  const echo = echoOf(exchange, translationTarget(step).model, conversation, parts);
  const encoder = broken.encoder ?? codec.resumeStream(echo, events);
  if (!encoder) return UNREADABLE;
  const isTextOpen = delivered.open === 'text';
  return new Thread({ encoder, echo, text: delivered.text, isTextOpen, pending: broken, broken: brokenOff });
}

const UNREADABLE = 'the answer had something in it that only its provider can go on with';
const NOTHING_OPEN: Delivered = { text: '', open: undefined, acts: false, usage: undefined, written: 0 };

/**
 * Writes what the broken attempt took to its account. Providers count at the end, which never came: what they had not
 * counted is estimated from what was asked and what the caller has.
 */
function book(
  exchange: Exchange,
  conversation: Conversation | undefined,
  delivered: Delivered | undefined,
): void {
  const { trail } = exchange;
  const attempt = trail.attempts.at(-1);
  if (!attempt || attempt.usage) return;
  const reported = trail.usage ?? delivered?.usage;
  delete trail.usage;
  const written = Math.ceil((delivered?.written ?? 0) / CHARACTERS_PER_TOKEN);
  const input = reported?.input ?? (conversation && estimateTokens(conversation));
  const output = Math.max(reported?.output ?? 0, written);
  attempt.usage = { ...reported, ...(input !== undefined && { input }), output };
  if (reported?.input === undefined || output !== reported.output) attempt.usageEstimated = true;
}

/** Writes what the attempt took that ended the answer to its account, and to the answer's. */
export function bookLast(
  exchange: Exchange,
  { conversation }: Thread,
  usage: Usage | undefined,
  written: number,
): void {
  const { trail } = exchange;
  const attempt = trail.attempts.at(-1);
  if (!attempt) return;
  const output = Math.ceil(written / CHARACTERS_PER_TOKEN);
  attempt.usage = usage ?? { input: estimateTokens(conversation), output };
  if (!usage) attempt.usageEstimated = true;
  trail.usage = usageOfAnswer(exchange);
}

/** What all attempts took together whose words the caller has, the last one included. */
export function usageOfAnswer({ trail: { attempts } }: Exchange): Usage {
  const last = attempts.at(-1);
  const told = attempts.filter((attempt) => attempt === last || attempt.fault === 'stream_broken');
  return sumUsage(told.flatMap(({ usage }) => usage ?? []));
}
