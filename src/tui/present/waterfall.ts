import { targetName } from '../../core/target.ts';
import type { Attempt, Trail } from '../../core/trail.ts';
import {
  waterfall,
  type WaterfallRow,
  type WaterfallSegment,
  waterfallSpanMs,
} from '../../core/waterfall.ts';
import { displayWidth } from '../../lib/display-width.ts';
import { formatDuration } from '../../lib/duration.ts';
import { fitText, foreign, type Line, span, type Tone } from './line.ts';
import { faultWord, latency } from './words.ts';

/** Glyph and tone of each stretch of an attempt; a failed attempt is all in one tone, its glyphs stay. */
const SEGMENTS = {
  wait: { glyph: '·', tone: 'dim', label: 'gw waits' },
  connect: { glyph: '░', tone: 'accent', label: 'connect' },
  headers: { glyph: '▒', tone: 'accent', label: 'headers' },
  content: { glyph: '▓', tone: 'accent', label: 'first content' },
  stream: { glyph: '█', tone: 'good', label: 'answer' },
} as const satisfies Readonly<Record<WaterfallSegment['is'], { glyph: string; tone: Tone; label: string }>>;

/** Where one answer goes on with another that broke off. */
const SEAM = '┃';

const NUMBER_WIDTH = 4;
const DURATION_WIDTH = 8;
const GAP = 2;

interface Widths {
  readonly name: number;
  readonly axis: number;
  readonly verdict: number;
}

/** The attempts of an exchange on one time axis, with a title that is the axis and a legend below. */
export function waterfallLines(trail: Trail, columns: number, now: number): readonly Line[] {
  if (trail.attempts.length === 0) return [[span('ATTEMPTS', 'heading')], [span('  none yet', 'dim')]];
  const known = waterfallSpanMs(trail);
  const spanMs = trail.outcome === 'pending' ? Math.max(known, now - trail.at) : known;
  const widths = measure(trail, columns);
  return [
    axisLine(widths, spanMs),
    ...waterfall(trail, widths.axis, spanMs).map((row, index) => rowLine(row, index, widths)),
    legendLine(trail, widths, columns),
  ];
}

function measure(trail: Trail, columns: number): Widths {
  const names = trail.attempts.map(({ target }) => displayWidth(foreign(targetName(target))));
  const verdicts = trail.attempts.map((attempt) => displayWidth(verdict(attempt)));
  const name = Math.min(Math.floor(columns * 0.28), Math.max(...names, 'ATTEMPTS'.length - NUMBER_WIDTH));
  const said = Math.min(Math.floor(columns * 0.28), Math.max(...verdicts));
  const taken = NUMBER_WIDTH + name + GAP + DURATION_WIDTH + GAP + said;
  return { name, verdict: said, axis: Math.max(8, columns - taken) };
}

function axisLine({ name, axis }: Widths, spanMs: number): Line {
  const end = formatDuration(spanMs);
  const middle = formatDuration(spanMs / 2);
  const half = Math.floor(axis / 2);
  const scale =
    axis < 24
      ? `0${end.padStart(axis - 1)}`
      : `${fitText('0', half)}${fitText(middle, axis - half - end.length)}${end}`;
  return [span(fitText('ATTEMPTS', NUMBER_WIDTH + name + GAP), 'heading'), span(scale, 'dim')];
}

function rowLine({ attempt, segments }: WaterfallRow, index: number, widths: Widths): Line {
  const failed = attempt.fault !== undefined;
  const took = attempt.endMs === undefined ? '…' : latency(attempt.endMs - attempt.startMs);
  return [
    span(`${String(index + 1).padStart(NUMBER_WIDTH - 1)} `, 'dim'),
    span(fitText(foreign(targetName(attempt.target)), widths.name)),
    span(' '.repeat(GAP)),
    ...bar(segments, widths.axis, attempt),
    span(fitText(took, DURATION_WIDTH, 'right')),
    span(' '.repeat(GAP)),
    span(fitText(verdict(attempt), widths.verdict), failed ? 'bad' : 'plain'),
  ];
}

function bar(
  segments: readonly WaterfallSegment[],
  width: number,
  { fault, continued, lost }: Pick<Attempt, 'fault' | 'continued' | 'lost'>,
): Line {
  const failed = fault !== undefined;
  const pieces: Line[number][] = [];
  let column = 0;
  for (const { is, from, to } of segments) {
    const { glyph, tone } = SEGMENTS[is];
    pieces.push(span(' '.repeat(from - column)));
    const seam = is === 'stream' && continued !== undefined ? SEAM : '';
    pieces.push(span(seam, 'strong'));
    pieces.push(
      span(glyph.repeat(to - from - seam.length), failed && is !== 'wait' ? 'bad' : lost ? 'dim' : tone),
    );
    column = to;
  }
  return [...pieces, span(' '.repeat(Math.max(0, width - column)))];
}

/** `429 rate limited → next`: how the attempt ended and what was decided. */
function verdict({ status, fault, remedy, endMs, continued, lost }: Attempt): string {
  if (endMs === undefined) return 'running';
  if (lost) return 'slower, ended';
  const code = status === undefined ? '' : `${status} `;
  if (fault === undefined) return continued === undefined ? `${code}✓` : `${code}✓ went on`;
  return `${code}${faultWord(fault)}${remedy === undefined ? '' : ` → ${remedy}`}`;
}

function legendLine(trail: Trail, { name }: Widths, columns: number): Line {
  const waited = trail.attempts.some(({ waitedMs }) => waitedMs >= 1);
  const seamed = trail.attempts.some(({ continued }) => continued !== undefined);
  const entries = [
    ...Object.values(SEGMENTS)
      .filter((segment) => waited || segment !== SEGMENTS.wait)
      .map(({ glyph, label }) => `${glyph} ${label}`),
    ...(seamed ? [`${SEAM} goes on`] : []),
  ];
  const legend = entries.reduce((line, entry) =>
    displayWidth(line) + displayWidth(entry) + 2 <= columns ? `${line}  ${entry}` : line,
  );
  const indent = Math.min(NUMBER_WIDTH + name + GAP, Math.max(0, columns - displayWidth(legend)));
  return [span(' '.repeat(indent)), span(legend, 'dim')];
}
