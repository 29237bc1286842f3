import type { Seen } from '../../behaviour.ts';
import { chartLines } from '../../present/chart.ts';
import { beside, filled, type Line } from '../../present/line.ts';
import { panelLines } from '../../present/panel.ts';
import type { PanelBox } from './layout.ts';
import { panelView } from './panel-view.ts';
import { layoutOf, type OverviewScreen } from './state.ts';

/** Providers, what is running, what failed over, what was asked lately, and how fast it was. */
export function overviewLines(seen: Seen<OverviewScreen>): readonly Line[] {
  const { screen, world } = seen;
  const { top, left, right, gap, chart } = layoutOf(screen, world);
  const { columns } = world.size;
  const stack = (boxes: readonly PanelBox[]) =>
    stacked(
      boxes.map((box) => boxLines(seen, box)),
      gap,
    );
  const sides = columns - (right[0]?.columns ?? 0);
  return stacked(
    [
      stack(top),
      ...(left.length > 0 ? [beside(stack(left), stack(right), sides)] : []),
      ...(chart > 0 ? [chartLines(world.facts.series, world.now, columns)] : []),
    ],
    gap,
  );
}

function boxLines({ screen, world }: Seen<OverviewScreen>, box: PanelBox): readonly Line[] {
  return panelLines(panelView(screen, world, box), box.columns, box.rows);
}

/** Parts below each other, with blank lines between them. */
function stacked(parts: readonly (readonly Line[])[], gap: number): readonly Line[] {
  return parts.flatMap((lines, index) => (index === 0 ? lines : [...filled([], gap), ...lines]));
}
