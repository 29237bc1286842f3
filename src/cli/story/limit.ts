import { noteWords } from '../../core/budget.ts';
import type { Attempt, LimitSource, Trail } from '../../core/trail.ts';
import { formatDuration } from '../../lib/duration.ts';

/** Why a limit was what it was; that of the profile needs no word. */
const REASONS: Readonly<Record<LimitSource, (attempt: Attempt, trail: Trail) => string | undefined>> = {
  policy: () => undefined,
  learned: ({ limitSamples = 0 }) =>
    `was learned from ${limitSamples} answers of this model to prompts of this size`,
  length: () =>
    'was the time until first content, and what the tokens it may have take at the least speed (leastTokensPerSecond)',
  question: () => 'was when a stream would have been late',
  caller: (_, trail) => `was what was left of ${patience(trail)}: the caller waits no longer`,
  chain: () => 'was what was left for the whole chain (totalMs)',
  share: (_, trail) => `was its share of ${patience(trail)}: the rest was kept for the next target`,
};

/** Where the limit came from that an attempt ran into: one sentence, or none when there is nothing to say. */
export function limitWords(attempt: Attempt, trail: Trail): string[] {
  const { fault, limitMs, limitFrom, firstContentMs } = attempt;
  if (fault !== 'upstream_timeout' || firstContentMs !== undefined) return [];
  const reason = limitFrom && REASONS[limitFrom](attempt, trail);
  return reason === undefined || limitMs === undefined
    ? []
    : [`its limit of ${formatDuration(limitMs)} ${reason}`];
}

/** That a target which was late was waited for, and why; nothing where it was not. */
export function vouchedLines({ vouchedMs, startMs }: Attempt): string[] {
  if (vouchedMs === undefined) return [];
  const after = formatDuration(vouchedMs - startMs);
  return [
    `it was late, and was waited for: a question for one token was answered ${after} after the call began`,
  ];
}

/** How long the caller waits, where it said so; empty where it did not. */
export function patienceFact({ deadlineMs, deadlineFrom }: Trail): string {
  if (deadlineMs === undefined || deadlineFrom === undefined) return '';
  const margin = deadlineFrom === 'x-gw-timeout' ? '' : ', less a little for the way back';
  return `${formatDuration(deadlineMs)} until its answer begins (${deadlineFrom}${margin})`;
}

/** Budgets that were nearly used up, and what followed; empty when there was nothing to say. */
export function budgetFact({ budgets = [] }: Trail): string {
  return budgets.map(noteWords).join('; ');
}

/** How long it stood in line before gw; empty when it did not. */
export function roomFact({ queuedMs = 0, held }: Trail): string {
  const reasons = [
    queuedMs === 0
      ? ''
      : `waited ${formatDuration(queuedMs)}: gw had as many requests under way as it may (maxInFlight)`,
    held === undefined ? '' : `waited ${formatDuration(held.ms)} for its turn: ${held.by}`,
  ];
  return reasons.filter((text) => text !== '').join('; ');
}

function patience({ deadlineMs, deadlineFrom }: Trail): string {
  if (deadlineMs === undefined || deadlineFrom === undefined) return 'the time there was';
  return `the ${formatDuration(deadlineMs)} that ${deadlineFrom} leaves`;
}
