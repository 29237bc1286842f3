import { targetName } from '../../core/target.ts';
import type { Attempt, Trail } from '../../core/trail.ts';
import { waterfall, type WaterfallSegment, waterfallSpanMs } from '../../core/waterfall.ts';
import { displayWidth } from '../../lib/display-width.ts';
import { formatDuration } from '../../lib/duration.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Style } from '../style.ts';
import { truncate } from '../table.ts';
import type { Layout } from './lines.ts';

const FILL: Readonly<Record<WaterfallSegment['is'], string>> = {
  wait: '░',
  connect: '▒',
  headers: '▒',
  content: '▒',
  stream: '█',
};
// Never wider: on a large terminal the eye would lose the line.
const MAX_BAR = 72;

/** The attempts on one time axis, one line each, then the axis. `spanMs` is for exchanges that still run. */
export function chart(
  trail: Trail,
  { width, style }: Layout,
  spanMs: number = waterfallSpanMs(trail),
): string[] {
  const names = trail.attempts.map(({ target }) => terminalSafe(targetName(target)));
  const nameWidth = Math.min(24, Math.max(...names.map(displayWidth)));
  const tailWidth = 14;
  const barWidth = Math.min(MAX_BAR, Math.max(10, width - nameWidth - tailWidth - 9));
  const lines = waterfall(trail, barWidth, spanMs).map(({ attempt, segments }, index) => {
    const name = truncate(names[index] ?? '', nameWidth);
    const label = `  ${String(index + 1).padStart(2)} ${name}${' '.repeat(nameWidth - displayWidth(name))}  `;
    return `${label}${bar(segments, barWidth, attempt, style)} ${tail(attempt, style)}`.trimEnd();
  });
  const axis = `${' '.repeat(nameWidth + 7)}${style.dim(axisOf(spanMs, barWidth))}`;
  return [...lines, axis, `${' '.repeat(nameWidth + 7)}${style.dim(legend(trail))}`];
}

function bar(segments: readonly WaterfallSegment[], width: number, attempt: Attempt, style: Style): string {
  const paint = attempt.fault === undefined ? style.green : style.red;
  let text = '';
  let column = 0;
  for (const { is, from, to } of segments) {
    const run = FILL[is].repeat(to - from);
    text += ' '.repeat(from - column) + (is === 'wait' ? style.dim(run) : paint(run));
    column = to;
  }
  return text + ' '.repeat(width - column);
}

function tail({ startMs, endMs, status, fault }: Attempt, style: Style): string {
  const took = endMs === undefined ? 'running' : formatDuration(endMs - startMs);
  if (fault === undefined) return `${took.padStart(6)} ${status ?? ''}`;
  if (fault === 'client_gone') return `${took.padStart(6)} stopped`;
  return `${took.padStart(6)} ${style.red(status !== undefined && status >= 400 ? String(status) : 'failed')}`;
}

function axisOf(spanMs: number, width: number): string {
  const [middle, end] = [formatDuration(spanMs / 2), formatDuration(spanMs)];
  const before = Math.max(1, Math.floor(width / 2) - 1 - Math.floor(middle.length / 2));
  const after = Math.max(1, width - 1 - before - middle.length - end.length);
  return `0${' '.repeat(before)}${middle}${' '.repeat(after)}${end}`;
}

function legend({ attempts }: Trail): string {
  const waited = attempts.some(({ waitedMs }) => waitedMs > 0);
  return `${waited ? '░ gw waits  ' : ''}▒ asked, nothing yet  █ answering`;
}
