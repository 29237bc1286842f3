import { bodyRows, extentOf, type Size } from '../../size.ts';

export const PANELS = ['providers', 'live', 'failovers', 'requests'] as const;

/** The panels of the overview, in the order `tab` visits them. */
export type PanelName = (typeof PANELS)[number];

/** How much room a panel has: columns, and rows below its title. */
export interface PanelBox {
  readonly name: PanelName;
  readonly columns: number;
  readonly rows: number;
}

/** Panels from top to bottom; below them, where there is room, two more stacks side by side. */
export interface OverviewLayout {
  readonly top: readonly PanelBox[];
  readonly left: readonly PanelBox[];
  readonly right: readonly PanelBox[];
  /** Blank lines between panels. */
  readonly gap: number;
  /** Rows for the charts below everything; 0 where there is no room. */
  readonly chart: number;
}

const COLUMN_GAP = 3;
/** A title and three lines. */
const CHART_ROWS = 4;
// With fewer rows the lists would be too short to be of use.
const CHART_FROM = 26;

/**
 * Where the panels stand. Depends on the terminal and the number of targets alone, never on how much is going on,
 * so that nothing jumps while one looks at it.
 */
export function overviewLayout(
  size: Size,
  targets: number,
  focus: PanelName,
  zoomed = false,
): OverviewLayout {
  const { columns } = size;
  const body = bodyRows(size);
  const extent = extentOf(size);
  const chart = zoomed || extent === 'line' || body < CHART_FROM ? 0 : CHART_ROWS;
  const rest = chart === 0 ? body : body - chart - 1;
  const none = { left: [], right: [], gap: 0, chart: 0 };
  switch (zoomed && extent !== 'line' ? 'single' : extent) {
    case 'line':
      return { ...none, top: [] };
    case 'single':
      return { ...none, top: [{ name: focus, columns, rows: body - 1 }] };
    case 'compact':
      return { ...none, top: stack(columns, body, 0, targets) };
    case 'full':
      return { ...none, top: stack(columns, rest, 1, targets), gap: 1, chart };
    case 'split':
      return { ...split(columns, rest, targets), chart };
  }
}

/** The room of one panel; none when it is not shown. */
export function boxOf(layout: OverviewLayout, name: PanelName): PanelBox | undefined {
  return [...layout.top, ...layout.left, ...layout.right].find((box) => box.name === name);
}

function stack(columns: number, body: number, gap: number, targets: number): readonly PanelBox[] {
  const content = body - PANELS.length - (PANELS.length - 1) * gap;
  const providers = clamp(targets, 1, Math.floor(content * 0.4));
  const live = clamp(Math.floor(content * 0.2), 2, 6);
  const failovers = clamp(Math.floor(content * 0.2), 2, 6);
  const requests = content - providers - live - failovers;
  return [
    { name: 'providers', columns, rows: providers },
    { name: 'live', columns, rows: live },
    { name: 'failovers', columns, rows: failovers },
    { name: 'requests', columns, rows: requests },
  ];
}

function split(columns: number, body: number, targets: number): Omit<OverviewLayout, 'chart'> {
  const gap = 1;
  const providers = clamp(targets, 1, Math.floor(body * 0.4));
  const below = body - providers - 1 - gap;
  const left = Math.floor((columns - COLUMN_GAP) / 2);
  const live = clamp(Math.floor((below - 2 - gap) / 2), 3, 16);
  return {
    top: [{ name: 'providers', columns, rows: providers }],
    left: [
      { name: 'live', columns: left, rows: live },
      { name: 'failovers', columns: left, rows: below - 2 - gap - live },
    ],
    right: [{ name: 'requests', columns: columns - COLUMN_GAP - left, rows: below - 1 }],
    gap,
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
