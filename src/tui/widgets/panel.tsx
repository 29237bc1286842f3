import { Box } from 'ink';
import type { ReactElement } from 'react';

import type { PanelView } from '../present/panel.ts';
import { Row } from './rows.tsx';

interface Props {
  readonly view: PanelView;
  readonly columns: number;
  /** Rows below its title. */
  readonly rows: number;
}

/** A list below its title line. */
export function Panel({ view: { head, rows, selected }, columns, rows: height }: Props): ReactElement {
  return (
    <Box flexDirection="column" height={height + 1} width={columns}>
      <Row line={head} columns={columns} />
      {rows.map((line, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- a line is where it is: its place is its identity
        <Row key={index} line={line} columns={columns} selected={index === selected} />
      ))}
    </Box>
  );
}
