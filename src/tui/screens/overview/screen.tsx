import { Box } from 'ink';
import type { ReactElement } from 'react';

import type { World } from '../../behaviour.ts';
import { Row } from '../../widgets/rows.tsx';
import type { PanelBox } from './layout.ts';
import { panelView } from './panel-view.ts';
import { layoutOf, type OverviewScreen } from './state.ts';

interface Props {
  readonly screen: OverviewScreen;
  readonly world: World;
}

/** Providers, what is running, what failed over, what was asked lately. */
export function Overview({ screen, world }: Props): ReactElement {
  const { top, left, right, gap } = layoutOf(screen, world);
  return (
    <Box flexDirection="column" gap={gap}>
      <Stack boxes={top} gap={gap} screen={screen} world={world} />
      {left.length > 0 && (
        <Box justifyContent="space-between">
          <Stack boxes={left} gap={gap} screen={screen} world={world} />
          <Stack boxes={right} gap={gap} screen={screen} world={world} />
        </Box>
      )}
    </Box>
  );
}

function Stack(props: Props & { readonly boxes: readonly PanelBox[]; readonly gap: number }): ReactElement {
  return (
    <Box flexDirection="column" gap={props.gap}>
      {props.boxes.map((box) => (
        <Panel key={box.name} box={box} screen={props.screen} world={props.world} />
      ))}
    </Box>
  );
}

function Panel({ box, screen, world }: Props & { readonly box: PanelBox }): ReactElement {
  const { head, rows, selected } = panelView(screen, world, box);
  return (
    <Box flexDirection="column" height={box.rows + 1} width={box.columns}>
      <Row line={head} columns={box.columns} />
      {rows.map((line, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- a line is where it is: its place is its identity
        <Row key={index} line={line} columns={box.columns} selected={index === selected} />
      ))}
    </Box>
  );
}
