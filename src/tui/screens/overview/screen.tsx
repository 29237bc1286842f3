import { Box } from 'ink';
import type { ReactElement } from 'react';

import type { World } from '../../behaviour.ts';
import { chartLines } from '../../present/chart.ts';
import { Panel } from '../../widgets/panel.tsx';
import { Rows } from '../../widgets/rows.tsx';
import type { PanelBox } from './layout.ts';
import { panelView } from './panel-view.ts';
import { layoutOf, type OverviewScreen } from './state.ts';

interface Props {
  readonly screen: OverviewScreen;
  readonly world: World;
}

/** Providers, what is running, what failed over, what was asked lately, and how fast it was. */
export function Overview({ screen, world }: Props): ReactElement {
  const { top, left, right, gap, chart } = layoutOf(screen, world);
  const { columns } = world.size;
  return (
    <Box flexDirection="column" gap={gap}>
      <Stack boxes={top} gap={gap} screen={screen} world={world} />
      {left.length > 0 && (
        <Box justifyContent="space-between">
          <Stack boxes={left} gap={gap} screen={screen} world={world} />
          <Stack boxes={right} gap={gap} screen={screen} world={world} />
        </Box>
      )}
      {chart > 0 && <Rows lines={chartLines(world.facts.series, world.now, columns)} columns={columns} />}
    </Box>
  );
}

function Stack(props: Props & { readonly boxes: readonly PanelBox[]; readonly gap: number }): ReactElement {
  return (
    <Box flexDirection="column" gap={props.gap}>
      {props.boxes.map((box) => (
        <Panel
          key={box.name}
          view={panelView(props.screen, props.world, box)}
          columns={box.columns}
          rows={box.rows}
        />
      ))}
    </Box>
  );
}
