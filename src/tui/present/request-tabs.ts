import { sameTarget, targetName } from '../../core/target.ts';
import type { Attempt, Trail } from '../../core/trail.ts';
import { fitText, foreign, type Line, span, type Tone, wrapText } from './line.ts';
import { dollars } from './money.ts';
import { raceText, seamText } from './request.ts';
import { bytes, faultWord, latency } from './words.ts';

const LABEL_WIDTH = 20;

/** Every figure of every attempt, one below the other. */
export function attemptTab(trail: Trail, columns: number): readonly Line[] {
  if (trail.attempts.length === 0) return [[span('nobody was asked', 'dim')]];
  return trail.attempts.flatMap((attempt, index) => [
    ...(index === 0 ? [] : [[]]),
    [
      span(`${index + 1} of ${trail.attempts.length}  `, 'dim'),
      span(foreign(targetName(attempt.target)), 'heading'),
      span(attempt.fault === undefined ? '' : `   ✗ ${faultWord(attempt.fault)}`, 'bad'),
    ],
    ...figures(trail, attempt).flatMap(([label, value, tone]) =>
      wrapText(value, columns - LABEL_WIDTH).map((text, at) => [
        span(fitText(at === 0 ? `  ${label}` : '', LABEL_WIDTH), 'dim'),
        span(text, tone),
      ]),
    ),
  ]);
}

/** The record as it is stored, as JSON. */
export function rawTab(trail: Trail, columns: number): readonly Line[] {
  return JSON.stringify(trail, null, 2)
    .split('\n')
    .flatMap((line) => {
      const safe = foreign(line);
      const indent = /^ */.exec(safe)?.[0] ?? '';
      return wrapText(safe.slice(indent.length), Math.max(10, columns - indent.length)).map((text) => [
        span(indent + text),
      ]);
    });
}

type Figure = readonly [label: string, value: string, tone: Tone];

function figures(trail: Trail, attempt: Attempt): readonly Figure[] {
  const { startMs, waitedMs, sentMs, headersMs, firstContentMs, endMs } = attempt;
  const since = (to: number | undefined, from: number | undefined): number | undefined =>
    to === undefined || from === undefined ? undefined : to - from;
  const all: readonly (readonly [string, string | undefined, Tone?])[] = [
    ['key', foreign(attempt.target.key)],
    ['began after', latency(startMs)],
    ['gw waited', waitedMs >= 1 ? latency(waitedMs) : undefined],
    ['connect and send', duration(since(sentMs, startMs))],
    ['until headers', duration(since(headersMs, sentMs ?? startMs))],
    ['until content', duration(since(firstContentMs, headersMs ?? startMs))],
    ['answer', duration(since(endMs, firstContentMs))],
    [
      'nothing for',
      firstContentMs === undefined ? duration(since(endMs, headersMs ?? sentMs ?? startMs)) : undefined,
    ],
    ['in all', duration(since(endMs, startMs)) ?? 'still running'],
    ['status', attempt.status === undefined ? undefined : String(attempt.status)],
    ['fault', attempt.fault === undefined ? undefined : faultWord(attempt.fault), 'bad'],
    ['message', attempt.message === undefined ? undefined : foreign(attempt.message)],
    ['then', attempt.remedy],
    ['come back after', duration(attempt.retryAfterMs)],
    ['format', attempt.format === undefined ? undefined : `translated to ${attempt.format}`],
    ['lost', attempt.losses === undefined ? undefined : attempt.losses.map(foreign).join(', '), 'warn'],
    ['seam', attempt.continued === undefined ? undefined : seamText(attempt.continued)],
    ['not continued', attempt.notContinued === undefined ? undefined : foreign(attempt.notContinued)],
    ['race', raceText(attempt)],
    [
      'injected',
      attempt.injected === undefined ? undefined : `by gw chaos: ${foreign(attempt.injected)}`,
      'warn',
    ],
    ['tokens per second', attemptRate(trail, attempt)],
    ['request id', attempt.requestId === undefined ? undefined : foreign(attempt.requestId)],
    ['bytes', attempt.bytes === undefined ? undefined : bytes(attempt.bytes)],
    ['cost', attempt.costUsd === undefined ? undefined : dollars(attempt.costUsd)],
  ];
  return all.flatMap(([label, value, tone = 'plain']) =>
    value === undefined ? [] : [[label, value, tone] as const],
  );
}

/** Of the attempt that served, whose tokens the record has; of one that failed, where they are known. */
function attemptRate(
  trail: Trail,
  { usage, firstContentMs, endMs, target, fault }: Attempt,
): string | undefined {
  const own =
    fault === undefined && trail.served !== undefined && sameTarget(trail.served, target)
      ? (usage ?? trail.usage)
      : usage;
  if (!trail.stream || own?.output === undefined || firstContentMs === undefined || endMs === undefined)
    return undefined;
  const ms = endMs - firstContentMs;
  return ms > 0 ? String(Math.round((own.output / ms) * 1000)) : undefined;
}

function duration(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : latency(ms);
}
