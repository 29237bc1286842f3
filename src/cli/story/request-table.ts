import { targetName } from '../../core/target.ts';
import type { Trail } from '../../core/trail.ts';
import { displayWidth } from '../../lib/display-width.ts';
import { formatDuration } from '../../lib/duration.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Style } from '../style.ts';
import { truncate } from '../table.ts';
import { cacheWord } from './cache.ts';
import type { Layout } from './lines.ts';
import { formatCount, formatDay, formatTime } from './words.ts';

/** How much of an id a table shows: its random end, which `gw why` takes as well as a beginning. */
export const SHORT_ID = 7;

const GAP = '  ';
// Widths are fixed, so that lines which follow later stand below the ones that are there.
const WIDTHS = { time: 8, id: SHORT_ID, status: 10, total: 6, first: 6, tokens: 9 } as const;
const MIN_WAY = 12;
const MAX_WAY = 56;

/** The titles of the table of exchanges. */
export function requestTitles({ width, style }: Layout): string {
  const way = wayWidth(width);
  const line = [
    'TIME'.padEnd(WIDTHS.time),
    'ID'.padEnd(WIDTHS.id),
    'ASKED → SERVED BY'.slice(0, way).padEnd(way),
    'STATUS'.padEnd(WIDTHS.status),
    'TOTAL'.padStart(WIDTHS.total),
    'FIRST'.padStart(WIDTHS.first),
    'IN/OUT'.padStart(WIDTHS.tokens),
  ];
  return style.dim(joinCells(line, width));
}

/** One exchange as one line of the table. */
export function requestLine(trail: Trail, { width, style }: Layout): string {
  const line = [
    style.dim(formatTime(trail.at)),
    trail.id.slice(-SHORT_ID),
    fit(way(trail), wayWidth(width)),
    paintStatus(trail, style)(fit(statusWord(trail), WIDTHS.status)),
    duration(trail.totalMs).padStart(WIDTHS.total),
    duration(trail.firstContentMs).padStart(WIDTHS.first),
    tokens(trail).padStart(WIDTHS.tokens),
  ];
  return joinCells(line, width);
}

/** A narrow terminal goes without the last columns: a table whose lines wrap is none. */
function joinCells(cells: readonly string[], width: number): string {
  return cells
    .slice(0, cells.length - leftOut(width))
    .join(GAP)
    .trimEnd();
}

/** Lines of the table, with the day in between wherever it changes; `day` is the one last told. */
export function requestLines(trails: readonly Trail[], layout: Layout, day?: string): string[] {
  let told = day;
  return trails.flatMap((trail) => {
    const today = formatDay(trail.at);
    const changed = told !== undefined && told !== today;
    told = today;
    const line = requestLine(trail, layout);
    return changed ? [layout.style.dim(`– ${today}`), line] : [line];
  });
}

/** What was asked for and who served: `gpt-4o → groq/llama-3.3-70b`; the model once when it is the same. */
function way({ asked, served, attempts, operation, path, cache }: Trail): string {
  const target = served ?? cache?.from ?? attempts.at(-1)?.target;
  const name = asked ?? (operation === 'other' ? path : operation);
  if (target === undefined) return name;
  const onPurpose = attempts.some(({ injected }) => injected !== undefined) ? ' (chaos)' : '';
  const way = target.model === asked ? targetName(target) : `${name} → ${targetName(target)}`;
  return way + onPurpose;
}

/** `served`, `served ↻2` (by another target, after 2 attempts), `failed 503`. */
function statusWord(trail: Trail): string {
  const marker = trail.failover
    ? ` ↻${trail.attempts.length}`
    : trail.attempts.length > 1
      ? ` ×${trail.attempts.length}`
      : '';
  if (trail.killed) return 'killed';
  if (trail.outcome === 'failed') return `failed ${trail.status}`;
  if (trail.outcome === 'served' && trail.status >= 400) return `${trail.status}${marker}`;
  return `${cacheWord(trail) ?? (trail.continued === true ? 'joined' : trail.outcome)}${marker}`;
}

function paintStatus({ outcome, failover, cache }: Trail, style: Style): (text: string) => string {
  if (outcome === 'failed' || outcome === 'cut') return style.red;
  if (outcome === 'gone') return style.dim;
  return failover || cache?.is === 'stale' ? style.yellow : style.green;
}

function tokens({ usage }: Trail): string {
  if (usage === undefined || (usage.input === undefined && usage.output === undefined)) return '–';
  const side = (count: number | undefined): string => (count === undefined ? '?' : formatCount(count));
  return `${side(usage.input)}/${side(usage.output)}`;
}

function duration(ms: number | undefined): string {
  return ms === undefined ? '–' : formatDuration(ms);
}

function fit(text: string, width: number): string {
  const cut = truncate(terminalSafe(text), width);
  return cut + ' '.repeat(Math.max(0, width - displayWidth(cut)));
}

function wayWidth(width: number): number {
  return Math.min(MAX_WAY, Math.max(MIN_WAY, width - fixedWidth(leftOut(width))));
}

/** How many columns are left out at the end. */
function leftOut(width: number): number {
  const most = 3;
  for (let out = 0; out < most; out++) if (fixedWidth(out) + MIN_WAY <= width) return out;
  return most;
}

/** The columns that do not depend on the terminal, and the gaps around them. */
function fixedWidth(out: number): number {
  const widths: readonly number[] = Object.values(WIDTHS);
  return widths.slice(0, widths.length - out).reduce((sum, each) => sum + each + GAP.length, 0);
}
