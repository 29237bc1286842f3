import type { FirstContentView } from '../core/health.ts';
import { OPERATIONS } from '../core/operation.ts';
import type { Policy } from '../core/policy.ts';
import {
  doubtLimit,
  type FirstContentBook,
  firstContentLimit,
  learnedLimit,
  type Reasoning,
  reasoningOf,
  shareOf,
} from '../resilience/index.ts';
import type { AttemptResult } from './attempt-order.ts';
import type { Exchange } from './exchange.ts';
import type { Step } from './fleet.ts';
import type { TargetView } from './health/target-state.ts';
import type { AttemptDraft } from './trail-draft.ts';

/** Timers fire up to this much early, and limits are noted as whole milliseconds. */
const EARLY_MS = 2;

/** An attempt, as far as its limit and what is learned from it need to know. */
interface Tried {
  readonly exchange: Exchange;
  readonly step: Step;
  readonly record: AttemptDraft;
}

/** Where it stands in its exchange. */
interface Standing {
  readonly isLast: boolean;
  readonly isReplaceable: boolean;
  readonly remainingMs: number;
}

/** How long an attempt may take, in milliseconds. */
interface AttemptLimit {
  /** Until the first content of a stream, or the first byte of a whole answer. */
  readonly limitMs: number;
  /** Of a whole answer that another target could give too: when a stream would be late, and this one is doubted. */
  readonly doubtMs: number | undefined;
}

/** The limit of an attempt. Notes in the trail which one that is and where it came from. */
export function limitAttempt(
  { exchange, step, record }: Tried,
  { isLast, isReplaceable, remainingMs }: Standing,
  policy: Policy,
  now: number,
): AttemptLimit {
  const { stream, deadlineFrom } = exchange.trail;
  const reasoning = expectedReasoning(exchange, step);
  const isHurried = !stream && isReplaceable && !isOwn(step);
  const answerTokens = isHurried ? exchange.envelope?.answerTokens : undefined;
  const isLearning = stream || (isHurried && !isLast);
  const learned = isLearning ? step.history.learned(exchange.body.length, reasoning, now) : undefined;
  const kind = { stream, isLast, reasoning, answerTokens };
  const own = firstContentLimit(policy, kind, learned);
  const share = shareOf(remainingMs, kind);
  const ms = Math.max(1, Math.min(own, share));
  record.limitMs = Math.round(ms);
  if (own > share) {
    record.limitFrom = share < remainingMs ? 'share' : deadlineFrom === undefined ? 'chain' : 'caller';
  } else if (!stream) {
    record.limitFrom = own < policy.answerMs ? 'length' : 'policy';
  } else if (own !== firstContentLimit(policy, kind) && learned !== undefined) {
    record.limitFrom = 'learned';
    record.limitSamples = learned.samples;
  } else {
    record.limitFrom = 'policy';
  }
  const doubtMs = isHurried ? doubtLimit(policy, kind, learned) : undefined;
  return { limitMs: ms, doubtMs: doubtMs !== undefined && doubtMs < ms ? doubtMs : undefined };
}

/** When a stream is later than 19 in 20 like it were; undefined where that is not known. */
export function lateAfter(exchange: Exchange, step: Step, now: number): number | undefined {
  if (!exchange.trail.stream) return undefined;
  return step.history.late(exchange.body.length, expectedReasoning(exchange, step), now);
}

/** Takes note of how long the first content of a stream took, or that it had not come when the attempt ended. */
export function learnFrom({ exchange, step, record }: Tried, result: AttemptResult, now: number): void {
  if (!exchange.trail.stream || exchange.drill !== undefined || record.injected !== undefined) return;
  if (OPERATIONS[exchange.operation].auxiliary) return;
  const reasoning = expectedReasoning(exchange, step);
  const { length } = exchange.body;
  const { startMs, firstContentMs, endMs } = record;
  if (firstContentMs !== undefined) {
    step.history.record(length, reasoning, firstContentMs - startMs, now);
  } else if (isCutOff(result) && endMs !== undefined) {
    step.history.recordCutOff(length, reasoning, endMs - startMs, now);
  }
}

/**
 * A timeout that the caller itself set, shorter than gw's own would have been, is told as such: or it would be held
 * against the target, and everybody else lose a healthy one to the most impatient.
 */
export function toldOfCaller(result: AttemptResult, { exchange, record }: Tried): AttemptResult {
  const { deadlineFrom } = exchange.trail;
  if (result.is !== 'failed' || result.fault.code !== 'upstream_timeout' || deadlineFrom === undefined)
    return result;
  if (!isImpatience(exchange, record)) return result;
  record.impatient = true;
  const message = `${result.fault.message}; the caller waits no longer (${deadlineFrom})`;
  return { ...result, fault: { ...result.fault, message, impatient: true } };
}

/** The caller's time ran out, or what of it was this attempt's share. Any other limit is gw's own. */
function isImpatience({ trail, thread }: Exchange, record: AttemptDraft): boolean {
  const { deadlineMs, stream } = trail;
  const { startMs, endMs, limitMs, limitFrom, headersMs } = record;
  // It speaks of the time until an answer begins, and one that is gone on with has begun.
  if (deadlineMs === undefined || endMs === undefined || thread !== undefined) return false;
  if (endMs + EARLY_MS >= deadlineMs) return true;
  const isWaiting = stream || headersMs === undefined;
  return limitFrom === 'share' && isWaiting && endMs - startMs + EARLY_MS >= (limitMs ?? Infinity);
}

/** Whoever is given up while everything still went well might have spoken a moment later; a refusal is no waiting. */
function isCutOff(result: AttemptResult): boolean {
  if (result.is === 'gone' || result.is === 'outrun') return true;
  return result.is === 'failed' && result.fault.code === 'upstream_timeout';
}

/** A target as others see it, with what its model showed to need. */
export interface HealthView extends TargetView {
  readonly firstContent?: readonly FirstContentView[];
}

/** Adds what was learned of the target's model, and the limits that follow from it. */
export function withLearned(
  view: TargetView,
  book: FirstContentBook,
  policy: Policy,
  now: number,
): HealthView {
  const kinds = book.of(view.target.provider, view.target.model).view(now);
  if (kinds.length === 0) return view;
  const firstContent = kinds.map(({ whole, ...kind }) => {
    const limit = learnedLimit(policy, kind.reasoning, { ...kind, whole });
    return limit === undefined ? kind : { ...kind, limitMs: Math.round(limit) };
  });
  return { ...view, firstContent };
}

/** A model of one's own, on this machine or beside it, is as slow as its hardware. */
function isOwn({ provider, upstream }: Step): boolean {
  return provider.keys.length === 0 && upstream.placeDistance !== 'far';
}

function expectedReasoning({ envelope }: Exchange, { reasons, target }: Step): Reasoning {
  const effort = envelope?.effort;
  return reasons || effort !== undefined ? reasoningOf(target.model, effort) : 'none';
}
