import { formatDuration } from '../../lib/duration.ts';
import type { MeasureBy, MeasuredGroup } from '../../store/index.ts';
import { formatCount, formatDay, formatDollars, formatTime } from '../story/words.ts';
import { type Cell, type Column, formatTable } from '../table.ts';
import { type FigureLayout, formatShare, servedShare } from './comparison.ts';

// The tail of a list of models says little; `--json` has all of it.
const MAX_ROWS = 20;

/** One column of the table; left out when no group has anything to show in it. */
interface GroupColumn {
  readonly title: string;
  readonly show: (group: MeasuredGroup) => string | undefined;
  readonly isBad?: boolean;
}

const COLUMNS: readonly GroupColumn[] = [
  { title: 'COUNT', show: ({ requests }) => formatCount(requests) },
  { title: 'SERVED', show: (group) => optional(servedShare(group), formatShare) },
  { title: 'FAILED', show: ({ failed }) => counted(failed), isBad: true },
  { title: 'RESCUED', show: ({ failovers }) => counted(failovers) },
  { title: 'P50', show: ({ p50 }) => optional(p50, formatDuration) },
  { title: 'P95', show: ({ p95 }) => optional(p95, formatDuration) },
  { title: 'FIRST', show: ({ firstContentP50 }) => optional(firstContentP50, formatDuration) },
  { title: 'IN/OUT', show: tokens },
  { title: 'COST', show: cost },
];

/** Figures per provider, model, client, route or hour, as lines. */
export function groupLines(by: MeasureBy, groups: readonly MeasuredGroup[], layout: FigureLayout): string[] {
  const { style, width } = layout;
  const limit = by === 'hour' ? groups.length : MAX_ROWS;
  const listed = groups.slice(0, limit);
  const used = COLUMNS.filter(({ show }) => listed.some((group) => show(group) !== undefined));
  const columns: Column[] = [
    { title: by.toUpperCase(), shrinkTo: 12 },
    ...used.map(({ title }) => ({ title, align: 'right' as const })),
  ];
  const rows = listed.map((group) => [
    groupName(by, group),
    ...used.map(({ show, isBad }): Cell => {
      const text = show(group) ?? '–';
      return isBad === true && text !== '–' ? { text, paint: style.red } : text;
    }),
  ]);
  const table = formatTable(columns, rows, { width, paintTitle: style.dim }).split('\n');
  const rest = groups.length - listed.length;
  return rest === 0 ? table : [...table, style.dim(`and ${rest} more: --json lists all`)];
}

const NOBODY: Readonly<Record<MeasureBy, string>> = {
  provider: '(nobody asked)',
  model: '(nobody asked)',
  client: '(unknown)',
  route: '(no route)',
  hour: '',
};

function groupName(by: MeasureBy, { name, at }: MeasuredGroup): string {
  if (at !== undefined) return `${formatDay(at).slice(5)} ${formatTime(at).slice(0, 5)}`;
  // A model that nobody named (a list of models, an upload) is an empty name.
  return name === undefined || name === '' ? NOBODY[by] : name;
}

function counted(count: number): string | undefined {
  return count === 0 ? undefined : formatCount(count);
}

function optional(value: number | undefined, show: (value: number) => string): string | undefined {
  return value === undefined ? undefined : show(value);
}

/** A `+` where the price of some is not known. */
function cost({ costUsd, unpriced }: MeasuredGroup): string | undefined {
  if (costUsd === undefined) return undefined;
  return `${formatDollars(costUsd)}${unpriced > 0 ? '+' : ''}`;
}

function tokens({ tokensIn, tokensOut }: MeasuredGroup): string | undefined {
  if (tokensIn === undefined && tokensOut === undefined) return undefined;
  const side = (count: number | undefined): string => (count === undefined ? '?' : formatCount(count));
  return `${side(tokensIn)}/${side(tokensOut)}`;
}
