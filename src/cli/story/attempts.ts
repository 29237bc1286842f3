import { FAULTS } from '../../core/fault.ts';
import { targetName } from '../../core/target.ts';
import type { Attempt, Trail } from '../../core/trail.ts';
import { formatDuration } from '../../lib/duration.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { limitWords, vouchedLines } from './limit.ts';
import { type Layout, wrap } from './lines.ts';
import { raceLines } from './race.ts';
import { seamLines } from './seam.ts';
import { brokeOff, formatWait, listed, lossWords, reasonOf } from './words.ts';

/** Each attempt: what happened, when, and why gw went on as it did. */
export function attemptLines(trail: Trail, layout: Layout): string[] {
  return trail.attempts.flatMap((attempt, index) => [
    ...titleLines(attempt, index, layout),
    ...wrap(timing(attempt), layout.width, '     '),
    ...slowedOnPurpose(attempt).flatMap((line) => wrap(line, layout.width, '     ')),
    ...translation(attempt).flatMap((line) => wrap(line, layout.width, '     ')),
    ...raceLines(attempt).flatMap((line) => wrap(line, layout.width, '     ')),
    ...seamLines(attempt).flatMap((line) => wrap(line, layout.width, '     ')),
    ...vouchedLines(attempt).flatMap((line) => wrap(line, layout.width, '     ')),
    ...limitWords(attempt, trail).flatMap((line) => wrap(line, layout.width, '     ')),
    ...(attempt.message === undefined ? [] : wrap(`said: ${attempt.message}`, layout.width, '     ')),
    ...wrap(consequence(trail, index), layout.width, '     → '),
  ]);
}

function titleLines(attempt: Attempt, index: number, { style, width }: Layout): string[] {
  const sign = sigil(attempt);
  const title = `${targetName(attempt.target)} – ${verdict(attempt)}`;
  const [first = '', ...rest] = wrap(title, width, `  ${index + 1}  ${sign} `);
  const paint = sign === '✗' ? style.red : sign === '✓' ? style.green : style.yellow;
  return [paint(first), ...rest];
}

function sigil({ fault, endMs, lost }: Attempt): string {
  if (lost) return '–';
  if (fault !== undefined) return '✗';
  return endMs === undefined ? '…' : '✓';
}

function verdict(attempt: Attempt): string {
  if (attempt.fault === 'client_gone') return 'stopped: the caller hung up';
  if (attempt.fault !== undefined) return `failed: ${reasonOf(attempt)}`;
  if (attempt.lost) return 'ended: another one had content first';
  if (attempt.endMs === undefined)
    return attempt.firstContentMs === undefined ? 'asked, no content yet' : 'answering';
  return `answered ${attempt.status ?? ''}`.trim();
}

/** `began at 402ms · sent after 1ms · head after 198ms · first content after 208ms · done after 838ms`. */
function timing(attempt: Attempt): string {
  const { startMs, waitedMs, queuedMs, sentMs, headersMs, firstContentMs, endMs, fault, lost } = attempt;
  const after = (name: string, ms: number | undefined): string[] =>
    ms === undefined ? [] : [`${name} after ${formatDuration(Math.max(0, ms - startMs))}`];
  return [
    ...(queuedMs !== undefined && queuedMs > 0 ? [`waited ${formatDuration(queuedMs)} for room`] : []),
    ...(waitedMs > (queuedMs ?? 0) ? [`gw waited ${formatDuration(waitedMs - (queuedMs ?? 0))}`] : []),
    `began at ${formatDuration(startMs)}`,
    ...after('sent', sentMs),
    ...after('head', headersMs),
    ...after('first content', firstContentMs),
    ...after(fault === undefined && !lost ? 'done' : 'ended', endMs),
  ].join(' · ');
}

/** What failed by `gw chaos` says so itself; what it only slowed does not. */
function slowedOnPurpose({ injected, fault }: Attempt): string[] {
  return injected === undefined || fault !== undefined ? [] : [`injected by gw chaos: ${injected}`];
}

/**
 * What the target was spoken to in, when that is not the caller's format, and what got lost on the way there or back. Who
 * goes on with another's answer may lose something of its own in the caller's format too.
 */
function translation({ format, losses = [] }: Attempt): string[] {
  const lost = losses.length === 0 ? 'nothing was lost' : `lost ${listed(losses.map(lossWords))}`;
  if (format === undefined) return losses.length === 0 ? [] : [lost];
  return [`translated to ${format}: ${lost}`];
}

function consequence(trail: Trail, index: number): string {
  const attempt = trail.attempts[index];
  const next = trail.attempts[index + 1];
  if (attempt === undefined) return '';
  if (attempt.lost) return 'its answer was not needed; this counts against nobody';
  if (attempt.fault === undefined) return lastWord(trail, attempt);
  if (attempt.fault === 'client_gone') return 'nobody was left to answer to; this counts against nobody';
  const why = brokeOff(attempt)
    ? 'the answer broke off before it was whole'
    : terminalSafe(FAULTS[attempt.fault].sentence);
  if (next === undefined) return `${why}; ${ending(trail, attempt)}`;
  if (attempt.hedge) return `${why}; the caller noticed nothing, as ${targetName(next.target)} was under way`;
  if (next.hedge) return `${why}; gw went on waiting for ${targetName(next.target)}`;
  if (sameTarget(attempt, next)) {
    const waited = next.waitedMs > 0 ? ` after a wait of ${formatDuration(next.waitedMs)}` : ' at once';
    return `${why}; gw tried the same target again${waited}`;
  }
  if (attempt.fault === 'stream_broken' && next.continued)
    return `${why}; gw had ${targetName(next.target)} go on with it`;
  return `${why}; gw moved on to ${targetName(next.target)}${aside(attempt)}`;
}

function aside({ remedy, retryAfterMs }: Attempt): string {
  if (remedy === 'open') return ' and leaves this key alone until it changes';
  if (retryAfterMs !== undefined && retryAfterMs > 0) {
    return ` and leaves this one alone for ${formatWait(retryAfterMs)}`;
  }
  return '';
}

function ending(
  { outcome, plan, cache }: Trail,
  { fault, remedy, limitFrom, notContinued }: Attempt,
): string {
  if (outcome === 'pending') return 'gw is deciding what to do';
  if (outcome === 'cut')
    return notContinued === undefined
      ? 'the caller already had part of the answer, so nobody could take over'
      : `nobody could go on with what the caller had: ${notContinued}`;
  if (outcome === 'gone') return 'the caller is gone';
  if (cache?.is === 'stale') return 'nobody was left to ask, so a kept answer stood in';
  if (remedy === 'fail' && fault !== undefined && FAULTS[fault].remedy === 'fail')
    return 'no other target would do better, so the caller was told';
  if (fault === 'upstream_timeout' && (limitFrom === 'caller' || limitFrom === 'chain'))
    return 'there was no time left for another target, so the caller was told';
  return plan.length > 1 ? 'nobody was left to ask, so the caller was told' : 'the route has no other target';
}

function lastWord(trail: Trail, attempt: Attempt): string {
  if (attempt.endMs === undefined)
    return trail.killed ? 'it ended with gw; this counts against nobody' : 'still running';
  if (trail.outcome === 'gone') return 'the caller hung up, so the answer was stopped';
  return trail.outcome === 'served' ? 'the caller has the whole answer' : 'the answer was passed on';
}

function sameTarget(a: Attempt, b: Attempt): boolean {
  return targetName(a.target) === targetName(b.target) && a.target.key === b.target.key;
}
