import { type Target, targetName } from '../../core/target.ts';
import type { Attempt, Continuation, ContinuedHow, PlanStep, Trail } from '../../core/trail.ts';
import { unaskedWord } from '../../core/unasked.ts';
import { displayWidth } from '../../lib/display-width.ts';
import { fitText, flow, foreign, type Line, lineWidth, span, type Tone, wrapText } from './line.ts';
import { dollars } from './money.ts';
import { firstFailure, outcomeWord } from './outcome.ts';
import { targetId } from './target-state.ts';
import { waterfallLines } from './waterfall.ts';
import { bytes, count, faultWord, latency, timeOfDay } from './words.ts';

/** Everything there is to say about one exchange, from the top: facts, plan, waterfall, attempts in words. */
export function requestLines(trail: Trail, columns: number, now: number): readonly Line[] {
  return [
    ...summaryLines(trail, columns),
    [],
    [span('PLAN', 'heading')],
    ...planLines(trail, columns),
    [],
    ...waterfallLines(trail, columns, now),
    [],
    ...attemptLines(trail, columns),
  ];
}

/** The screen's first line: which request, and what became of it. */
export function requestTitle(trail: Trail): Line {
  const { symbol, word, tone } = outcomeWord(trail);
  const rehearsal = trail.rehearsal ? [span('  a test of gw itself', 'dim')] : [];
  return [
    span('REQUEST ', 'heading'),
    span(foreign(trail.id)),
    span(`   ${symbol} ${word}`, tone),
    ...rehearsal,
  ];
}

function summaryLines(trail: Trail, columns: number): readonly Line[] {
  const why = reason(trail);
  return [
    ...flow(whatWasAsked(trail), columns),
    ...flow(whatCameOfIt(trail), columns),
    ...(why === undefined ? [] : wrapText(why, columns).map((text) => [span(text, 'warn')])),
  ];
}

function whatWasAsked(trail: Trail): readonly Line[] {
  const { client } = trail;
  const session = client.session === undefined ? '' : ` (session ${foreign(client.session)})`;
  return [
    pair('asked', trail.asked === undefined ? '–' : foreign(trail.asked)),
    pair('route', trail.route === undefined ? '–' : foreign(trail.route)),
    pair('as', `${trail.operation}${trail.stream ? ', streamed' : ''} (${trail.format})`),
    pair('client', foreign(client.name) + session),
    ...(client.retries ? [pair('retry of the client', String(client.retries), 'warn')] : []),
    pair('at', timeOfDay(trail.at)),
    pair('path', `${trail.method} ${foreign(trail.path)}`),
  ];
}

function whatCameOfIt(trail: Trail): readonly Line[] {
  const { usage } = trail;
  const rate = tokensPerSecond(trail);
  const cached = !usage?.cacheRead ? '' : ` (${count(usage.cacheRead)} cached)`;
  const reasoned = !usage?.reasoning ? '' : ` (${count(usage.reasoning)} reasoning)`;
  return [
    pair('served by', trail.served === undefined ? '–' : foreign(targetName(trail.served))),
    ...(trail.status === 0 ? [] : [pair('status', String(trail.status))]),
    pair('total', latency(trail.totalMs)),
    pair('first token', latency(trail.firstContentMs)),
    ...(usage?.input === undefined ? [] : [pair('tokens in', count(usage.input) + cached)]),
    ...(usage?.output === undefined ? [] : [pair('out', count(usage.output) + reasoned)]),
    ...(rate === undefined ? [] : [pair('rate', `${rate} tokens/s`)]),
    ...(trail.usage === undefined && trail.costUsd === undefined
      ? []
      : [pair('cost', dollars(trail.costUsd))]),
    pair('bytes', `${bytes(trail.bytesIn)} in, ${bytes(trail.bytesOut)} out`),
    ...(trail.malformed ? [pair('malformed events left out', String(trail.malformed), 'warn')] : []),
  ];
}

/** One sentence: why this was not simply served by the first target. */
function reason(trail: Trail): string | undefined {
  if (trail.fault !== undefined) {
    return `${faultWord(trail.fault)}${trail.message === undefined ? '' : `: ${foreign(trail.message)}`}`;
  }
  const failure = firstFailure(trail);
  if (failure?.fault === undefined) return undefined;
  const name = foreign(targetName(failure.target));
  if (trail.continued === true) return `${name} broke off after its first part, and another went on with it`;
  return `${name}: ${faultWord(failure.fault)}, so gw moved on`;
}

/** Nothing for an answer that came whole: its first content is also its last. */
function tokensPerSecond({ stream, usage, firstContentMs, totalMs }: Trail): number | undefined {
  if (!stream || usage?.output === undefined || firstContentMs === undefined || totalMs === undefined)
    return undefined;
  const streamedMs = totalMs - firstContentMs;
  return streamedMs > 0 ? Math.round((usage.output / streamedMs) * 1000) : undefined;
}

function planLines(trail: Trail, columns: number): readonly Line[] {
  if (trail.plan.length === 0) return [[span('  no target was found for it', 'dim')]];
  const names = trail.plan.map(({ target }) => foreign(targetName(target)));
  const width = Math.min(Math.floor(columns / 2), Math.max(...names.map(displayWidth)) + 2);
  const targets = trail.plan.flatMap((step, index) => {
    const { text, tone } = fate(trail, step);
    const start: Line = [
      span(`${String(index + 1).padStart(3)} `, 'dim'),
      span(`${fitText(names[index] ?? '', width - 2)}  `),
    ];
    const indent: Line = [span(' '.repeat(lineWidth(start)))];
    return wrapText(text, columns - lineWidth(start)).map((line, at) => [
      ...(at === 0 ? start : indent),
      span(line, tone),
    ]);
  });
  const order = (trail.order ?? []).flatMap(({ why }) =>
    wrapText(`in this order: ${foreign(why)}`, columns - 4).map((line) => [span(`    ${line}`, 'dim')]),
  );
  return [...targets, ...order];
}

interface Fate {
  readonly text: string;
  readonly tone: Tone;
}

/** What became of one target of the plan. */
function fate(trail: Trail, { target, skipped }: PlanStep): Fate {
  if (skipped !== undefined) return { text: `skipped: ${foreign(skipped)}`, tone: 'dim' };
  const tried = trail.attempts.filter((attempt) => same(attempt.target, target));
  const last = tried.at(-1);
  if (last === undefined) {
    return { text: trail.outcome === 'pending' ? 'still in reserve' : unaskedWord(trail), tone: 'dim' };
  }
  const times = tried.length > 1 ? ` (${tried.length} attempts)` : '';
  if (last.fault !== undefined) return { text: `✗ ${faultWord(last.fault)}${times}`, tone: 'bad' };
  if (last.lost) return { text: `slower, ended${times}`, tone: 'dim' };
  if (trail.served !== undefined && same(trail.served, target)) {
    return { text: `✓ served${times}`, tone: 'good' };
  }
  return { text: `${last.endMs === undefined ? '… being asked' : 'asked'}${times}`, tone: 'accent' };
}

function attemptLines(trail: Trail, columns: number): readonly Line[] {
  return trail.attempts.flatMap((attempt, index) => {
    const text = attemptStory(attempt);
    if (text === '') return [];
    const name = `${index + 1} ${foreign(targetName(attempt.target))}: `;
    const tone: Tone = attempt.fault === undefined ? 'dim' : 'plain';
    return wrapText(name + text, columns - 4).map((line, at) => [
      span(at === 0 ? '  ' : '    '),
      span(line, tone),
    ]);
  });
}

/** What there is to say about an attempt beyond its bar: message, waiting, ids. */
function attemptStory(attempt: Attempt): string {
  const parts = [
    attempt.message === undefined ? undefined : foreign(attempt.message),
    attempt.injected !== undefined && attempt.fault === undefined
      ? `slowed on purpose by gw chaos (${foreign(attempt.injected)})`
      : undefined,
    raceText(attempt),
    attempt.continued === undefined ? undefined : seamText(attempt.continued),
    attempt.notContinued === undefined
      ? undefined
      : `nobody went on with it: ${foreign(attempt.notContinued)}`,
    attempt.format === undefined ? undefined : translationText(attempt),
    attempt.vouchedMs === undefined
      ? undefined
      : `late, and waited for: it answered a question ${latency(attempt.vouchedMs - attempt.startMs)} after its beginning`,
    attempt.waitedMs >= 1 ? `gw waited ${latency(attempt.waitedMs)} before it` : undefined,
    attempt.retryAfterMs === undefined
      ? undefined
      : `asked to come back after ${latency(attempt.retryAfterMs)}`,
    attempt.requestId === undefined ? undefined : `request id ${foreign(attempt.requestId)}`,
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

/** What a race had to do with an attempt; undefined for nothing. */
export function raceText({ hedge, lost, notHedged }: Attempt): string | undefined {
  if (notHedged !== undefined) return `late, and nobody was asked beside it: ${foreign(notHedged)}`;
  if (lost) return hedge ? 'asked beside a late one, which was first' : 'late: the one beside it was first';
  return hedge ? 'asked beside a late one' : undefined;
}

/** Where the seam of a continued answer is, and how it was sewn. */
export function seamText({ how, from, after, kept, dropped }: Continuation): string {
  const left = dropped === 0 ? '' : `, ${count(dropped)} told twice were left out`;
  const said = `${count(kept)} characters the caller had${left}`;
  return `went on where ${foreign(targetName(from))} broke off (${faultWord(after)}): ${SEAMS[how]}, after ${said}`;
}

const SEAMS: Readonly<Record<ContinuedHow, string>> = {
  prefill: 'given the beginning as its own',
  replay: 'asked the same again',
  instructed: 'asked to go on from there',
};

/** What the target was spoken to in, and what that could not carry. */
function translationText({ format = 'openai-chat', losses = [] }: Attempt): string {
  const lost = losses.length === 0 ? 'nothing lost' : `lost: ${losses.map(foreign).join(', ')}`;
  return `translated to ${format}, ${lost}`;
}

function same(a: Target, b: Target): boolean {
  return targetId(a) === targetId(b);
}

function pair(label: string, value: string, tone: Tone = 'plain'): Line {
  return [span(`${label} `, 'dim'), span(value, tone)];
}
