import { formatDuration } from '../../lib/duration.ts';
import type { Measure } from '../../store/index.ts';
import { formatCount, formatDollars } from '../story/words.ts';
import type { Style } from '../style.ts';
import { type Cell, formatTable } from '../table.ts';

/** One figure: how it is read and shown, and whether more of it is better. */
interface Figure {
  readonly name: string;
  readonly read: (measure: Measure) => number | undefined;
  readonly show: (value: number) => string;
  readonly more: 'better' | 'worse' | 'neither';
  /** A share changes by percentage points, everything else by a percentage. */
  readonly isShare?: boolean;
}

/** The share of requests served, of those whose caller waited for the end; undefined when there were none. */
export function servedShare({ requests, served, gone }: Measure): number | undefined {
  return requests > gone ? served / (requests - gone) : undefined;
}

const whole = (value: number): string => value.toLocaleString('en-US');

const FIGURES: readonly Figure[] = [
  { name: 'requests', read: (of) => of.requests, show: whole, more: 'neither' },
  { name: 'served', read: servedShare, show: formatShare, more: 'better', isShare: true },
  { name: 'failed', read: (of) => of.failed, show: whole, more: 'worse' },
  { name: 'hung up', read: (of) => of.gone, show: whole, more: 'neither' },
  { name: 'failovers', read: (of) => of.failovers, show: whole, more: 'worse' },
  { name: 'from the cache', read: (of) => of.cached, show: whole, more: 'neither' },
  { name: 'stale', read: (of) => of.stale, show: whole, more: 'worse' },
  { name: 'total, p50', read: (of) => of.p50, show: formatDuration, more: 'worse' },
  { name: 'total, p95', read: (of) => of.p95, show: formatDuration, more: 'worse' },
  { name: 'total, p99', read: (of) => of.p99, show: formatDuration, more: 'worse' },
  { name: 'first content, p50', read: (of) => of.firstContentP50, show: formatDuration, more: 'worse' },
  { name: 'first content, p95', read: (of) => of.firstContentP95, show: formatDuration, more: 'worse' },
  { name: 'first content, p99', read: (of) => of.firstContentP99, show: formatDuration, more: 'worse' },
  { name: 'tokens in', read: (of) => of.tokensIn, show: formatCount, more: 'neither' },
  { name: 'tokens out', read: (of) => of.tokensOut, show: formatCount, more: 'neither' },
  { name: 'cost', read: (of) => of.costUsd, show: formatDollars, more: 'worse' },
  { name: 'saved', read: (of) => of.savedUsd, show: formatDollars, more: 'neither' },
];

/** How a table of figures is laid out. */
export interface FigureLayout {
  readonly style: Style;
  readonly width: number;
  readonly utf8: boolean;
}

/** A table of figures; beside them those of the time before, where anything was recorded then. */
export function comparisonTable(total: Measure, before: Measure, layout: FigureLayout): string {
  const compared = before.requests > 0;
  const titles = compared ? ['', 'NOW', 'BEFORE', 'CHANGE'] : ['', ''];
  const rows = FIGURES.filter((figure) => figure.read(total) !== undefined).map((figure): Cell[] => {
    const cells: Cell[] = [figure.name, shown(figure, total)];
    return compared ? [...cells, shown(figure, before), changeCell(figure, total, before, layout)] : cells;
  });
  const columns = titles.map((title, index) => ({
    title,
    align: index === 1 || index === 2 ? ('right' as const) : ('left' as const),
  }));
  return formatTable(columns, rows, { width: layout.width, indent: 2, paintTitle: layout.style.dim });
}

/** `99.2%`; a hundred only when it is. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (share < 1 && percent >= 99.95) return '>99.9%';
  return `${percent.toFixed(1).replace(/\.0$/, '')}%`;
}

/** `↑ 12 %`, `↓ 0.3 points`, `×14`, `=` for less than half a percent; empty when there is nothing to compare. */
export function formatChange(
  now: number | undefined,
  before: number | undefined,
  { utf8, isShare = false }: { readonly utf8: boolean; readonly isShare?: boolean },
): string {
  if (now === undefined || before === undefined) return '';
  const [up, down] = utf8 ? ['↑', '↓'] : ['+', '-'];
  const arrow = now > before ? up : down;
  if (isShare) {
    const points = Math.abs(now - before) * 100;
    return points < 0.05 ? '=' : `${arrow} ${points.toFixed(1)} points`;
  }
  if (now === before) return '=';
  if (before === 0) return `${arrow} from none`;
  const percent = (Math.abs(now - before) / before) * 100;
  if (percent < 0.5) return '=';
  return percent < 999.5
    ? `${arrow} ${Math.round(percent)} %`
    : `${arrow} ${utf8 ? '×' : 'x'}${Math.round(now / before)}`;
}

function shown({ read, show }: Figure, measure: Measure): string {
  const value = read(measure);
  return value === undefined ? '–' : show(value);
}

function changeCell(figure: Figure, total: Measure, before: Measure, { style, utf8 }: FigureLayout): Cell {
  const [now, then] = [figure.read(total), figure.read(before)];
  const text = formatChange(now, then, { utf8, isShare: figure.isShare === true });
  if (figure.more === 'neither' || text === '' || text === '=') return { text, paint: style.dim };
  const isMore = (now ?? 0) > (then ?? 0);
  return { text, paint: isMore === (figure.more === 'better') ? style.green : style.red };
}
